//! Steps of the machine's clock: NTP sets it, a virtual machine is resumed. What is put off in the store is kept by that
//! clock, and moves back with it; where it steps forward, what is put off comes early.
//!
//! A step while no process ran is not seen here; the store bounds what it gives out.

use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;

use super::runtime::Runtime;
use crate::world::Clock;

/// The smallest step that is heeded; clocks are kept right by less all the time.
const STEP_MIN: SignedDuration = SignedDuration::from_secs(2);

/// How far the machine's clock is ahead of the steady one, as it was last heeded.
#[derive(Debug, Default)]
pub(super) struct ClockStep(Mutex<Option<SignedDuration>>);

impl ClockStep {
    /// By how much the clock was set back since the last look, if it was.
    fn taken(&self, clock: &dyn Clock) -> Option<SignedDuration> {
        let ahead = clock.now().duration_since(clock.steady());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let step = ahead.checked_sub(*known.get_or_insert(ahead))?;
        let heeded = step.abs() >= STEP_MIN;
        if heeded {
            *known = Some(ahead);
        }
        // What was put off since a step forward is not told from what was put off before.
        (heeded && step.is_negative()).then_some(step)
    }
}

impl Runtime {
    /// Moves what is due by as much as the clock was set back since the last look.
    pub(super) async fn heed_clock(&self) {
        let Some(step) = self.clock_step.taken(self.world.clock.as_ref()) else { return };
        tracing::warn!(seconds = step.as_secs(), "the machine's clock was set back; what is put off moves with it");
        if let Err(error) = self.store.clock_moved(step).await {
            tracing::warn!(%error, "what is put off could not be moved; it is due within a quarter of an hour");
        }
    }
}
