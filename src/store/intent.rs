//! Intents: what is about to be written outside, journalled before the call is made.
//!
//! An open intent after a restart means that a call may or may not have reached its peer; the
//! runtime looks for its trace before it does anything else with that record.

use jiff::Timestamp;

use super::decisions::{DecisionEntry, HistoryEntry};
use super::journal::{Claim, Hint};
use super::link::Link;
use super::record::RecordRef;
use crate::value::Value;

/// An intent before it has a number.
#[derive(Clone, Debug)]
pub struct IntentDraft {
    /// The same for every try of the same effect.
    pub key: String,
    /// The pipeline.
    pub pipeline: String,
    /// The record whose change caused it.
    pub cause: RecordRef,
    /// The account written to.
    pub account: String,
    /// The record type written.
    pub record: String,
    /// The record written; `None`: it is to be created.
    pub id: Option<String>,
    /// `create`, `update` or `move`.
    pub action: String,
    /// The fields written, without secrets.
    pub fields: Value,
    /// The rule lines that caused it.
    pub lines: Vec<String>,
    /// The generation of rules.
    pub generation: i64,
    /// When.
    pub at: Timestamp,
    /// What led to it, to be journalled with it; no intent that is read has one.
    pub decision: Option<Box<DecisionEntry>>,
}

/// How far an intent has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntentState {
    /// The call may or may not have been made.
    Open,
    /// The peer did it.
    Done,
    /// The peer refused it, or it was never sent.
    Failed,
}

impl IntentState {
    /// The word kept in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Done, Self::Failed].into_iter().find(|one| one.as_str() == word)
    }
}

/// A journalled intent.
#[derive(Clone, Debug)]
pub struct Intent {
    /// Its number.
    pub number: i64,
    /// What was meant.
    pub draft: IntentDraft,
    /// How far it has come.
    pub state: IntentState,
}

impl Intent {
    /// Whether nobody knows yet what became of it.
    pub fn is_open(&self) -> bool {
        self.state == IntentState::Open
    }
}

/// What one transaction settles.
#[derive(Clone, Debug, Default)]
pub struct Settlement {
    /// The claim under which it is done; none: a person says so.
    pub claim: Option<Claim>,
    /// The intent and what became of it.
    pub intent: Option<(i64, IntentState)>,
    /// The link with its base, written whole.
    pub link: Option<Link>,
    /// Links that give way to it.
    pub gives_way: Vec<Link>,
    /// What people should be able to read later.
    pub history: Vec<HistoryEntry>,
    /// Records that are work now because of it.
    pub hints: Vec<Hint>,
    /// What led to it, where no intent did, to be journalled with it.
    pub decision: Option<Box<DecisionEntry>>,
}
