//! Pairs that lack their counterpart, because its system no longer has it.
//!
//! In memory only: after a restart the inbox keeps what was told, and a write that a peer refuses finds the rest again.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pair_key::PairKey;
use crate::runtime::limits::LOST_MAX;

/// The pairs that lack their counterpart. Bounded; forgets all when full.
#[derive(Debug, Default)]
pub struct LostPairs(Mutex<BTreeSet<PairKey>>);

impl LostPairs {
    /// Whether the record's counterpart was seen to be gone.
    pub fn has(&self, pair: &PairKey) -> bool {
        self.pairs().contains(pair)
    }

    /// Notes whether it is.
    pub fn set(&self, pair: PairKey, is_gone: bool) {
        let mut pairs = self.pairs();
        if !is_gone {
            pairs.remove(&pair);
            return;
        }
        if pairs.len() >= LOST_MAX {
            pairs.clear();
        }
        pairs.insert(pair);
    }

    fn pairs(&self) -> MutexGuard<'_, BTreeSet<PairKey>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
