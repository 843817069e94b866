//! Links known to be there, so that conditions over long lists do not ask the store for each
//! record; and who found a link missing, so that it is looked at again once the link is made.
//!
//! Only what is linked is remembered, until the link gives way to another. Bounded; forgets all when full.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::engine::Want;
use crate::language::plan::Side;
use crate::runtime::limits::KNOWN_LINKS_MAX;
use crate::store::{Link, RecordRef};
use crate::value::Value;

/// Who asks: a record, for a pipeline's decision on it.
pub type Asking = (String, RecordRef);

/// Keys of linked records by the question that they answer, and who asks what has no answer yet.
#[derive(Debug, Default)]
pub struct KnownLinks {
    known: Mutex<BTreeMap<Want, Value>>,
    missed: Mutex<BTreeMap<Want, BTreeSet<Asking>>>,
    /// How often links gave way so far.
    gone: AtomicU64,
}

/// That an answer was looked for, and when: what gave way meanwhile makes it worthless.
#[derive(Clone, Copy, Debug)]
pub struct Looking(u64);

impl KnownLinks {
    /// The linked key, where it is known.
    pub fn get(&self, asked: &Want) -> Option<Value> {
        self.known().get(asked).cloned()
    }

    /// Remembers an answer, unless a link gave way since it was looked for.
    pub fn note(&self, Looking(since): Looking, asked: &Want, key: &Value) {
        let mut known = self.known();
        if self.gone.load(Ordering::Acquire) != since {
            return;
        }
        if known.len() >= KNOWN_LINKS_MAX {
            known.clear();
        }
        known.insert(asked.clone(), key.clone());
    }

    /// A record is decided on by whether this link is there. Said before the answer is looked for, so that a link
    /// made meanwhile is not missed.
    pub fn asks(&self, asked: &Want, asking: Asking) -> Looking {
        let looking = Looking(self.gone.load(Ordering::Acquire));
        let mut missed = self.missed();
        if missed.len() >= KNOWN_LINKS_MAX {
            missed.clear();
        }
        missed.entry(asked.clone()).or_default().insert(asking);
        looking
    }

    /// A link that is no more.
    pub fn forget(&self, link: &Link) {
        let mut known = self.known();
        self.gone.fetch_add(1, Ordering::AcqRel);
        for asked in answered(link) {
            known.remove(&asked);
        }
    }

    /// The records that were decided on without this link, which is there now. Its own two go on with it anyway.
    pub fn made(&self, link: &Link, linked: &[RecordRef; 2]) -> BTreeSet<RecordRef> {
        let mut missed = self.missed();
        let asking = answered(link).into_iter().filter_map(|asked| missed.remove(&asked)).flatten();
        let others = asking.filter(|(pipeline, record)| *pipeline != link.pipeline || !linked.contains(record));
        others.map(|(_, record)| record).collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Want, Value>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missed(&self) -> MutexGuard<'_, BTreeMap<Want, BTreeSet<Asking>>> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The questions that a link answers, one from each end.
fn answered(link: &Link) -> [Want; 2] {
    [(Side::Left, &link.left, &link.right), (Side::Right, &link.right, &link.left)].map(|(side, own, other)| {
        Want::Linked {
            pipeline: link.pipeline.clone(),
            side,
            account: own.account.clone(),
            id: own.id.clone(),
            other: other.account.clone(),
        }
    })
}
