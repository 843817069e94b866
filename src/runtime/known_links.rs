//! Links known to be there, so that conditions over long lists do not ask the store for each record.
//!
//! Only what is linked is remembered: a link, once made, stays. Bounded; forgets all when full.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::limits::KNOWN_LINKS_MAX;
use crate::engine::Want;
use crate::value::Value;

/// Keys of linked records by the question that they answer.
#[derive(Debug, Default)]
pub struct KnownLinks(Mutex<BTreeMap<Want, Value>>);

impl KnownLinks {
    /// The linked key, where it is known.
    pub fn get(&self, asked: &Want) -> Option<Value> {
        self.known().get(asked).cloned()
    }

    /// Remembers an answer.
    pub fn note(&self, asked: &Want, key: &Value) {
        let mut known = self.known();
        if known.len() >= KNOWN_LINKS_MAX {
            known.clear();
        }
        known.insert(asked.clone(), key.clone());
    }

    /// Forgets everything, because rules or accounts changed.
    pub fn clear(&self) {
        self.known().clear();
    }

    fn known(&self) -> std::sync::MutexGuard<'_, BTreeMap<Want, Value>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
