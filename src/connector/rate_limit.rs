//! Keeps an account's calls within what its peer allows.
//!
//! A token bucket filled smoothly, a bound on calls under way, and pauses that the peer asks for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::language::plan::Limits;
use crate::world::Clock;

/// The share of a minute's calls that may be made at once.
const BURST_SHARE: u32 = 2;

/// The limiter of one account.
pub struct RateLimit {
    clock: Arc<dyn Clock>,
    per_call: Duration,
    burst: u32,
    at_once: Semaphore,
    // When the next call would be due if calls came evenly.
    due: Mutex<Timestamp>,
}

impl RateLimit {
    /// A limiter with a full bucket.
    pub fn new(limits: Limits, clock: Arc<dyn Clock>) -> Self {
        let per_minute = limits.per_minute.max(1);
        Self {
            per_call: Duration::from_mins(1) / per_minute,
            burst: (per_minute / BURST_SHARE).max(1),
            at_once: Semaphore::new(usize::try_from(limits.at_once.max(1)).unwrap_or(1)),
            due: Mutex::new(Timestamp::MIN),
            clock,
        }
    }

    /// Waits for a place and a token.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let permit = self.at_once.acquire().await.ok();
        let wait = self.take();
        if !wait.is_zero() {
            self.clock.sleep(wait).await;
        }
        permit
    }

    /// Takes a token, which may be one that is not there yet: then the time until it is.
    fn take(&self) -> Duration {
        let now = self.clock.now();
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let slack = signed(self.per_call.saturating_mul(self.burst));
        let floor = now.checked_sub(slack).unwrap_or(Timestamp::MIN);
        let start = (*due).max(floor);
        *due = start.checked_add(signed(self.per_call)).unwrap_or(start);
        Duration::try_from(start.duration_since(now)).unwrap_or_default()
    }

    /// The peer asks for a pause: no call before it is over.
    pub fn pause(&self, length: Duration) {
        let until = self.clock.now().checked_add(signed(length)).unwrap_or(Timestamp::MAX);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        *due = (*due).max(until);
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}
