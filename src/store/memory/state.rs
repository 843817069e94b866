//! Everything that is kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;

use super::row::{Row, Told};
use crate::store::calls::CallEntry;
use crate::store::decisions::{DecisionEntry, HistoryEntry};
use crate::store::halts::Halt;
use crate::store::intent::Intent;
use crate::store::journal::HintSource;
use crate::store::ledger::Ledger;
use crate::store::link::{Link, LinkEnd};
use crate::store::park::{LinkWait, Park};
use crate::store::reach::Reach;
use crate::store::record::RecordRef;
use crate::store::rules::{Generation, RuleText, RuleThen};
use crate::store::seen::SeenField;
use crate::store::tokens::KeptToken;

/// A link by its pipeline and its two records.
pub(super) type LinkKey = (String, LinkEnd, LinkEnd);

/// What people call a record: texts with the fields that they are of.
#[derive(Clone)]
pub(super) struct Names {
    pub(super) at: Timestamp,
    pub(super) linked: bool,
    pub(super) texts: BTreeMap<String, String>,
}

/// A park, and whether it was taken out of the inbox.
pub(super) struct Parked {
    pub(super) park: Park,
    pub(super) dropped: bool,
}

/// Who waits: the record, the pipeline that decided on it, and the account of its counterpart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asking {
    pub(super) target: RecordRef,
    pub(super) pipeline: String,
    pub(super) with: String,
}

/// A hint that came.
pub(super) struct Journalled {
    pub(super) at: Timestamp,
    pub(super) source: HintSource,
    pub(super) target: RecordRef,
}

/// Everything that is kept. Numbers begin with 1 and are never given twice.
#[derive(Default)]
pub(super) struct State {
    pub(super) tokens: BTreeMap<String, KeptToken>,
    pub(super) hints: BTreeMap<i64, Journalled>,
    pub(super) versions: BTreeMap<RecordRef, String>,
    pub(super) work: BTreeMap<RecordRef, Row>,
    pub(super) cursors: BTreeMap<(String, String), Timestamp>,
    pub(super) links: BTreeMap<LinkKey, Link>,
    pub(super) waits: BTreeSet<(LinkWait, Asking)>,
    pub(super) intents: BTreeMap<i64, Intent>,
    pub(super) parks: BTreeMap<i64, Parked>,
    pub(super) decisions: Vec<DecisionEntry>,
    pub(super) history: Vec<HistoryEntry>,
    pub(super) served: Option<(Generation, Vec<RuleText>)>,
    pub(super) earlier_rules: Vec<RuleThen>,
    pub(super) unlisted: BTreeMap<(String, String), BTreeSet<String>>,
    pub(super) fields: BTreeMap<(String, String, String), SeenField>,
    pub(super) ledger: Option<Ledger>,
    /// With whether a sweep is owed.
    pub(super) halts: BTreeMap<Reach, (Halt, bool)>,
    pub(super) halted: BTreeMap<(Reach, RecordRef), Told>,
    pub(super) names: BTreeMap<RecordRef, Names>,
    pub(super) calls: VecDeque<CallEntry>,
    numbers: BTreeMap<Numbered, i64>,
}

/// What has numbers of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Numbered {
    Hint,
    Claim,
    Intent,
    Park,
}

impl State {
    /// The next number.
    pub(super) fn number(&mut self, of: Numbered) -> i64 {
        let number = self.numbers.entry(of).or_default();
        *number += 1;
        *number
    }

    /// Takes in what is parked and what is open elsewhere.
    pub(super) fn begin_with(&mut self, parks: Vec<Park>, intents: Vec<Intent>) {
        for park in parks {
            let last = self.numbers.entry(Numbered::Park).or_default();
            *last = park.number.max(*last);
            self.parks.insert(park.number, Parked { park, dropped: false });
        }
        for intent in intents {
            let number = self.number(Numbered::Intent);
            self.intents.insert(number, Intent { number, ..intent });
        }
    }

    /// Takes out what is older; answers how many entries.
    pub(super) fn prune(&mut self, before: Timestamp) -> usize {
        let count =
            |state: &Self| state.hints.len() + state.decisions.len() + state.history.len() + state.intents.len();
        let were = count(self);
        let Self { hints, work, .. } = self;
        let is_open = |target: &RecordRef| work.get(target).is_some_and(Row::is_open);
        hints.retain(|_, hint| hint.at >= before || is_open(&hint.target));
        self.decisions.retain(|entry| entry.at >= before);
        self.history.retain(|entry| entry.at >= before);
        self.names.retain(|_, names| names.linked || names.at >= before);
        self.intents.retain(|_, intent| intent.draft.at >= before || intent.is_open());
        were - count(self)
    }
}
