//! How often in a row work of a record broke off by a fault of petiole's own.
//!
//! Counts in memory only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::limits::BROKEN_OFF_MAX;
use crate::store::RecordRef;

/// How often in a row work of a record broke off. Bounded; forgets all when full.
#[derive(Debug, Default)]
pub(crate) struct BrokenOff(Mutex<BTreeMap<RecordRef, u32>>);

impl BrokenOff {
    /// Counts one more; how many there are now.
    pub(crate) fn count(&self, target: &RecordRef) -> u32 {
        let mut known = self.known();
        if known.len() >= BROKEN_OFF_MAX {
            known.clear();
        }
        let times = known.entry(target.clone()).or_default();
        *times = times.saturating_add(1);
        *times
    }

    /// Work of the record came to its end.
    pub(crate) fn ended(&self, target: &RecordRef) {
        self.known().remove(target);
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<RecordRef, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
