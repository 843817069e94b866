//! The store as a simulated process has it: what is kept in memory, and what goes wrong with a write.
//!
//! A write may be refused, may take hold and be told as refused, may take long, and the process may end right before or
//! right after it. What was kept is what the next process finds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Notify;

use super::chance::Chance;
use super::chronicle::Chronicle;
use super::options::{Fault, Options};
use crate::store::memory::MemoryStore;
use crate::store::{AroundWrites, Hooked, StoreError};
use crate::world::Clock;

/// How long a slow write takes.
const SLOW: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(20));

/// What is wrong with writes, whichever process makes them.
pub(super) struct Weather {
    pub(super) options: Arc<Options>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Chance,
    /// Whether anything goes wrong at all.
    pub(super) stormy: AtomicBool,
    /// The process is to end now.
    pub(super) ends: Notify,
    pub(super) chronicle: Arc<Chronicle>,
    /// How many writes were told as refused.
    pub(super) troubles: AtomicU64,
}

impl Weather {
    pub(super) fn is_stormy(&self) -> bool {
        self.stormy.load(Ordering::SeqCst)
    }

    /// Whether a fault comes now.
    pub(super) fn strikes(&self, fault: Fault) -> bool {
        let strikes = self.is_stormy() && self.chance.once_in(self.options.rate(fault));
        if strikes {
            self.chronicle.struck(fault);
        }
        strikes
    }

    /// The process ends, and whoever waits hears nothing any more.
    async fn end(&self) {
        self.ends.notify_one();
        std::future::pending::<()>().await;
    }
}

/// A store that fails now and then.
pub(super) type Disk = Hooked<MemoryStore, Arc<Weather>>;

/// A disk on which nothing stands.
pub(super) fn blank(weather: &Arc<Weather>) -> Disk {
    Hooked::new(Arc::new(MemoryStore::new(Arc::clone(&weather.clock))), Arc::clone(weather))
}

/// As the next process finds it.
pub(super) fn reopened(disk: &Disk) -> Disk {
    Hooked::new(Arc::new(disk.inner.reopened()), Arc::clone(&disk.around))
}

#[async_trait]
impl AroundWrites for Arc<Weather> {
    async fn before(&self, _: u64) -> Result<(), StoreError> {
        if self.strikes(Fault::DiskSlow) {
            self.clock.sleep(self.chance.length(SLOW.0, SLOW.1)).await;
        }
        if self.strikes(Fault::DiskRefuses) {
            self.troubles.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        if self.strikes(Fault::CrashBeforeCommit) {
            self.end().await;
        }
        Ok(())
    }

    async fn after(&self, _: u64) -> Result<(), StoreError> {
        if self.strikes(Fault::CrashAfterCommit) {
            self.end().await;
        }
        if self.strikes(Fault::DiskUncertain) {
            self.troubles.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Unavailable("the disk did not say whether it is kept".to_owned()));
        }
        self.chronicle.kept();
        Ok(())
    }
}
