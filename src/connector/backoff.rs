//! How long to wait before a failed call is tried again.
//!
//! Pure: attempt and chance in, duration out. Full jitter, so that accounts that failed together
//! do not come back together; never earlier than the peer asked for.

use std::time::Duration;

use crate::world::Random;

/// The longest first wait.
pub const FIRST: Duration = Duration::from_secs(1);
/// The longest wait that attempts alone lead to.
pub const LONGEST: Duration = Duration::from_mins(5);
/// Doublings after which the cap is certainly reached.
const DOUBLINGS_MAX: u32 = 16;

/// The wait before the next try after `attempt` failed ones (counted from 1): up to twice as
/// long each time, at most [`LONGEST`], at least `retry_after`.
pub fn delay(attempt: u32, retry_after: Option<Duration>, random: &dyn Random) -> Duration {
    let doublings = attempt.saturating_sub(1).min(DOUBLINGS_MAX);
    let ceiling = FIRST.saturating_mul(1 << doublings).min(LONGEST);
    let ceiling_millis = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX - 1);
    let jittered = Duration::from_millis(random.below(ceiling_millis + 1));
    jittered.max(retry_after.unwrap_or_default())
}
