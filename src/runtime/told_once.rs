//! Refusals that one inbox entry tells for all records: while one is known, the group of fields rests.
//!
//! In memory only; after a restart or a reload the first record tries again.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::pair::Pairing;

/// Groups at rest, by pipeline and both accounts.
#[derive(Debug, Default)]
pub struct ToldOnce(Mutex<BTreeSet<(String, String, String, String)>>);

impl ToldOnce {
    /// The groups of a pair that rest.
    pub fn held(&self, pairing: &Pairing<'_>) -> BTreeSet<String> {
        let (left, right) = pairing.accounts();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of_pair =
            known.iter().filter(|(pipeline, a, b, _)| *pipeline == pairing.pipeline.name && a == left && b == right);
        of_pair.map(|(.., group)| group.clone()).collect()
    }

    /// A group was refused.
    pub fn note(&self, pairing: &Pairing<'_>, group: &str) {
        let (left, right) = pairing.accounts();
        let name = (pairing.pipeline.name.clone(), left.to_owned(), right.to_owned(), group.to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name);
    }

    /// Forgets everything, because rules or accounts changed.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
