//! The rows of a listing that hold one of some values at a place, found without looking through it.
//!
//! An index is made once for a listing and a place, and may name rows that hold something like the value: whoever asks
//! looks at each of them. Knows no condition.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use super::typed::Typed;
use crate::value::{Path, Segment, Value};

/// Rows by what they hold at a place, each as a key says it.
type Index = HashMap<String, Vec<usize>>;

/// The indices of a listing that were asked for so far.
#[derive(Debug, Default)]
pub(super) struct Indices(Mutex<BTreeMap<Path, Arc<Index>>>);

impl Indices {
    /// The places of all rows that may hold one of these keys there, in order.
    pub(super) fn places(&self, rows: &[Typed], path: &Path, keys: &[String]) -> Vec<usize> {
        let index = self.of(rows, path);
        let found = keys.iter().filter_map(|key| index.get(key)).flatten();
        found.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// How many rows at most may hold one of these keys there.
    pub(super) fn count(&self, rows: &[Typed], path: &Path, keys: &[String]) -> usize {
        let index = self.of(rows, path);
        keys.iter().filter_map(|key| index.get(key)).map(Vec::len).sum()
    }

    fn of(&self, rows: &[Typed], path: &Path) -> Arc<Index> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = known.get(path) {
            return Arc::clone(index);
        }
        let mut index = Index::default();
        for (at, row) in rows.iter().enumerate() {
            take(&mut index, at, &row.value, &path.0);
        }
        let index = Arc::new(index);
        known.insert(path.clone(), Arc::clone(&index));
        index
    }
}

/// Notes what stands at some steps from a value of a row. Where no list is, there are no elements.
fn take(index: &mut Index, at: usize, value: &Value, steps: &[Segment]) {
    match (steps.split_first(), value) {
        (Some((Segment::Field(name), rest)), _) => take(index, at, value.field(name), rest),
        (Some((Segment::Each, rest)), Value::List(items)) => {
            items.iter().for_each(|item| take(index, at, item, rest));
        }
        (Some(_), _) => {}
        (None, _) => {
            if let Some(key) = value.to_key() {
                index.entry(key).or_default().push(at);
            }
        }
    }
}
