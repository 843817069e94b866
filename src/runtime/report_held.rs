//! What waits because a person or a rule says so, as part of the report: as JSON, and in words.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

use super::report_lists::listed;
use crate::store::{Halt, Reach, RecordRef, Standing};
use crate::value::timestamp;

/// What waits because a person or a rule says so.
#[derive(Clone, Debug, Default)]
pub(super) struct Held {
    /// What the pass came upon, with the word that each waits for.
    records: BTreeMap<RecordRef, Reach>,
    /// What the pass came upon, with the rule line that has each wait.
    by_rule: BTreeMap<RecordRef, String>,
    /// All words that stand in the end.
    pub(super) standing: Vec<Standing>,
}

impl Held {
    /// The pass came upon a record that waits.
    pub(super) fn waits(&mut self, target: &RecordRef, reach: &Reach) {
        self.records.insert(target.clone(), reach.clone());
    }

    /// The pass came upon a record that a rule has wait.
    pub(super) fn waits_by_rule(&mut self, target: &RecordRef, line: &str) {
        self.by_rule.insert(target.clone(), line.to_owned());
    }

    /// It looks at the record anew.
    pub(super) fn goes_on(&mut self, target: &RecordRef) {
        self.records.remove(target);
        self.by_rule.remove(target);
    }

    /// Whether any work waits.
    pub(super) fn has_any(&self) -> bool {
        !self.records.is_empty()
            || !self.by_rule.is_empty()
            || self.standing.iter().any(|one| one.waiting > 0 || one.owes_sweep)
    }

    /// What the pass came upon.
    pub(super) fn records_json(&self) -> Json {
        let told = |(record, reach): (&RecordRef, &Reach)| json!({ "record": record.to_string(), "by": reach.name() });
        let by_rule = |(record, line): (&RecordRef, &String)| json!({ "record": record.to_string(), "by": line });
        self.records.iter().map(told).chain(self.by_rule.iter().map(by_rule)).collect()
    }

    fn records(&self) -> Vec<String> {
        let told = |(record, reach): (&RecordRef, &Reach)| format!("{record}, by {reach}");
        let by_rule = |(record, line): (&RecordRef, &String)| format!("{record}, by the rule {line}");
        self.records.iter().map(told).chain(self.by_rule.iter().map(by_rule)).collect()
    }

    /// A line for each record and each word.
    pub(super) fn lines(&self) -> Vec<String> {
        let by_person = self.standing.iter().map(|one| format!("by a person: {}", in_words(one)));
        self.records().into_iter().chain(by_person).collect()
    }

    pub(super) fn write(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        listed(out, "held", self.records().into_iter())?;
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
