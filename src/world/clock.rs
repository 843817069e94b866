//! Time: what it is now, and waiting for a later now.
//!
//! The one place where the process asks the operating system for the time or sleeps. What is shown or compared with
//! peers' instants is [`Clock::now`]; what is waited for is measured by [`Clock::steady`], which no correction of the
//! machine's clock moves.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::Timestamp;

/// A source of time. Instants are UTC.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

    /// An instant that moves only as time passes, whatever becomes of the machine's clock. Of use only beside others of
    /// its kind in one process: never shown, never stored.
    fn steady(&self) -> Timestamp {
        self.now()
    }

    /// Returns once this much time has passed on this clock.
    async fn sleep(&self, duration: Duration);
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn steady(&self) -> Timestamp {
        static START: OnceLock<(Timestamp, Instant)> = OnceLock::new();
        let (start, since) = START.get_or_init(|| (Timestamp::now(), Instant::now()));
        start.checked_add(since.elapsed()).unwrap_or(Timestamp::MAX)
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
