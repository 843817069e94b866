//! Hints and the work that they make, decisions and history.
//!
//! A hint only names a record; what happened to it is read from its system. Many hints for one
//! record that have not started are one piece of work.

use std::fmt;

use jiff::Timestamp;

use crate::engine::{Decision, Situation};
use crate::value::Value;

/// A record of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// The account's name.
    pub account: String,
    /// The record type's name.
    pub record: String,
    /// The key, as text.
    pub id: String,
}

impl fmt::Display for RecordRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}/{}", self.account, self.record, self.id)
    }
}

/// What told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintSource {
    /// The system itself.
    Webhook,
    /// A look for changes.
    Poll,
    /// A full comparison.
    Sweep,
    /// A person, or a record that parked work waited for.
    Retry,
    /// A person, for this very record.
    Asked,
    /// Petiole itself, which made the record just now.
    Made,
    /// A record that the pair's values are made from, together with others, and that does not stand as it did.
    Stirred,
}

impl HintSource {
    /// The word kept in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Poll => "poll",
            Self::Sweep => "sweep",
            Self::Retry => "retry",
            Self::Asked => "asked",
            Self::Made => "made",
            Self::Stirred => "stirred",
        }
    }

    /// The source of this word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Webhook, Self::Poll, Self::Sweep, Self::Retry, Self::Asked, Self::Made, Self::Stirred];
        all.into_iter().find(|one| one.as_str() == word)
    }
}

/// A record that may have changed.
#[derive(Clone, Debug)]
pub struct Hint {
    /// When petiole heard of it.
    pub at: Timestamp,
    /// From whom.
    pub source: HintSource,
    /// The record.
    pub target: RecordRef,
    /// The record's own modification mark where the hint carries one. A hint whose mark is the
    /// one already accepted for the record is passed over, so that overlapping polls cost nothing; a sweep's is not.
    pub version: Option<String>,
    /// Whether it goes before other work.
    pub first: bool,
}

/// Claimed work on one record.
#[derive(Clone, Debug)]
pub struct Work {
    /// The record.
    pub target: RecordRef,
    /// The number of the newest hint that this work answers.
    pub hint: i64,
    /// The number of the newest hint of any record when this was claimed.
    pub newest: i64,
    /// What told of the change.
    pub source: HintSource,
    /// When the oldest unanswered hint came.
    pub since: Timestamp,
    /// How often it was tried and put off before.
    pub attempts: u32,
}

/// How far a look for changes has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The account.
    pub account: String,
    /// The record type.
    pub record: String,
    /// The highest modification instant whose hints are durable.
    pub at: Timestamp,
}

/// A decision with everything it was made from: deciding on that again, under the same rules, gives the same.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionEntry {
    /// When.
    pub at: Timestamp,
    /// The pipeline.
    pub pipeline: String,
    /// The record whose change was looked at.
    pub target: RecordRef,
    /// The generation of rules.
    pub generation: i64,
    /// Everything the decision was made from; stored once per content, and so are its settings.
    pub situation: Situation,
    /// What was decided.
    pub outcome: Decision,
}

/// Something that happened to a record, for people.
#[derive(Clone, Debug)]
pub struct HistoryEntry {
    /// When.
    pub at: Timestamp,
    /// The record.
    pub target: RecordRef,
    /// What, in one line.
    pub what: String,
    /// More, as a value: old and new, the losing side, the peer's words.
    pub detail: Value,
    /// The rule lines that caused it.
    pub lines: Vec<String>,
}
