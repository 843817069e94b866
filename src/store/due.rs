//! When what waits is due, whichever engine keeps it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How far ahead anything is due at most: the longest wait of parks. What is due later was put off while the machine's
/// clock was ahead, or by a peer whose pause the account keeps by itself.
pub(super) const DUE_AHEAD_MAX: Duration = LONGEST_PAUSE;

/// The first pause before a park is tried again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(15);

/// The longest pause.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_mins(15);

/// When a park is tried next that was tried again so often.
pub(super) fn next_try(now: Timestamp, attempts: u32) -> Timestamp {
    let pause = 2_u32.checked_pow(attempts).map_or(LONGEST_PAUSE, |factor| FIRST_PAUSE.saturating_mul(factor));
    later(now, pause.min(LONGEST_PAUSE))
}

/// So much later; at the end of time where that is beyond.
pub(super) fn later(now: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| now.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}
