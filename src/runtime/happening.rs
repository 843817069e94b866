//! What the runtime tells of itself while it works: one value per thing that happened.
//!
//! For the demo, the reconcile report, the log and metrics. Holds no secrets.

use std::fmt;

use serde_json::{Value as Json, json};

use super::pairing::causes::Causes;
use crate::diagnostic::places::places;
use crate::store::{ParkDraft, Reach, RecordRef};
use crate::value::Value;
use crate::value::json::to_json;

/// Letters of a value that are shown in a line.
const VALUE_SHOWN: usize = 60;

/// Rule lines of each file that are shown with values.
const PLACES_SHOWN: usize = 3;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Happening {
    /// A record was looked at.
    Compared {
        /// The record.
        target: RecordRef,
    },
    /// Something was written outside and settled.
    Written(Change),
    /// Both sides changed one value, and one gave way.
    GaveWay {
        /// The record whose change was looked at.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// The group of fields.
        group: String,
        /// The value that gave way.
        lost: Value,
        /// The value that stayed.
        won: Value,
        /// The rule line.
        line: String,
    },
    /// A peer keeps a value otherwise than it was sent, which is left at that.
    Kept {
        /// The record written.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// The group of fields.
        group: String,
        /// In a sentence.
        text: String,
        /// The rule line.
        line: String,
    },
    /// Two linked records do not agree in what each side works out by itself.
    Disagrees {
        /// The pair's left record.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// What people call it.
        name: String,
        /// What it is made from, by name.
        values: Vec<(String, Value)>,
        /// The rule line.
        line: String,
    },
    /// A value goes nowhere because a rule says so.
    LeftAlone {
        /// The record whose change was looked at.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// The group of fields.
        group: String,
        /// The value.
        value: Value,
        /// The rule's own words.
        because: String,
        /// The rule line.
        line: String,
    },
    /// Two records that existed on both sides were linked.
    Linked {
        /// The pipeline.
        pipeline: String,
        /// The left record.
        left: RecordRef,
        /// The right record.
        right: RecordRef,
        /// The rule line of the match.
        line: String,
    },
    /// Work stopped and waits in the inbox.
    Parked {
        /// The record.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// What happened.
        message: String,
        /// The rule line.
        line: String,
    },
    /// The record has no counterpart and its rules do not ask for one.
    PassedBy {
        /// The record.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
    },
    /// Work was put off.
    PutOff {
        /// The record.
        target: RecordRef,
        /// Why.
        reason: String,
    },
    /// Work waits because a person says so.
    Held {
        /// The record.
        target: RecordRef,
        /// What the person has wait.
        reach: Reach,
    },
    /// What is to be written of a record waits, because a rule says so.
    Waits {
        /// The pair's left record, or the one that has no counterpart yet.
        target: RecordRef,
        /// The pipeline.
        pipeline: String,
        /// The line that says so.
        line: String,
    },
    /// What would have been written if `settings.mode` were `live`.
    Observed(Change),
}

impl Happening {
    /// That this was parked.
    pub(super) fn parked(park: &ParkDraft) -> Self {
        Self::Parked {
            target: park.target.clone(),
            pipeline: park.pipeline.clone(),
            message: park.message.clone(),
            line: format!("{}:{}", park.rule.0, park.rule.1),
        }
    }
}

/// One write outside.
#[derive(Clone, Debug)]
pub struct Change {
    /// The record whose change caused it.
    pub cause: RecordRef,
    /// The record written; of one that is not there yet the id is empty.
    pub target: RecordRef,
    /// The pipeline.
    pub pipeline: String,
    /// `create`, `update`, `move` or `remove`.
    pub action: &'static str,
    /// The fields written.
    pub fields: Value,
    /// What they held before; of what was new, nothing.
    pub before: Value,
    /// The system whose values were written.
    pub owner: String,
    /// The rule lines that caused it.
    pub lines: Vec<String>,
    /// The same by field.
    pub causes: Causes,
}

impl Change {
    /// The change as JSON; names of fields, never their values.
    pub fn to_json(&self) -> Json {
        json!({
            "record": self.target.to_string(), "cause": self.cause.to_string(), "pipeline": self.pipeline,
            "action": self.action, "fields": self.names(), "owner": self.owner, "rules": self.lines,
        })
    }

    /// The change as JSON with its values, for what is only observed.
    pub fn to_json_with_values(&self) -> Json {
        let value = |(name, old, new): (String, Value, Value)| {
            let (old, new) = (to_json(&old), to_json(&new));
            json!({"field": name, "old": old, "new": new, "rules": self.lines_of(&name)})
        };
        let mut told = self.to_json();
        if let Some(told) = told.as_object_mut() {
            told.insert("values".to_owned(), self.values().into_iter().map(value).collect());
        }
        told
    }

    /// What is written where, whatever the values are.
    pub fn place(&self) -> String {
        let record = if self.target.id.is_empty() { &self.cause } else { &self.target };
        let target = (&self.target.account, &self.target.record);
        format!("{record} {target:?} {} {} {:?}", self.pipeline, self.action, self.names())
    }

    /// The change with its values: record, field, old → new.
    pub fn told(&self) -> String {
        let Self { cause, target, pipeline, action, owner, .. } = self;
        let shown = |(name, old, new): (String, Value, Value)| match *action {
            "create" => format!("{name} = {}", shortened(&new)),
            _ => format!("{name}: {} → {}", shortened(&old), shortened(&new)),
        };
        let values = self.values().into_iter().map(shown).collect::<Vec<_>>().join(", ");
        let by = format!("by {owner} ({pipeline}, {})", self.first_places(PLACES_SHOWN));
        match *action {
            // What is only to be made has no key yet.
            "create" if target.id.is_empty() => {
                format!("{}.{}, new, for {cause} {by}: {values}", target.account, target.record)
            }
            "create" => format!("{target}, new, for {cause} {by}: {values}"),
            "remove" => format!("{target} is removed {by}"),
            _ => format!("{target} {by}: {values}"),
        }
    }

    /// The rule lines of a field; where no rule is of it alone, those of the change.
    pub fn lines_of(&self, field: &str) -> &[String] {
        self.causes.lines.get(field).unwrap_or(&self.lines)
    }

    /// Each field with what it held and what it is to hold; of a move the state.
    pub fn values(&self) -> Vec<(String, Value, Value)> {
        if self.action == "move" {
            let state = |name: &str| self.fields.field(name).clone();
            return vec![("state".to_owned(), state("from"), state("to"))];
        }
        let fields = self.fields.as_record().into_iter().flatten();
        fields.map(|(name, new)| (name.to_string(), self.before.field(name).clone(), new.clone())).collect()
    }

    /// The rule lines, each file named once: `rules/a.yaml:4,7  rules/b.yaml:2`.
    pub fn places(&self) -> String {
        self.first_places(usize::MAX)
    }

    /// The first rule lines of each file, and how many more there are: `rules/a.yaml:4,7 and 20 more`.
    pub fn first_places(&self, most: usize) -> String {
        places(self.lines.iter().map(String::as_str), most)
    }

    fn names(&self) -> Vec<&str> {
        self.fields.as_record().map(|fields| fields.keys().map(ecow::EcoString::as_str).collect()).unwrap_or_default()
    }
}

impl fmt::Display for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { target, pipeline, action, owner, .. } = self;
        let what = match (*action, &self.fields) {
            ("move", Value::Record(fields)) => {
                let state = |name: &str| fields.get(name).and_then(Value::to_key).unwrap_or_default();
                format!("{} → {}", state("from"), state("to"))
            }
            _ => self.names().join(", "),
        };
        let what = format!("{action} {what}");
        write!(out, "{target} by {owner} ({pipeline}, {}): {}", self.places(), what.trim_end())
    }
}

/// Values by name, for a sentence.
pub fn told_values(values: &[(String, Value)]) -> String {
    values.iter().map(|(name, value)| format!("{name} is {value}")).collect::<Vec<_>>().join(", ")
}

/// Of the fields that are written, what a record holds.
pub(super) fn held(record: Option<&Value>, fields: &Value) -> Value {
    let value = |name: &str| record.map(|record| record.field(name).clone()).unwrap_or_default();
    let names = fields.as_record().into_iter().flatten().map(|(name, _)| name);
    Value::Record(names.map(|name| (name.clone(), value(name))).collect())
}

/// A value in a line, its end left out where it is long.
pub(super) fn shortened(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::Decimal(number) => number.normalize().to_string(),
        other => other.to_string(),
    };
    if text.chars().count() <= VALUE_SHOWN { text } else { text.chars().take(VALUE_SHOWN).chain(['…']).collect() }
}
