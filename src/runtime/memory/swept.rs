//! What a sweep listed: every record as it stood when the sweep began, kept while the sweep lasts.
//!
//! Lets a record that is in step be seen to be so without a call of its own. Bounded; what is not
//! kept is read one by one. Follows own writes and whatever is read of a record meanwhile; what others change, and
//! nobody has read yet, has hints of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::engine;
use crate::language::plan::{Plan, RecordType, Side};
use crate::runtime::limits::SWEPT_RECORDS_MAX;
use crate::value::Value;

/// What records are looked for by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// A field's value.
    Field(String),
    /// The match value on a side of a pipeline.
    Match(String, Side),
}

/// A record as it is now.
#[derive(Clone, Copy)]
pub struct Fresh<'a> {
    /// The account that has it.
    pub account: &'a str,
    /// What it is.
    pub kind: &'a RecordType,
    /// Its key.
    pub id: &'a str,
    /// What it holds; `None`: it is not there, or could not be read.
    pub record: Option<&'a Value>,
}

/// The records of a sweep by account and record type.
#[derive(Debug, Default)]
pub struct Swept(Mutex<BTreeMap<(String, String), Kind>>);

/// All records of a kind at an account.
#[derive(Debug, Default)]
struct Kind {
    records: BTreeMap<String, Value>,
    /// When own writes were taken in, by the clock that never goes back.
    written: BTreeMap<String, Timestamp>,
    /// Keys by value, for each way that was asked for.
    found: BTreeMap<By, BTreeMap<String, BTreeSet<String>>>,
}

impl Swept {
    /// Keeps all records of a kind, unless they are too many.
    pub fn keep(&self, account: &str, record: &str, records: BTreeMap<String, Value>) {
        let mut kinds = self.kinds();
        let kept: usize = kinds.values().map(|kind| kind.records.len()).sum();
        if kept.saturating_add(records.len()) <= SWEPT_RECORDS_MAX {
            kinds.insert((account.to_owned(), record.to_owned()), Kind { records, ..Kind::default() });
        }
    }

    /// A record, where its kind was listed and kept.
    pub fn record(&self, account: &str, record: &str, id: &str) -> Option<Value> {
        let kinds = self.kinds();
        kinds.get(&(account.to_owned(), record.to_owned()))?.records.get(id).cloned()
    }

    /// The records of a kind with a value; `None`: the kind was not listed or not kept.
    pub fn find(&self, plan: &Plan, (account, kind): (&str, &RecordType), by: &By, value: &str) -> Option<Vec<Value>> {
        let mut kinds = self.kinds();
        let kept = kinds.get_mut(&(account.to_owned(), kind.name.clone()))?;
        if !kept.found.contains_key(by) {
            let mut index: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for (id, record) in &kept.records {
                if let Some(value) = by.value_of(plan, record) {
                    index.entry(value).or_default().insert(id.clone());
                }
            }
            kept.found.insert(by.clone(), index);
        }
        let ids = kept.found.get(by).and_then(|index| index.get(value));
        Some(ids.into_iter().flatten().filter_map(|id| kept.records.get(id)).cloned().collect())
    }

    /// Takes in what a record is after an own write, by the clock that never goes back.
    pub fn wrote(&self, plan: &Plan, fresh: Fresh<'_>, at: Timestamp) {
        self.take(plan, fresh, |kept| {
            kept.written.insert(fresh.id.to_owned(), at);
            true
        });
    }

    /// Takes in a record that was read one by one, from `began` on: what was decided on it is newer than the listing.
    pub fn saw(&self, plan: &Plan, fresh: Fresh<'_>, began: Timestamp) {
        // What was under way while something was written may show what was before.
        self.take(plan, fresh, |kept| kept.written.get(fresh.id).is_none_or(|written| *written < began));
    }

    fn take(
        &self,
        plan: &Plan,
        Fresh { account, kind, id, record }: Fresh<'_>,
        counts: impl FnOnce(&mut Kind) -> bool,
    ) {
        let mut kinds = self.kinds();
        if let Some(kept) = kinds.get_mut(&(account.to_owned(), kind.name.clone()))
            && counts(kept)
        {
            kept.take(plan, id, record);
        }
    }

    /// Forgets everything: the sweep is over, or the rules changed.
    pub fn clear(&self) {
        self.kinds().clear();
    }

    fn kinds(&self) -> MutexGuard<'_, BTreeMap<(String, String), Kind>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kind {
    /// Puts a record in the place of what is kept of it.
    fn take(&mut self, plan: &Plan, id: &str, record: Option<&Value>) {
        let before = self.records.remove(id);
        for (by, index) in &mut self.found {
            if let Some(value) = before.as_ref().and_then(|before| by.value_of(plan, before))
                && let Some(ids) = index.get_mut(&value)
            {
                ids.remove(id);
            }
            if let Some(value) = record.and_then(|record| by.value_of(plan, record)) {
                index.entry(value).or_default().insert(id.to_owned());
            }
        }
        if let Some(record) = record {
            self.records.insert(id.to_owned(), record.clone());
        }
    }
}

impl By {
    fn value_of(&self, plan: &Plan, record: &Value) -> Option<String> {
        match self {
            Self::Field(name) => record.field(name).to_key(),
            Self::Match(pipeline, side) => engine::match_value(plan, plan.pipelines.get(pipeline)?, *side, record),
        }
    }
}
