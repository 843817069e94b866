//! When the traces of creates whose answers never came were first looked for in vain.
//!
//! A cache: what is forgotten at a restart only makes the wait before a repeat begin anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// First looks by the number of the intent, as steady instants.
#[derive(Debug, Default)]
pub(crate) struct Traces(Mutex<BTreeMap<i64, Timestamp>>);

impl Traces {
    /// When the first look for this trace was over: now, if this is the first.
    pub(crate) fn first_look(&self, intent: i64, now: Timestamp) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(intent).or_insert(now)
    }

    /// The intent is settled.
    pub(crate) fn forget(&self, intent: i64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&intent);
    }
}
