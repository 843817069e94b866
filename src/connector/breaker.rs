//! A breaker per account: after failures in a row it stops calls for a while.
//!
//! While open, calls fail at once instead of piling up on a peer that is down. After a pause one
//! probe may pass; its outcome closes the breaker or opens it for longer. Its instants are those of a steady clock.
//! Knows no HTTP.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::world::Random;

/// Transient failures in a row that open the breaker.
pub const FAILURES_TO_OPEN: u32 = 5;
/// The first pause.
pub const PAUSE_FIRST: Duration = Duration::from_secs(5);
/// The longest pause.
pub const PAUSE_LONGEST: Duration = Duration::from_mins(5);
/// What a caller is told to wait while a probe is under way.
const PROBE_WAIT: Duration = Duration::from_secs(1);
/// Doublings after which the longest pause is certainly reached.
const DOUBLINGS_MAX: u32 = 16;

/// What the breaker lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Every call.
    Closed,
    /// None before this instant.
    Open {
        /// When a probe may pass.
        until: Timestamp,
    },
    /// One probe, which is under way.
    Probing,
}

impl fmt::Display for BreakerState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => out.write_str("closed"),
            Self::Open { until } => write!(out, "open until {until}"),
            Self::Probing => out.write_str("probing"),
        }
    }
}

/// The breaker of an account.
#[derive(Debug)]
pub struct Breaker(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    state: BreakerState,
    /// Transient failures in a row while closed.
    failures: u32,
    /// Openings in a row.
    openings: u32,
}

impl Default for Breaker {
    fn default() -> Self {
        Self(Mutex::new(Inner { state: BreakerState::Closed, failures: 0, openings: 0 }))
    }
}

impl Breaker {
    /// What it lets through now.
    pub fn state(&self) -> BreakerState {
        self.lock().state
    }

    /// Leave for one call, or how long to wait before asking again.
    ///
    /// # Errors
    /// The wait, while open or while a probe is under way.
    pub fn admit(&self, now: Timestamp) -> Result<Pass<'_>, Duration> {
        let mut inner = self.lock();
        match inner.state {
            BreakerState::Closed => Ok(Pass { breaker: self, probe: false, reported: false }),
            BreakerState::Open { until } if now < until => Err(until.duration_since(now).unsigned_abs()),
            BreakerState::Open { .. } => {
                inner.state = BreakerState::Probing;
                Ok(Pass { breaker: self, probe: true, reported: false })
            }
            BreakerState::Probing => Err(PROBE_WAIT),
        }
    }

    /// The next call may be a probe, however long was to be waited for it.
    pub fn try_now(&self) {
        let mut inner = self.lock();
        if matches!(inner.state, BreakerState::Open { .. }) {
            inner.state = BreakerState::Open { until: Timestamp::UNIX_EPOCH };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave for one call; tells the breaker how it went.
#[derive(Debug)]
pub struct Pass<'a> {
    breaker: &'a Breaker,
    probe: bool,
    reported: bool,
}

impl Pass<'_> {
    /// The peer answered, whatever it said. True: for the first time since the breaker opened.
    pub fn answered(mut self) -> bool {
        self.reported = true;
        let mut inner = self.breaker.lock();
        inner.failures = 0;
        // A late answer to a call made before the opening says nothing about the peer now.
        if self.probe {
            inner.openings = 0;
            inner.state = BreakerState::Closed;
        }
        self.probe
    }

    /// The call failed in a way that may pass. Until when calls are held back, where that opens the breaker.
    pub fn failed(mut self, now: Timestamp, random: &dyn Random) -> Option<Timestamp> {
        self.reported = true;
        let mut inner = self.breaker.lock();
        inner.failures = inner.failures.saturating_add(1);
        let opens = match inner.state {
            BreakerState::Closed => inner.failures >= FAILURES_TO_OPEN,
            BreakerState::Probing => self.probe,
            BreakerState::Open { .. } => false,
        };
        opens.then(|| {
            let pause = PAUSE_FIRST.saturating_mul(1 << inner.openings.min(DOUBLINGS_MAX)).min(PAUSE_LONGEST);
            inner.openings = inner.openings.saturating_add(1);
            inner.failures = 0;
            let until = later(now, jittered(pause, random));
            inner.state = BreakerState::Open { until };
            until
        })
    }
}

impl Drop for Pass<'_> {
    /// A probe that was given up must not keep everyone out.
    fn drop(&mut self) {
        if self.probe && !self.reported {
            self.breaker.lock().state = BreakerState::Open { until: Timestamp::UNIX_EPOCH };
        }
    }
}

/// Between half and the whole of the pause.
fn jittered(pause: Duration, random: &dyn Random) -> Duration {
    let half = pause / 2;
    half + Duration::from_millis(random.below(u64::try_from(half.as_millis()).unwrap_or(0) + 1))
}

fn later(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
