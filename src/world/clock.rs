//! Time: what it is now, and waiting for a later now.
//!
//! The one place where the process asks the operating system for the time or sleeps.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

/// A source of time. Instants are UTC.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> Timestamp;

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

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
