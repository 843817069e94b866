//! Which record each expected one of a test is.
//!
//! A record that is named by its key is that one; a looser one is the nearest of those that are left. Judges nothing.

use super::gap::gaps;
use super::stage::Stage;
use crate::language::plan::test::{Expectation, TestRecord};
use crate::value::Value;

/// The records of one kind against those that are expected of it.
pub(super) struct Met<'t> {
    /// What is expected.
    pub(super) expectation: &'t Expectation,
    /// Each that is expected with the record that it is, if there is one.
    pub(super) pairs: Vec<(&'t TestRecord, Option<Value>)>,
    /// Records that are none of these.
    pub(super) left: Vec<Value>,
}

impl<'t> Met<'t> {
    /// Pairs what is expected with what the peers hold.
    pub(super) fn of(stage: &Stage, expectation: &'t Expectation) -> Self {
        let kind = &expectation.record;
        let mut left: Vec<Value> = match stage.wire.peer(&expectation.account) {
            // Where none is to be there, what is shown and counts as gone is none.
            Some(peer) => {
                let counts = |row: &&Value| !expectation.records.is_empty() || !kind.is_gone(row);
                peer.records(&kind.name).into_iter().filter(counts).cloned().collect()
            }
            None => Vec::new(),
        };
        // Records named by their key are taken first, so that a looser one does not take them away.
        let mut wanted: Vec<&TestRecord> = expectation.records.iter().collect();
        wanted.sort_by_key(|one| !one.fields.contains_key(&kind.key));
        let mut pairs = Vec::new();
        for one in wanted {
            let named = one.fields.get(&kind.key).and_then(Value::to_key);
            let fits = |row: &&Value| named.is_none() || row.field(&kind.key).to_key() == named;
            let far = |row: &Value| gaps(kind, one, row, expectation.exactly).len();
            let nearest = left.iter().enumerate().filter(|(_, row)| fits(row)).min_by_key(|(_, row)| far(row));
            let nearest = nearest.map(|(at, _)| at);
            pairs.push((one, nearest.map(|at| left.remove(at))));
        }
        Self { expectation, pairs, left }
    }

    /// The key of a record of this kind.
    pub(super) fn key(&self, record: &Value) -> String {
        record.field(&self.expectation.record.key).to_key().unwrap_or_default()
    }
}
