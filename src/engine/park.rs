//! Why a rule could not be carried out, with what a person needs to mend it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::language::plan::{RuleLine, Side};
use crate::value::Value;

/// The kind of a finding, a kebab-case name.
pub type Code = Cow<'static, str>;

/// The code of a rule that takes more work than a decision may.
pub const TOO_MUCH_WORK: &str = "too-much-work";

/// The code of a record that nothing can be decided on as its peer shows it.
pub const UNREADABLE: &str = "unreadable-record";

/// The reason where a peer's answer lacks what a rule reads.
pub const UNRELIABLE: &str = "what the peer shows cannot be relied on";

/// A look-up that failed; a record that answers it wakes the work.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Wait {
    /// The account searched.
    pub account: String,
    /// The record type searched.
    pub record: String,
    /// The field.
    pub field: String,
    /// The value looked for, as key text.
    pub value: String,
}

/// A record that may be the one meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// `account.record`.
    pub record: String,
    /// Its key.
    pub id: String,
    /// What people call it.
    pub label: String,
    /// Why it is offered.
    pub why: String,
}

/// A record that lacks a counterpart, which a person may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unpaired {
    /// The pipeline that would pair it.
    pub pipeline: String,
    /// The record's side.
    pub side: Side,
    /// Its account.
    pub account: String,
    /// Its key.
    pub id: String,
    /// The account in which its counterpart is missing.
    pub other: String,
}

/// A reason to stop: the whole record before it is linked, one group of fields afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The group that stops; `None`: the whole record.
    pub group: Option<String>,
    /// The kind of finding, a kebab-case name.
    pub code: Code,
    /// In a few plain words.
    pub reason: String,
    /// What happened, with the values.
    pub message: String,
    /// The rule that could not be carried out.
    pub line: RuleLine,
    /// Look-ups that failed.
    pub waits: Vec<Wait>,
    /// Nearest candidates, best first.
    pub candidates: Vec<Candidate>,
    /// The values that do not go together, each with what it is of.
    pub values: Vec<(String, Value)>,
    /// Whether one entry tells it for all records.
    pub once: bool,
    /// The record whose counterpart is missing, where that is the reason.
    pub unpaired: Option<Unpaired>,
}

impl Stop {
    /// A reason without look-ups.
    pub fn new(code: impl Into<Code>, reason: impl Into<String>, message: impl Into<String>, line: &RuleLine) -> Self {
        Self {
            group: None,
            code: code.into(),
            reason: reason.into(),
            message: message.into(),
            line: line.clone(),
            waits: Vec::new(),
            candidates: Vec::new(),
            values: Vec::new(),
            once: false,
            unpaired: None,
        }
    }
}
