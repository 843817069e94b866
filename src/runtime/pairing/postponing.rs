//! When work is looked at that is not looked at now: until more of its kind came, or after a failure.
//!
//! Says how long and tells people why. What the work is, it does not know.

use std::time::Duration;

use jiff::SignedDuration;

use super::traced::outcome;
use crate::connector::backoff;
use crate::runtime::happening::Happening;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HintSource, Parking, Work};
use crate::world::{Planted, Random};

/// How long what is stirred waits for more of it, where several processes share the work.
const STIRRED_RESTS: Duration = Duration::from_secs(1);

/// After how many tries a service gives up that does so.
const ATTEMPTS: u32 = 2;

impl Runtime {
    /// How long work waits for more of its kind, so that what comes close together is looked at once.
    ///
    /// A process knows what it wrote a moment ago. What several of them stir, none has in view: one order changes under
    /// the hands of each, and each would have the same stock decided anew.
    pub(super) fn waits_for_more(&self, work: &Work) -> Option<Duration> {
        let now = self.world.clock.now();
        let stirred = || {
            let until = work.since.checked_add(SignedDuration::try_from(STIRRED_RESTS).ok()?).ok()?;
            // Another process may have said since when by a clock that is wrong.
            (self.store.is_shared() && (work.since..until).contains(&now)).then_some(until)
        };
        let until = match work.source {
            HintSource::Webhook | HintSource::Poll => self.pacing.next(&work.target, now),
            HintSource::Stirred => self.pacing.next(&work.target, now).or_else(stirred),
            _ => None,
        }?;
        Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
    }

    /// Puts work off, with the reason that people are told.
    ///
    /// # Errors
    /// [`Trouble::Store`] where that cannot be written.
    pub(crate) async fn put_off(
        &self,
        work: &Work,
        (reason, after): (String, Option<Duration>),
    ) -> Result<(), Trouble> {
        let given_up = self.world.plants(Planted::Attempts) && work.attempts >= ATTEMPTS;
        if self.world.plants(Planted::PutOff) || given_up {
            return Ok(self.store.finish(work, Parking::default()).await?);
        }
        let wait = match pause_of(work.attempts, after, self.world.random.as_ref()) {
            wait if self.world.plants(Planted::Pauses) => wait.max(Duration::from_hours(24)),
            wait => wait,
        };
        self.store.defer(work, wait, &reason).await?;
        outcome("put off");
        self.tell(Happening::PutOff { target: work.target.clone(), reason });
        Ok(())
    }
}

/// How long put-off work rests; zero where it is to be looked at again at once.
fn pause_of(attempts: u32, after: Option<Duration>, random: &dyn Random) -> Duration {
    match after {
        Some(after) if after.is_zero() => after,
        _ => backoff::delay(attempts.saturating_add(1), after, random),
    }
}
