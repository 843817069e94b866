//! What waits because a person says so, as part of the report: as JSON, and in words.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

use super::report_lists::listed;
use crate::store::{Halt, Reach, RecordRef, Standing};
use crate::value::timestamp;

/// What waits because a person says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// What the pass came upon, with the word that each waits for.
    records: BTreeMap<RecordRef, Reach>,
    /// All words that stand in the end.
    pub(super) standing: Vec<Standing>,
}

impl Held {
    /// The pass came upon a record that waits.
    pub(super) fn waits(&mut self, target: &RecordRef, reach: &Reach) {
        self.records.insert(target.clone(), reach.clone());
    }

    /// It looks at the record anew.
    pub(super) fn goes_on(&mut self, target: &RecordRef) {
        self.records.remove(target);
    }

    /// Whether any work waits.
    pub(super) fn has_any(&self) -> bool {
        !self.records.is_empty() || self.standing.iter().any(|one| one.waiting > 0 || one.owes_sweep)
    }

    /// What the pass came upon.
    pub(super) fn records_json(&self) -> Json {
        let told = |(record, reach): (&RecordRef, &Reach)| json!({ "record": record.to_string(), "by": reach.name() });
        self.records.iter().map(told).collect()
    }

    pub(super) fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |(record, reach): (&RecordRef, &Reach)| format!("{record}, by {reach}");
        listed(out, "held", self.records.iter().map(told))?;
        for one in &self.standing {
            writeln!(out, "  held by a person: {}", in_words(one))?;
        }
        Ok(())
    }
}

/// What a person has wait, in a line.
pub fn in_words(standing: &Standing) -> String {
    let Standing { halt: Halt { reach, since, until, because }, waiting, .. } = standing;
    let until = until.map(|until| format!(" until {}", timestamp::text_to_second(until))).unwrap_or_default();
    let because = if because.is_empty() { String::new() } else { format!(", because {because}") };
    let waiting = match waiting {
        0 => String::new(),
        1 => "; 1 record waits".to_owned(),
        count => format!("; {count} records wait"),
    };
    let since = timestamp::text_to_second(*since);
    format!("{reach}, since {since}{until}{because}{waiting}; `petiole release {}`", reach.name())
}
