//! What a decision is made from: the pair, its link, the settings, and records read so far.
//!
//! A value through and through: it can be journalled, and deciding on it again gives the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::base::Base;
use super::listed::Listed;
use super::park::{Candidate, Code, Wait};
use crate::language::plan::Side;
use crate::value::{Path, Record, Value};

/// A read that a decision needs and does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Found {
    /// Records, none where there are none.
    Records(Vec<Value>),
    /// All records of a kind, shared.
    #[serde(skip)]
    Listed(Arc<Listed>),
    /// Of all records of a kind those that a decision was made from, as it is journalled.
    Fitted(Vec<Value>),
    /// Records of which something cannot be relied on.
    Lacking {
        /// What there is of them; none where nothing can be relied on.
        records: Vec<Value>,
        /// The fields that are lacking.
        fields: Vec<Path>,
        /// The kind of finding.
        code: Code,
        /// In a sentence.
        message: String,
    },
    /// The counterpart's key.
    Key(Value),
    /// No counterpart: why, what was looked for, and what may have been meant.
    Nothing {
        /// The kind of finding.
        code: Code,
        /// In a sentence.
        message: String,
        /// The look-ups that failed.
        waits: Vec<Wait>,
        /// Nearest candidates.
        candidates: Vec<Candidate>,
    },
}

/// A record that rules have made where it is not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Makeable {
    /// The account.
    pub account: String,
    /// The record type.
    pub record: String,
    /// Its key.
    pub id: String,
}

/// What became of a record that was to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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

/// Of listings, the places of the rows that a decision was made from.
pub type Fitting = BTreeMap<Want, BTreeSet<usize>>;

/// A pair of records as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Settings as nested records, the environment resolved. Kept beside what is journalled, since many share them.
    #[serde(skip)]
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
    #[serde(with = "super::pairs")]
    pub reads: Reads,
    /// What became of the records that were to be made so far.
    #[serde(with = "super::pairs")]
    pub made: BTreeMap<Makeable, Made>,
}

impl Situation {
    /// A pair of these accounts, the left one first, of which one side changed and nothing else is known.
    pub fn of(changed: Side, [left_account, right_account]: [String; 2], settings: Value) -> Self {
        Self {
            changed,
            left_account,
            right_account,
            left: None,
            right: None,
            base: None,
            gone: None,
            settings,
            demanded: false,
            sweep: false,
            asked: false,
            held: BTreeSet::new(),
            apart: false,
            reads: Reads::new(),
            made: BTreeMap::new(),
        }
    }

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
}

impl Found {
    /// The records of a listing, in its order.
    pub fn all(&self) -> Box<dyn Iterator<Item = &Value> + '_> {
        match self {
            Self::Listed(listed) => Box::new(listed.rows().iter().map(|row| &row.value)),
            Self::Fitted(rows) => Box::new(rows.iter()),
            _ => Box::new(std::iter::empty()),
        }
    }

    /// The records, where it is single records that were found.
    pub fn rows(&self) -> Option<&[Value]> {
        if let Self::Records(rows) | Self::Lacking { records: rows, .. } = self { Some(rows) } else { None }
    }
}
