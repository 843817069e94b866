//! How records stood when they last stirred the pairs that are made from them, and which those were.
//!
//! Bounded: when all is forgotten, a change stirs what the record names now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::limits::{STIRRED_MAX, STIRS_MAX};
use crate::store::RecordRef;

/// How a record stood when it last stirred others, and whom.
#[derive(Debug, Default)]
struct Stand {
    digest: String,
    named: BTreeSet<RecordRef>,
}

/// The records that stirred others.
#[derive(Debug, Default)]
pub struct Stirred(Mutex<BTreeMap<RecordRef, Stand>>);

impl Stirred {
    /// Notes how a record stands, and whom it names; whom it concerns that it does not stand as it did.
    pub fn note(&self, target: &RecordRef, digest: String, named: BTreeSet<RecordRef>) -> BTreeSet<RecordRef> {
        let mut stands = self.stands();
        if stands.len() >= STIRRED_MAX {
            stands.clear();
        }
        let stand = stands.entry(target.clone()).or_default();
        if stand.digest == digest {
            return BTreeSet::new();
        }
        let before = std::mem::replace(stand, Stand { digest, named: named.clone() }).named;
        before.into_iter().chain(named).take(STIRS_MAX).collect()
    }

    /// A record is gone: whom it named.
    pub fn gone(&self, target: &RecordRef) -> BTreeSet<RecordRef> {
        self.stands().remove(target).map(|stand| stand.named).unwrap_or_default()
    }

    fn stands(&self) -> MutexGuard<'_, BTreeMap<RecordRef, Stand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
