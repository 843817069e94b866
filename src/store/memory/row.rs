//! The work of one record: what was told of it, how far that has come, and what is told beyond that.

use jiff::Timestamp;

use crate::store::journal::{Claim, HintSource};

/// What becomes of a record's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Pending,
    Flight {
        claim: Claim,
        until: Timestamp,
    },
    /// Nothing new; waits for the next try of its parks.
    Parked,
}

/// What is told of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) hint: i64,
    pub(super) source: HintSource,
    pub(super) since: Timestamp,
    pub(super) first: bool,
}

impl Told {
    /// Together with what is told later.
    pub(super) fn and(self, newer: Self) -> Self {
        Self {
            hint: newer.hint,
            source: self.source.joined(newer.source),
            since: self.since.min(newer.since),
            first: self.first || newer.first,
        }
    }
}

/// The work of a record.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) stage: Stage,
    pub(super) told: Told,
    pub(super) due: Timestamp,
    pub(super) attempts: u32,
    pub(super) reason: Option<String>,
    /// Hints so far.
    pub(super) rev: i64,
    /// How many of them a claim answers.
    pub(super) answers: i64,
    /// What is told beyond that, and beyond what the claim in flight answers.
    pub(super) more: Option<Told>,
}

impl Row {
    pub(super) fn new(told: Told, due: Timestamp) -> Self {
        Self { stage: Stage::Pending, told, due, attempts: 0, reason: None, rev: 1, answers: 1, more: None }
    }

    /// Whether something is to be done that is not only parked.
    pub(super) fn is_open(&self) -> bool {
        self.stage != Stage::Parked
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.stage, Stage::Flight { .. })
    }

    pub(super) fn add(&mut self, told: Told, now: Timestamp) {
        let of_system = matches!(self.told.source, HintSource::Webhook | HintSource::Poll);
        // What a system told is not looked at under the brake of a sweep that lists it meanwhile.
        let is_apart = of_system && told.source == HintSource::Sweep;
        self.rev += 1;
        self.more = (is_apart || self.is_in_flight()).then(|| self.more.map_or(told, |more| more.and(told)));
        if !is_apart {
            self.answers = self.rev;
            self.told.hint = told.hint;
        }
        self.told.source = self.told.source.joined(told.source);
        self.told.first |= told.first;
        if matches!(told.source, HintSource::Retry | HintSource::Asked) {
            self.due = self.due.min(now);
        }
    }

    /// Pending again with all that was told of it, but for a sweep's look that comes after it.
    pub(super) fn release(&mut self, due: Timestamp) {
        self.stage = Stage::Pending;
        self.due = due;
        self.more =
            self.more.filter(|_| self.answers < self.rev).map(|more| Told { source: HintSource::Sweep, ..more });
    }
}
