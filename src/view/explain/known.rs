//! All that the store holds of a record and its counterparts, gathered once. Says nothing of it.

use crate::language::plan::{Pipeline, Plan, RecordType, Side};
use crate::store::{CallEntry, DecisionEntry, HistoryEntry, Intent, Link, LinkEnd, Park, RecordRef, Store, StoreError};

/// Lines of a record's history that are read.
const HISTORY_MAX: usize = 200;

/// Decisions on a record that are read.
const DECISIONS_MAX: usize = 30;

/// Calls made for a record that are read.
const CALLS_MAX: usize = 40;

/// Counterparts of one record in one pipeline that are told of.
const PAIRS_MAX: usize = 8;

/// What the store holds of one record.
pub(super) struct Story {
    pub(super) record: RecordRef,
    /// Oldest first.
    pub(super) history: Vec<HistoryEntry>,
    /// Oldest first.
    pub(super) decisions: Vec<DecisionEntry>,
    pub(super) parks: Vec<Park>,
    pub(super) open: Vec<Intent>,
    /// Oldest first.
    pub(super) calls: Vec<CallEntry>,
}

/// A record in a pipeline, with its counterpart where it has one.
pub(super) struct PairOf<'p> {
    pub(super) pipeline: &'p Pipeline,
    /// The side of the record that is asked about.
    pub(super) side: Side,
    pub(super) own: RecordRef,
    pub(super) link: Option<Link>,
}

impl PairOf<'_> {
    /// The record of a side, where there is one.
    pub(super) fn end(&self, side: Side) -> Option<RecordRef> {
        if side == self.side {
            return Some(self.own.clone());
        }
        let link = self.link.as_ref()?;
        let LinkEnd { account, id } = if side == Side::Left { &link.left } else { &link.right };
        let record = self.pipeline.record(side).name.clone();
        Some(RecordRef { account: account.clone(), record, id: id.clone() })
    }

    /// Whether a decision was about this pair.
    pub(super) fn is_of(&self, entry: &DecisionEntry) -> bool {
        let is_end = Side::BOTH.into_iter().any(|side| self.end(side).as_ref() == Some(&entry.target));
        let is_between = self.link.as_ref().is_none_or(|link| {
            link.left.account == entry.situation.left_account && link.right.account == entry.situation.right_account
        });
        entry.pipeline == self.pipeline.name && is_end && is_between
    }
}

/// All of it.
pub(super) struct Known<'p> {
    pub(super) pairs: Vec<PairOf<'p>>,
    /// Of the record itself first, then of its counterparts.
    pub(super) stories: Vec<Story>,
    /// Whether the record was looked at, whatever came of it.
    was_seen: bool,
}

impl<'p> Known<'p> {
    pub(super) async fn of(
        store: &dyn Store,
        plan: &'p Plan,
        (target, kind): (&RecordRef, &'p RecordType),
    ) -> Result<Self, StoreError> {
        let mut pairs = Vec::new();
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        for (pipeline, side) in plan.pipelines_of(&kind.system, &kind.name) {
            let pair = |link| PairOf { pipeline, side, own: target.clone(), link };
            let links = store.links(&pipeline.name, side == Side::Left, &end).await?;
            if links.is_empty() {
                pairs.push(pair(None));
            }
            pairs.extend(links.into_iter().take(PAIRS_MAX).map(|link| pair(Some(link))));
        }
        let mut records = vec![target.clone()];
        for pair in &pairs {
            records.extend(pair.end(pair.side.other()).filter(|other| !records.contains(other)));
        }
        let mut stories = Vec::new();
        for record in records {
            stories.push(Story {
                history: store.history(&record, HISTORY_MAX).await?,
                decisions: store.decisions(Some(&record), None, DECISIONS_MAX).await?,
                parks: store.parks_of(&record).await?,
                open: store.open_intents(Some(&record)).await?,
                calls: store.calls(Some(&record), CALLS_MAX).await?,
                record,
            });
        }
        let was_seen = !store.handles_of(target).await?.is_empty();
        let mut known = Self { pairs, stories, was_seen };
        known.leave_out_what_is_not_there();
        Ok(known)
    }

    /// A pipeline in which nothing ever happened to the record is not worth a word, unless there is no other.
    fn leave_out_what_is_not_there(&mut self) {
        let is_there = |pair: &PairOf<'_>| pair.link.is_some() || self.decisions().any(|entry| pair.is_of(entry));
        let there: Vec<bool> = self.pairs.iter().map(is_there).collect();
        if there.contains(&true) {
            let mut there = there.into_iter();
            self.pairs.retain(|_| there.next().unwrap_or_default());
        }
    }

    /// Whether nothing is known of the record.
    pub(super) fn is_nothing(&self) -> bool {
        let is_empty = |story: &Story| {
            story.history.is_empty() && story.decisions.is_empty() && story.parks.is_empty() && story.open.is_empty()
        };
        !self.was_seen && self.pairs.iter().all(|pair| pair.link.is_none()) && self.stories.iter().all(is_empty)
    }

    /// All decisions, those of each record oldest first.
    pub(super) fn decisions(&self) -> impl Iterator<Item = &DecisionEntry> {
        self.stories.iter().flat_map(|story| &story.decisions)
    }

    /// The calls that were made for the record and its counterparts, oldest first.
    pub(super) fn calls(&self) -> Vec<&CallEntry> {
        let mut calls: Vec<&CallEntry> = self.stories.iter().flat_map(|story| &story.calls).collect();
        calls.sort_by_key(|call| call.at);
        calls
    }

    /// The newest decision about a pair.
    pub(super) fn decided(&self, pair: &PairOf<'_>) -> Option<&DecisionEntry> {
        // Of two at one instant the one that stands later.
        self.decisions().filter(|entry| pair.is_of(entry)).max_by_key(|entry| entry.at)
    }

    /// What is known of a record.
    pub(super) fn story(&self, record: &RecordRef) -> Option<&Story> {
        self.stories.iter().find(|story| story.record == *record)
    }
}
