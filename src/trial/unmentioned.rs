//! What came of a test and no expectation of it mentions: writes, what was parked, and what does not agree.
//!
//! A write is mentioned where `calls` lists it, or where what is expected of the record that it made or changed looks
//! at a field that it wrote. Judges nothing.

use std::fmt;

use super::came::Came;
use super::words::{expects, expects_park};
use crate::language::plan::test::RuleTest;
use crate::peer::{CallKind, PeerCall};

/// Something that a test does not mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmentioned {
    /// `create`, `update`, `move`, `remove`, `park` or `disagree`.
    pub what: &'static str,
    /// The record, with its account and its key.
    pub record: String,
    /// The fields that were written, the code of what was parked, or what does not agree.
    pub names: Vec<String>,
}

impl fmt::Display for Unmentioned {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}", self.what, self.record)?;
        // Of what is made, all fields are new.
        let silent = self.names.is_empty() || self.what == CallKind::Create.as_str();
        if silent { Ok(()) } else { write!(out, ": {}", self.names.join(", ")) }
    }
}

/// All of it, in order.
pub(super) fn unmentioned(test: &RuleTest, came: &Came<'_>) -> Vec<Unmentioned> {
    let is_listed = test.nothing.is_some() || test.calls.as_ref().is_some_and(|calls| calls.list.is_some());
    let writes = came.writes.iter().filter(|_| !is_listed).filter(|write| !mentions(test, came, write));
    let writes = writes.map(|(account, call)| Unmentioned {
        what: call.kind.as_str(),
        record: match &call.key {
            Some(key) => format!("{account}.{}/{key}", call.record),
            None => format!("{account}.{}", call.record),
        },
        names: call.written.keys().map(ToString::to_string).collect(),
    });
    let parks = came.parks.iter().filter(|park| test.parked.as_ref().is_some_and(|said| !expects_park(said, park)));
    let parks = parks.map(|park| Unmentioned {
        what: "park",
        record: park.draft.target.to_string(),
        names: vec![park.draft.code.clone()],
    });
    let is_told = |text: &String| test.told.as_ref().is_some_and(|said| expects(said, std::slice::from_ref(text)));
    let disagreements = came.tellings.iter().filter(|telling| !is_told(&telling.text));
    let disagreements = disagreements.filter_map(|telling| {
        let name = telling.disagreement.clone()?;
        Some(Unmentioned { what: "disagree", record: telling.record.clone(), names: vec![name] })
    });
    writes.chain(parks).chain(disagreements).collect()
}

/// Whether what is expected of the record looks at what was written, or the refusal is among what is parked.
fn mentions(test: &RuleTest, came: &Came<'_>, (account, call): &(String, PeerCall)) -> bool {
    if call.refused.is_some() && test.parked.is_some() {
        return true;
    }
    came.met.iter().filter(|met| met.expectation.account == *account).any(|met| {
        let is_it = |row: &crate::value::Value| call.key.as_ref() == Some(&met.key(row));
        if met.expectation.record.name != call.record {
            return false;
        }
        // Who says which records of a kind there are says which there are not.
        if call.kind == CallKind::Remove && (met.expectation.listed || met.pairs.is_empty()) {
            return true;
        }
        met.pairs.iter().filter(|(_, row)| row.as_ref().is_some_and(is_it)).any(|(wanted, _)| {
            let whole = call.kind == CallKind::Create || met.expectation.exactly;
            whole || call.written.keys().any(|name| wanted.fields.contains_key(name))
        })
    })
}
