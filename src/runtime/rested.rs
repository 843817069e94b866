//! Pairs that came to rest: what told of a change before they were last decided on is dealt with,
//! and so is what tells of a record that still is as it was decided on.
//!
//! Spares the calls for the echo of an own write, and for the second of two records that changed
//! at once. In memory only, for one generation of rules; bounded, and forgets all when full. Knows
//! nothing of what a decision looks up beyond the pair: a change of that leads to nothing by itself.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::limits::RESTED_MAX;
use super::pair::Pairing;
use crate::engine::Situation;
use crate::language::plan::Side;
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
    generation: i64,
    newest: i64,
    digest: String,
    left: RecordRef,
    other: Key,
}

/// A record of a pair: the pipeline, the record, the account of the other side.
type Key = (String, RecordRef, String);

/// Pairs at rest, under each of their records.
#[derive(Debug, Default)]
pub struct Rested(Mutex<BTreeMap<Key, Stand>>);

impl Rested {
    /// The left record of a pair whose rest covers what this work was told.
    pub fn covers(&self, generation: i64, pairing: &Pairing<'_>, record: &Value) -> Option<RecordRef> {
        let told = pairing.told?;
        let key = (pairing.pipeline.name.clone(), pairing.target(), pairing.other.to_owned());
        let stand = self.stands().get(&key).filter(|stand| stand.generation == generation).cloned()?;
        let dealt_with = stand.newest >= told.hint || told.by_system && stand.digest == digest::of_value(record);
        dealt_with.then_some(stand.left)
    }

    /// A pair is looked at: until it comes to rest, nothing is dealt with.
    pub fn stir(&self, pairing: &Pairing<'_>) {
        let key = (pairing.pipeline.name.clone(), pairing.target(), pairing.other.to_owned());
        let mut stands = self.stands();
        if let Some(stand) = stands.remove(&key) {
            stands.remove(&stand.other);
        }
    }

    /// A linked pair came to rest, with nothing left to do and nothing that stops. `told`: what it was read after, where
    /// it was not only listed.
    pub fn rest(&self, generation: i64, pairing: &Pairing<'_>, situation: &Situation, told: Option<Told>) {
        let (left_account, right_account) = pairing.accounts();
        let key = |side: Side, account: &str, other: &str| {
            let kind = pairing.pipeline.record(side);
            let id = kind.id_of(situation.record(side)?)?;
            let record = RecordRef { account: account.to_owned(), record: kind.name.clone(), id };
            Some((pairing.pipeline.name.clone(), record, other.to_owned()))
        };
        let ends = (key(Side::Left, left_account, right_account), key(Side::Right, right_account, left_account));
        let (Some(left), Some(right)) = ends else { return };
        let newest = told.map_or(0, |told| told.newest);
        let mut stands = self.stands();
        if stands.len() >= RESTED_MAX {
            stands.clear();
        }
        for (side, own, other) in [(Side::Left, &left, &right), (Side::Right, &right, &left)] {
            let Some(record) = situation.record(side) else { continue };
            let digest = digest::of_value(record);
            let stand = Stand { generation, newest, digest, left: left.1.clone(), other: other.clone() };
            stands.insert(own.clone(), stand);
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.stands().clear();
    }

    fn stands(&self) -> MutexGuard<'_, BTreeMap<Key, Stand>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
