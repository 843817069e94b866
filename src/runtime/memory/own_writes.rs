//! How records stood after petiole's own writes, so that a webhook which shows just that tells nothing new.
//!
//! Such a webhook often comes before the answer to the write that it is the echo of; it waits for that a little. In
//! memory only, for one generation of rules, and bounded: what is forgotten is looked at like any other change.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::runtime::limits::OWN_WRITES_MAX;
use crate::store::RecordRef;
use crate::world::Clock;

/// How long a webhook waits for the end of a write that is under way.
const ECHO_WAITS: Duration = Duration::from_secs(1);

/// Records that were written, and those that are being written.
#[derive(Debug, Default)]
pub struct OwnWrites {
    state: Mutex<State>,
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// How many writes of a record are under way.
    under_way: BTreeMap<RecordRef, u32>,
    /// The digest of a record as it stood after the last one.
    after: BTreeMap<RecordRef, String>,
}

/// A write that is under way, until this goes.
pub(crate) struct UnderWay<'a> {
    writes: &'a OwnWrites,
    target: RecordRef,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut state = self.writes.state();
        let left = state.under_way.remove(&self.target).unwrap_or_default().saturating_sub(1);
        if left > 0 {
            state.under_way.insert(self.target.clone(), left);
        }
        drop(state);
        self.writes.ended.notify_waiters();
    }
}

impl OwnWrites {
    /// A record is about to be written.
    pub(crate) fn begin(&self, target: RecordRef) -> UnderWay<'_> {
        let mut state = self.state();
        state.after.remove(&target);
        *state.under_way.entry(target.clone()).or_default() += 1;
        UnderWay { writes: self, target }
    }

    /// A record stands so after a write, and all that could follow from that was done.
    pub(crate) fn stands(&self, target: &RecordRef, digest: String) {
        let after = &mut self.state().after;
        if after.len() >= OWN_WRITES_MAX {
            after.clear();
        }
        after.insert(target.clone(), digest);
    }

    /// A record is looked at: what it stood like is told by that.
    pub(crate) fn forget(&self, target: &RecordRef) {
        self.state().after.remove(target);
    }

    /// Whether a record stood so after the last write. One that is under way is waited for, not for long.
    pub(crate) async fn shows(&self, target: &RecordRef, digest: &str, clock: &dyn Clock) -> bool {
        let mut tired = pin!(clock.sleep(ECHO_WAITS));
        loop {
            let mut ended = pin!(self.ended.notified());
            // Heard from before the look, so that no end between the two is missed.
            ended.as_mut().enable();
            {
                let state = self.state();
                if state.after.get(target).is_some_and(|known| known == digest) {
                    return true;
                }
                if !state.under_way.contains_key(target) {
                    return false;
                }
            }
            tokio::select! {
                biased;
                () = ended => {}
                () = &mut tired => return false,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
