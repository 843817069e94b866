//! Takes old entries out of the journal while the service runs, as the setting `journal.keep` says.
//!
//! Knows when, not what: the store keeps links, parks, cursors and everything open, however old.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::live::Live;
use super::runtime::Runtime;
use crate::value::duration;

/// The setting that says how long decisions and history are kept, such as `30d`; empty: for ever.
pub const SETTING: &str = "journal.keep";

/// How long they are kept where the rules have no such setting.
const KEEP: Duration = Duration::from_hours(30 * 24);

/// How often the journal is looked at.
const LOOK: Duration = Duration::from_hours(1);

/// Keeps the journal short until the runtime stops.
pub async fn retain(runtime: Arc<Runtime>) {
    loop {
        let before = horizon(&runtime.live.load(), runtime.world.clock.now());
        if let Some(before) = before {
            match runtime.store.prune(before).await {
                Ok(0) => {}
                Ok(taken) => tracing::info!(taken, %before, "old journal entries were taken out"),
                Err(trouble) => {
                    tracing::warn!(%trouble, "old journal entries could not be taken out; tried again later");
                }
            }
        }
        if runtime.pause(LOOK).await {
            return;
        }
    }
}

/// What is older than this goes; `None`: nothing does.
fn horizon(live: &Live, now: Timestamp) -> Option<Timestamp> {
    let keep = match live.setting(SETTING) {
        Some(value) => duration::parse(value.as_text()?)?,
        None => KEEP,
    };
    now.checked_sub(SignedDuration::try_from(keep).ok()?).ok()
}
