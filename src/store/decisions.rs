//! What was decided, and what happened to records: written as it happens, read by people and when it is decided again.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::StoreError;
use super::journal::ToldBy;
use super::record::RecordRef;
use crate::engine::{Decision, Situation};
use crate::value::Value;

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
    /// What told of the change; `None`: another record needs the counterpart, or it was journalled before that was.
    pub told: Option<ToldBy>,
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

/// Decisions and history.
#[async_trait]
pub trait Decisions: Send + Sync {
    /// Journals a decision; its inputs are stored once per content.
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError>;

    /// Decisions on a record, or on any, made since an instant, or ever: at most `limit` of the newest, oldest first.
    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError>;

    /// What happened to a record, oldest first, at most `limit` of the newest.
    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError>;
}
