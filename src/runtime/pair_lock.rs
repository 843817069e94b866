//! One piece of work at a time per pair of records.
//!
//! Both sides of a pair come to the same name, so an echo waits until the write that caused it
//! is settled.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by pair name; a name nobody holds costs nothing.
#[derive(Debug, Default)]
pub struct PairLocks {
    held: Mutex<BTreeMap<String, Weak<AsyncMutex<()>>>>,
}

impl PairLocks {
    /// Waits until nobody else works on the pair. The answer says whether it had to wait, since
    /// what was read before is then stale.
    pub async fn lock(&self, name: &str) -> (OwnedMutexGuard<()>, bool) {
        let lock = self.slot(name);
        match Arc::clone(&lock).try_lock_owned() {
            Ok(guard) => (guard, false),
            Err(_) => (lock.lock_owned().await, true),
        }
    }

    fn slot(&self, name: &str) -> Arc<AsyncMutex<()>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = held.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        held.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        held.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }
}
