//! What a pass would do, as people and scripts read it.
//!
//! Made of the report of a pass that was only rehearsed: whatever a sync tells of what it did, a plan tells of what
//! would be. Knows no engine and decides nothing.

mod as_json;
mod as_text;
pub mod permit;

use std::collections::{BTreeMap, BTreeSet};

use super::happening::Change;
use super::report::Report;
use crate::connector::Rehearsed;
use crate::store::RecordRef;

/// What a pass would do.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What the rehearsed pass came to.
    pub report: Report,
    /// By which rules.
    pub rules: By,
    /// Whether everything was looked at, unless it is about one record.
    pub full: bool,
    /// The one record that it is about, as it was named.
    pub only: Option<String>,
    /// What the inbox held before: records with pipeline and group.
    pub parked_before: BTreeSet<(RecordRef, String)>,
    /// Calls by account.
    pub calls: BTreeMap<String, Calls>,
    /// Keys that are made up for records that are new, each with the kind of record.
    pub made_up: BTreeMap<String, String>,
}

/// By which rules it was planned.
#[derive(Clone, Debug)]
pub struct By {
    /// SHA-256 of the rule tree.
    pub hash: String,
    /// The generation that serves, or served last; none where none ever did.
    pub serving: Option<i64>,
    /// Whether these rules are others than those.
    pub is_candidate: bool,
    /// SHA-256 of what the files say, wherever their folder is.
    pub content: String,
}

/// The calls of an account.
#[derive(Clone, Copy, Debug)]
pub struct Calls {
    /// What was read, and what would be read and written.
    pub counted: Rehearsed,
    /// How many the peer takes a minute.
    pub per_minute: u32,
}

impl Calls {
    /// All that a sync would make.
    pub fn all(&self) -> u64 {
        let Rehearsed { sent, spared, writes } = self.counted;
        sent.saturating_add(spared).saturating_add(writes)
    }

    /// How many minutes of the budget that is, the last one begun.
    pub fn minutes(&self) -> u64 {
        self.all().div_ceil(u64::from(self.per_minute).max(1))
    }
}

/// How a plan ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is nothing to do.
    Nothing,
    /// There is.
    Pending,
    /// Something could not be looked at, so there may be more.
    Untold,
}

impl Verdict {
    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Pending => "pending",
            Self::Untold => "untold",
        }
    }
}

/// What is written to one field.
#[derive(Clone, Debug)]
pub struct Refused<'p> {
    /// The write that takes its place.
    pub change: &'p Change,
    /// The field.
    pub field: String,
}

impl Planned {
    /// How it ends.
    pub fn verdict(&self) -> Verdict {
        let report = &self.report;
        let lists_held = report.braked.as_ref().is_some_and(|braked| !braked.lists.is_empty());
        if !report.put_off.is_empty() || !report.waiting.is_empty() || lists_held {
            return Verdict::Untold;
        }
        let parks = self.newly_parked().next().is_some();
        let is_pending = !report.changes.is_empty() || !report.linked.is_empty() || parks;
        if is_pending { Verdict::Pending } else { Verdict::Nothing }
    }

    /// The pipelines in which something would happen.
    fn pipelines(&self) -> BTreeSet<&str> {
        let report = &self.report;
        let changed = report.changes.iter().map(|change| change.pipeline.as_str());
        let parked = self.newly_parked().map(|(_, pipeline, ..)| pipeline);
        changed.chain(parked).chain(report.linked.keys().map(String::as_str)).collect()
    }

    /// What would be parked and is not: record, pipeline, what of it, message and rule line.
    fn newly_parked(&self) -> impl Iterator<Item = (&RecordRef, &str, &str, &str, &str)> {
        let is_new = |(place, _): &(&(RecordRef, String), &(String, String))| !self.parked_before.contains(*place);
        self.report.parked.iter().filter(is_new).map(|((target, what), (message, line))| {
            let pipeline = what.split(' ').next().unwrap_or_default();
            (target, pipeline, what.as_str(), message.as_str(), line.as_str())
        })
    }

    /// What is parked now and would not be any more.
    fn freed(&self) -> impl Iterator<Item = &(RecordRef, String)> {
        self.parked_before.iter().filter(|place| !self.report.parked.contains_key(*place))
    }

    /// Values that somebody else than their owner changed, which would not stay.
    fn refused(&self) -> Vec<Refused<'_>> {
        let of = |change: &'_ Change| change.causes.refused.iter().cloned().collect::<Vec<_>>();
        let changes = self.report.changes.iter();
        changes.flat_map(|change| of(change).into_iter().map(move |field| Refused { change, field })).collect()
    }

    /// How many changes of a sort there are.
    fn count(&self, pipeline: Option<&str>, action: &str) -> usize {
        let is_meant =
            |change: &&Change| change.action == action && pipeline.is_none_or(|pipeline| change.pipeline == pipeline);
        self.report.changes.iter().filter(is_meant).count()
    }

    /// All changes in an order that does not depend on which came first.
    fn changes(&self) -> Vec<&Change> {
        let mut changes: Vec<&Change> = self.report.changes.iter().collect();
        // Steps of one record stay in the order in which they are made.
        changes.sort_by(|a, b| (&a.pipeline, &a.cause, &a.target).cmp(&(&b.pipeline, &b.cause, &b.target)));
        changes
    }
}
