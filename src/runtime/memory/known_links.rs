//! Links known to be there, so that conditions over long lists do not ask the store for each
//! record; and who found a link missing, until the store keeps that with the end of the work.
//!
//! Only what is linked is remembered, until the link gives way to another. Bounded; forgets all when full.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pair_key::PairKey;
use crate::engine::Want;
use crate::language::plan::Side;
use crate::runtime::limits::KNOWN_LINKS_MAX;
use crate::store::{Asked, Link, LinkEnd, LinkWait};
use crate::value::Value;

/// What a pair is decided on for want of.
#[derive(Debug, Default)]
struct Missed {
    links: BTreeSet<LinkWait>,
    /// Whether nothing more is asked for.
    is_whole: bool,
}

/// Keys of linked records by the question that they answer, and who asks what has no answer yet.
#[derive(Debug, Default)]
pub struct KnownLinks {
    known: Mutex<BTreeMap<Want, Value>>,
    missed: Mutex<BTreeMap<PairKey, Missed>>,
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

    /// A pair is decided on anew: what it asks for from now on is all that counts.
    pub fn begins(&self, asking: PairKey) {
        self.missed().insert(asking, Missed::default());
    }

    /// A pair came to its end.
    pub fn ends(&self, asking: &PairKey) {
        if let Some(missed) = self.missed().get_mut(asking) {
            missed.is_whole = true;
        }
    }

    /// A link is looked for.
    pub fn looks(&self) -> Looking {
        Looking(self.gone.load(Ordering::Acquire))
    }

    /// A pair is decided on for want of a link.
    pub fn misses(&self, asked: &Want, asking: PairKey) {
        if let Want::Linked { pipeline, side, account, id, other } = asked {
            let end = LinkEnd { account: account.clone(), id: id.clone() };
            let wait = LinkWait { pipeline: pipeline.clone(), left: *side == Side::Left, end, other: other.clone() };
            self.missed().entry(asking).or_default().links.insert(wait);
        }
    }

    /// What pairs that came to their end were decided on for want of, to be kept in the store.
    pub fn asked(&self) -> Vec<Asked> {
        let mut missed = self.missed();
        let (whole, rest) = std::mem::take(&mut *missed).into_iter().partition(|(_, missed)| missed.is_whole);
        *missed = rest;
        let whole: BTreeMap<PairKey, Missed> = whole;
        let asked = |(PairKey { pipeline, record, other }, Missed { links, .. }): (PairKey, Missed)| Asked {
            pipeline,
            target: record,
            with: other,
            links: links.into_iter().collect(),
        };
        whole.into_iter().map(asked).collect()
    }

    /// What could not be kept, unless it was asked anew meanwhile.
    pub fn unkept(&self, asked: Vec<Asked>) {
        let mut missed = self.missed();
        for Asked { pipeline, target, with, links } in asked {
            let links = Missed { links: links.into_iter().collect(), is_whole: true };
            missed.entry(PairKey { pipeline, record: target, other: with }).or_insert(links);
        }
    }

    /// A link that is no more.
    pub fn forget(&self, link: &Link) {
        let mut known = self.known();
        self.gone.fetch_add(1, Ordering::AcqRel);
        for asked in answered(link) {
            known.remove(&asked);
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Want, Value>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn missed(&self) -> MutexGuard<'_, BTreeMap<PairKey, Missed>> {
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
