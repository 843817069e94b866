//! The ledger: where every record stands that a sweep listed, counted by pipeline and account.
//!
//! Every listed record is in exactly one bucket of each pipeline that has its kind: the first that it belongs in, in
//! the order of [`Bucket`]. So the buckets of a line sum up to what the account's own list counts. Knows no rule: who
//! counts says what belongs where.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

/// Where a record stands in a pipeline. What comes first counts where a record belongs in several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    /// An entry of the inbox is about it: it waits for a person, or for another record.
    Parked,
    /// What is to be done waits for a word: the brake holds it, or `settings.mode` is `observe`.
    Held,
    /// Something failed on the way, and is tried again by itself.
    Retrying,
    /// It has work that has not been begun, or is being worked on.
    Waiting,
    /// It went past the states that would have brought it over, and nobody asked for it since.
    PassedBy,
    /// A rule says that something of it goes nowhere, or a person took it out of the inbox.
    LeftAlone,
    /// It has its counterpart, and nothing is to be done.
    InStep,
    /// It has no counterpart, and no rule asks for one.
    OutOfScope,
}

impl Bucket {
    /// In the order in which people read them.
    pub const ALL: [Self; 8] = [
        Self::InStep,
        Self::Waiting,
        Self::Retrying,
        Self::Parked,
        Self::LeftAlone,
        Self::PassedBy,
        Self::Held,
        Self::OutOfScope,
    ];

    /// Its name in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Parked => "parked",
            Self::Held => "held",
            Self::Retrying => "retrying",
            Self::Waiting => "waiting",
            Self::PassedBy => "passed_by",
            Self::LeftAlone => "left_alone",
            Self::InStep => "in_step",
            Self::OutOfScope => "out_of_scope",
        }
    }
}

/// The records of one kind at one account, as one pipeline sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The pipeline.
    pub pipeline: String,
    /// The account.
    pub account: String,
    /// The kind of record.
    pub record: String,
    /// How many are in each bucket; one without any is not there.
    pub buckets: BTreeMap<Bucket, u64>,
}

impl LedgerLine {
    /// All of them.
    pub fn total(&self) -> u64 {
        self.buckets.values().sum()
    }

    /// How many are in a bucket.
    pub fn count(&self, bucket: Bucket) -> u64 {
        self.buckets.get(&bucket).copied().unwrap_or_default()
    }

    fn to_json(&self) -> Json {
        let mut told = Map::new();
        told.insert("pipeline".to_owned(), json!(self.pipeline));
        told.insert("account".to_owned(), json!(self.account));
        told.insert("record".to_owned(), json!(self.record));
        told.insert("total".to_owned(), json!(self.total()));
        told.extend(Bucket::ALL.map(|bucket| (bucket.key().to_owned(), json!(self.count(bucket)))));
        Json::Object(told)
    }

    fn from_json(told: &Json) -> Option<Self> {
        let word = |name: &str| told.get(name).and_then(Json::as_str).map(str::to_owned);
        let count = |bucket: Bucket| told.get(bucket.key()).and_then(Json::as_u64).filter(|count| *count > 0);
        let buckets = Bucket::ALL.into_iter().filter_map(|bucket| Some((bucket, count(bucket)?))).collect();
        Some(Self { pipeline: word("pipeline")?, account: word("account")?, record: word("record")?, buckets })
    }
}

/// Where every record stood when a sweep had come to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// When that sweep began.
    pub at: Timestamp,
    /// By pipeline, side and account.
    pub lines: Vec<LedgerLine>,
}

impl Ledger {
    /// Whether any record was there at all.
    pub fn has_any(&self) -> bool {
        self.lines.iter().any(|line| line.total() > 0)
    }

    /// Its lines as a list.
    pub fn to_json(&self) -> Json {
        self.lines.iter().map(LedgerLine::to_json).collect()
    }

    /// What [`Self::to_json`] made of a sweep's. What is no line is left out.
    pub fn from_json(at: Timestamp, told: &Json) -> Self {
        Self { at, lines: told.as_array().into_iter().flatten().filter_map(LedgerLine::from_json).collect() }
    }
}

/// A line for each kind of which there are any: `  orders  shop.order  12: 9 in step, 3 parked`.
impl fmt::Display for Ledger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<&LedgerLine> = self.lines.iter().filter(|line| line.total() > 0).collect();
        let name = |line: &LedgerLine| format!("{}.{}", line.account, line.record);
        let widest = |texts: &mut dyn Iterator<Item = String>| texts.map(|text| text.chars().count()).max();
        let first = widest(&mut shown.iter().map(|line| line.pipeline.clone())).unwrap_or_default();
        let second = widest(&mut shown.iter().map(|line| name(line))).unwrap_or_default();
        let third = widest(&mut shown.iter().map(|line| line.total().to_string())).unwrap_or_default();
        for line in shown {
            let told = |bucket: Bucket| match line.count(bucket) {
                0 => None,
                1 if line.total() == 1 => Some(bucket.key().replace('_', " ")),
                all if all == line.total() => Some(format!("all {}", bucket.key().replace('_', " "))),
                count => Some(format!("{count} {}", bucket.key().replace('_', " "))),
            };
            let buckets: Vec<String> = Bucket::ALL.into_iter().filter_map(told).collect();
            let (pipeline, name, total) = (&line.pipeline, name(line), line.total());
            writeln!(out, "  {pipeline:first$}  {name:second$}  {total:third$}: {}", buckets.join(", "))?;
        }
        Ok(())
    }
}
