//! Where rules come from, and how the last reload went: what `status` shows of it.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

/// Where rules come from, and how the last reload went.
#[derive(Debug)]
pub struct RuleState {
    /// The rules folder.
    pub folder: PathBuf,
    /// Whether the files are what serves (`current`) or an older good set does (`last-good`).
    last: Mutex<LastReload>,
    /// Held while the files are read and put into service: a later look never loses to an earlier one.
    pub(crate) busy: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug)]
pub(crate) struct LastReload {
    pub at: Timestamp,
    pub ok: bool,
    pub current: bool,
    pub findings: Json,
}

impl RuleState {
    /// The state after a start.
    pub fn new(folder: PathBuf, at: Timestamp, current: bool, findings: Json) -> Self {
        Self {
            folder,
            last: Mutex::new(LastReload { at, ok: current, current, findings }),
            busy: tokio::sync::Mutex::default(),
        }
    }

    /// `rules_state` and `last_reload` as `status` shows them.
    pub fn to_json(&self) -> (&'static str, Json) {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let state = if last.current { "current" } else { "last-good" };
        (state, json!({ "at": crate::value::timestamp::text(last.at), "ok": last.ok, "findings": last.findings }))
    }

    /// Whether the files are what serves.
    pub fn is_current(&self) -> bool {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).current
    }

    /// Keeps how a reload went. True: the one before had failed, and this one did not.
    pub(crate) fn note(&self, last: LastReload) -> bool {
        let mut kept = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_mended = last.ok && !kept.ok;
        *kept = last;
        is_mended
    }
}
