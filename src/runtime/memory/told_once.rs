//! What is told once: refusals that one inbox entry tells for all records, so that the group of fields rests for the
//! others while it stands, and what was told in the log already.
//!
//! In memory only; after a restart or a reload the first record tries again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::limits::TOLD_MAX;
use crate::store::RecordRef;
use crate::value::{Value, digest};

/// A group of fields of a pipeline between two accounts.
type Group = (String, String, String, String);

/// The pair whose inbox entry tells of a group, by its left record.
#[derive(Debug, Default)]
pub struct ToldOnce(Mutex<BTreeMap<Group, RecordRef>>);

impl ToldOnce {
    /// The groups that rest for a pair of a pipeline between two accounts, because another pair tells of them.
    pub fn held(&self, here: (&str, &str, &str), pair: &RecordRef) -> BTreeSet<String> {
        let known = self.known();
        let others = known.iter().filter(|((pipeline, a, b, _), holder)| {
            (pipeline.as_str(), a.as_str(), b.as_str()) == here && *holder != pair
        });
        others.map(|((.., group), _)| group.clone()).collect()
    }

    /// Who tells of a refused group: whoever does already, else `pair`.
    pub fn holder(&self, (pipeline, left, right): (&str, &str, &str), group: &str, pair: &RecordRef) -> RecordRef {
        let name = (pipeline.to_owned(), left.to_owned(), right.to_owned(), group.to_owned());
        self.known().entry(name).or_insert_with(|| pair.clone()).clone()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Group, RecordRef>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was told last of a place, by digest. Bounded, and forgets all when full.
#[derive(Debug, Default)]
pub struct ToldOf(Mutex<BTreeMap<String, String>>);

impl ToldOf {
    /// Whether this is other than what was told last of a place; it counts as told from now on.
    pub fn first_time(&self, place: &str, what: &Value) -> bool {
        let what = digest::of_value(what);
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= TOLD_MAX {
            told.clear();
        }
        told.insert(place.to_owned(), what.clone()) != Some(what)
    }
}
