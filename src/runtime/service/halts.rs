//! Ends what a person has wait until a time, when that has come, and hears of what other processes were told.
//!
//! Looked at whenever work is claimed; nothing is asked while nothing is held and nobody else has the store.

use std::time::Duration;

use jiff::Timestamp;

use super::sweep_marks;
use crate::runtime::runtime::Runtime;
use crate::store::StoreError;

/// The shortest rest between two looks, where the store cannot lift what is over.
const REST_MIN: Duration = Duration::from_millis(250);

/// How long a word of another process may take to be heard by work that was begun before it.
const LOOK: Duration = Duration::from_secs(5);

impl Runtime {
    /// Lifts what is over, if it may be.
    pub(crate) async fn lift_in_time(&self) {
        let now = self.world.clock.now();
        let every = self.store.is_shared().then_some(LOOK);
        if !self.halts.is_to_be_asked(now, every) {
            return;
        }
        if let Err(error) = lift_what_is_over(self, now).await {
            tracing::warn!(
                %error,
                "the store does not say what a person has wait; what was held stays so, and it is asked again"
            );
        }
    }

    /// In how long it is to be looked again, because something is over that a person has wait.
    pub(crate) fn next_lift(&self) -> Option<Duration> {
        let now = self.world.clock.now();
        let wait = |end: Timestamp| Duration::try_from(end.duration_since(now)).unwrap_or_default().max(REST_MIN);
        self.halts.next_end().map(wait)
    }
}

/// Lifts what is over.
///
/// # Errors
/// Where the store cannot be read or written.
pub(crate) async fn lift_what_is_over(runtime: &Runtime, now: Timestamp) -> Result<(), StoreError> {
    runtime.ask_halts().await?;
    if runtime.halts.next_end().is_none_or(|end| end > now) {
        return Ok(());
    }
    for lifted in runtime.store.lift(None).await? {
        if lifted.owes_sweep {
            sweep_marks::note_owed_in(runtime.store.as_ref(), now).await?;
        }
        runtime.has_lifted(&lifted).await?;
    }
    Ok(())
}
