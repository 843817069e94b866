//! What a decision is made from: the pair, its link, the settings, and records read so far.
//!
//! A value through and through: it can be journalled, and deciding on it again gives the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::base::Base;
use super::listed::Listed;
use super::park::{Candidate, Wait};
use crate::language::plan::Side;
use crate::value::{Path, Record, Value, json};

/// A read that a decision needs and does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Want {
    /// A record by key.
    Record {
        /// The account.
        account: String,
        /// The record type.
        record: String,
        /// The key.
        id: String,
    },
    /// Records of a kind whose field has a value, where the system has a call for that.
    Find {
        /// The account.
        account: String,
        /// The record type.
        record: String,
        /// The field.
        field: String,
        /// Its value, as key text.
        value: String,
    },
    /// All records of a kind.
    List {
        /// The account.
        account: String,
        /// The record type.
        record: String,
        /// Whether a listing that is kept for a while will not do.
        newest: bool,
    },
    /// Records of a pipeline's side whose match value is this.
    Match {
        /// The pipeline.
        pipeline: String,
        /// The side searched.
        side: Side,
        /// The account searched.
        account: String,
        /// The match value, as key text.
        value: String,
        /// Where the searched record can only be younger than this instant.
        since: Option<Timestamp>,
    },
    /// The key of the record that a pipeline has linked with this one, if it has.
    Linked {
        /// The pipeline.
        pipeline: String,
        /// The side of the known record.
        side: Side,
        /// Its account.
        account: String,
        /// Its key.
        id: String,
        /// The account of the other side.
        other: String,
    },
    /// That a record's own pair was brought together and nothing of it stopped.
    Settled {
        /// The pipeline.
        pipeline: String,
        /// The side of the record.
        side: Side,
        /// Its account.
        account: String,
        /// Its key.
        id: String,
        /// The account of the other side.
        other: String,
    },
    /// The key of the record that a pipeline links to this one, brought over first where it is
    /// missing and the pipeline's `create` allows it.
    Counterpart {
        /// The pipeline.
        pipeline: String,
        /// The side of the known record.
        side: Side,
        /// Its account.
        account: String,
        /// Its key.
        id: String,
        /// The account of the other side.
        other: String,
    },
}

/// The answer to a [`Want`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Records, none where there are none.
    Records(Vec<Value>),
    /// All records of a kind, shared.
    Listed(Arc<Listed>),
    /// Records of which something cannot be relied on.
    Lacking {
        /// What there is of them; none where nothing can be relied on.
        records: Vec<Value>,
        /// The fields that are lacking.
        fields: Vec<Path>,
        /// The kind of finding.
        code: &'static str,
        /// In a sentence.
        message: String,
    },
    /// The counterpart's key.
    Key(Value),
    /// No counterpart: why, what was looked for, and what may have been meant.
    Nothing {
        /// The kind of finding.
        code: &'static str,
        /// In a sentence.
        message: String,
        /// The look-ups that failed.
        waits: Vec<Wait>,
        /// Nearest candidates.
        candidates: Vec<Candidate>,
    },
}

/// A record that rules have made where it is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Makeable {
    /// The account.
    pub account: String,
    /// The record type.
    pub record: String,
    /// Its key.
    pub id: String,
}

/// What became of a record that was to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there, and holds this.
    There(Value),
    /// It would be made with this, and is not now: nothing that rests on it is written.
    Withheld(Value),
    /// It cannot be made: what needs it goes on without.
    Refused,
}

/// Answers so far.
pub type Reads = BTreeMap<Want, Found>;

/// Of listings, the rows that a decision was made from.
pub type Fitting = BTreeMap<Want, Vec<Value>>;

/// A pair of records as it stands.
#[derive(Clone, Debug)]
pub struct Situation {
    /// The side whose change is looked at.
    pub changed: Side,
    /// The left account.
    pub left_account: String,
    /// The right account.
    pub right_account: String,
    /// The left record, where there is one.
    pub left: Option<Value>,
    /// The right record, where there is one.
    pub right: Option<Value>,
    /// The base, where the two are linked.
    pub base: Option<Base>,
    /// The key of the linked counterpart, where its system no longer has it.
    pub gone: Option<String>,
    /// Settings as nested records, the environment resolved.
    pub settings: Value,
    /// Whether another pipeline needs the counterpart.
    pub demanded: bool,
    /// Whether drift on the side that does not own is put right now.
    pub sweep: bool,
    /// Whether a person asks for the counterpart of this very record.
    pub asked: bool,
    /// Groups that a peer refused while this pair was brought together: left alone this time.
    pub held: BTreeSet<String>,
    /// One group at a time, because a peer refused several together.
    pub apart: bool,
    /// Records read so far.
    pub reads: Reads,
    /// What became of the records that were to be made so far.
    pub made: BTreeMap<Makeable, Made>,
}

impl Situation {
    /// The record of a side.
    pub fn record(&self, side: Side) -> Option<&Value> {
        match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        }
    }

    /// The record of a side, to be replaced.
    pub fn record_mut(&mut self, side: Side) -> &mut Option<Value> {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// The account of a side.
    pub fn account(&self, side: Side) -> &str {
        match side {
            Side::Left => &self.left_account,
            Side::Right => &self.right_account,
        }
    }

    /// Both records under their sides' names.
    pub fn records(&self) -> Value {
        Value::Record(Record::from([
            ("left".to_owned(), self.left.clone().unwrap_or_default()),
            ("right".to_owned(), self.right.clone().unwrap_or_default()),
        ]))
    }

    /// Everything the decision was made from, as one value for the journal: of listings what fitted, since deciding
    /// on that alone gives the same.
    pub fn to_value(&self, fitting: &Fitting) -> Value {
        let told = |(want, found): (&Want, &Found)| {
            let found = match found {
                Found::Listed(_) => fitting.get(want).cloned().unwrap_or_default().into(),
                other => other.to_value(),
            };
            Value::List(ecow::eco_vec![Value::text(format!("{want:?}")), found])
        };
        let reads = self.reads.iter().map(told).collect();
        let base = self.base.iter().flatten().map(|(rule, values)| {
            (rule.clone(), Value::List(ecow::eco_vec![values.left.clone(), values.right.clone()]))
        });
        Value::Record(Record::from([
            ("changed".to_owned(), Value::from(self.changed.as_str())),
            ("left_account".to_owned(), Value::from(self.left_account.as_str())),
            ("right_account".to_owned(), Value::from(self.right_account.as_str())),
            ("left".to_owned(), self.left.clone().unwrap_or_default()),
            ("right".to_owned(), self.right.clone().unwrap_or_default()),
            ("linked".to_owned(), Value::Bool(self.base.is_some())),
            ("base".to_owned(), Value::Record(base.collect())),
            ("gone".to_owned(), self.gone.clone().map(Value::text).unwrap_or_default()),
            ("settings".to_owned(), self.settings.clone()),
            ("demanded".to_owned(), Value::Bool(self.demanded)),
            ("sweep".to_owned(), Value::Bool(self.sweep)),
            ("asked".to_owned(), Value::Bool(self.asked)),
            ("held".to_owned(), Value::List(self.held.iter().map(Value::text).collect())),
            ("reads".to_owned(), Value::List(reads)),
        ]))
    }
}

impl Found {
    /// The records, where it is single records that were found.
    pub fn rows(&self) -> Option<&[Value]> {
        if let Self::Records(rows) | Self::Lacking { records: rows, .. } = self { Some(rows) } else { None }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Listed(listed) => Value::List(listed.rows().iter().map(|row| row.value.clone()).collect()),
            Self::Records(records) => records.clone().into(),
            Self::Lacking { records, message, .. } => json::from_json(
                &serde_json::json!({ "lacking": message, "records": json::to_json(&Value::from(records.clone())) }),
            ),
            Self::Key(key) => key.clone(),
            Self::Nothing { message, .. } => json::from_json(&serde_json::json!({ "nothing": message })),
        }
    }
}
