//! Pairs that came to rest: what told of a change before they were last decided on is dealt with,
//! and so is what tells of a record that still is as it was decided on.
//!
//! Spares the calls for the echo of an own write, and for the second of two records that changed
//! at once. In memory only, for one generation of rules; bounded, and forgets all when full. Knows
//! nothing of what a decision looks up beyond the pair: a change of that leads to nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::pair_key::PairKey;
use crate::runtime::limits::RESTED_MAX;
use crate::store::{HintSource, RecordRef, Work};
use crate::value::{Value, digest};

/// What a piece of work answers, by the journal's numbers.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// The newest hint of the record.
    hint: i64,
    /// The newest hint of any record, journalled before anything was read for this work.
    newest: i64,
    /// Whether only a system told of a change, so that an unchanged record is no work.
    by_system: bool,
}

impl Told {
    /// What told of a piece of work. None where it is to be looked at whatever was seen before.
    pub fn of(work: &Work) -> Option<Self> {
        let by_system = match work.source {
            HintSource::Retry | HintSource::Asked => return None,
            HintSource::Webhook | HintSource::Poll => true,
            HintSource::Sweep | HintSource::Made | HintSource::Stirred => false,
        };
        Some(Self { hint: work.hint, newest: work.newest, by_system })
    }
}

/// How a record of a pair was decided on last.
#[derive(Clone, Debug)]
struct Stand {
    newest: i64,
    digest: String,
    left: RecordRef,
    other: PairKey,
}

/// Pairs at rest, under each of their records.
#[derive(Debug, Default)]
pub struct Rested(Mutex<BTreeMap<PairKey, Stand>>);

impl Rested {
    /// The left record of a pair whose rest covers what this work was told.
    pub fn covers(&self, pair: &PairKey, told: Option<Told>, record: &Value) -> Option<RecordRef> {
        let told = told?;
        let stand = self.stands().get(pair).cloned()?;
        let dealt_with = stand.newest >= told.hint || told.by_system && stand.digest == digest::of_value(record);
        dealt_with.then_some(stand.left)
    }

    /// Whether a pair came to rest after this work was told, whatever its record is now.
    pub fn is_dealt_with(&self, pair: &PairKey, told: Option<Told>) -> bool {
        told.is_some_and(|told| self.stands().get(pair).is_some_and(|stand| stand.newest >= told.hint))
    }

    /// A pair is looked at: until it comes to rest, nothing is dealt with.
    pub fn stir(&self, pair: &PairKey) {
        let mut stands = self.stands();
        if let Some(stand) = stands.remove(pair) {
            stands.remove(&stand.other);
        }
    }

    /// A linked pair came to rest, left and right record, with nothing left to do and nothing that stops. `told`: what
    /// it was read after, where it was not only listed.
    pub fn rest(&self, pair: [(PairKey, &Value); 2], told: Option<Told>) {
        let newest = told.map_or(0, |told| told.newest);
        let [(left, left_record), (right, right_record)] = pair;
        let stand = |record: &Value, other: &PairKey| {
            let digest = digest::of_value(record);
            Stand { newest, digest, left: left.record.clone(), other: other.clone() }
        };
        let both = [(left.clone(), stand(left_record, &right)), (right.clone(), stand(right_record, &left))];
        let mut stands = self.stands();
        if stands.len() >= RESTED_MAX {
            stands.clear();
        }
        stands.extend(both);
    }

    fn stands(&self) -> MutexGuard<'_, BTreeMap<PairKey, Stand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
