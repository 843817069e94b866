//! How long to wait before the next try: doubling, with jitter, bounded.

use std::time::Duration;

use crate::world::Random;

/// The first wait.
const FIRST: Duration = Duration::from_millis(250);

/// The longest wait.
const MAX: Duration = Duration::from_mins(5);

/// The wait after this many failed tries; never below what the peer asked for.
pub fn wait(attempts: u32, asked: Option<Duration>, random: &dyn Random) -> Duration {
    let ceiling = FIRST.saturating_mul(1_u32 << attempts.min(16)).min(MAX);
    let spread = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX) / 2;
    let jittered = Duration::from_millis(spread + random.below(spread + 1));
    asked.map_or(jittered, |asked| if asked.is_zero() { asked } else { asked.max(jittered) })
}
