//! How far the machine's clock is ahead of the steady one, so that a step of it is seen.

use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;

use crate::world::Clock;

/// The smallest step that is heeded; clocks are kept right by less all the time.
const STEP_MIN: SignedDuration = SignedDuration::from_secs(2);

/// How far the machine's clock is ahead of the steady one, as it was last heeded.
#[derive(Debug, Default)]
pub(crate) struct ClockStep(Mutex<Option<SignedDuration>>);

impl ClockStep {
    /// By how much the clock was set back since the last look, if it was.
    pub(crate) fn taken(&self, clock: &dyn Clock) -> Option<SignedDuration> {
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
