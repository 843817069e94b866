//! What one store hands over to another, piece by piece, when everything moves from one engine to the next.
//!
//! Both are stopped: nobody else works on either. What lasts is carried, and how it is kept is each engine's own
//! matter: numbers of the inbox stay, since people have noted them, those of hints and intents do not. Knows no engine;
//! whether all of it came, [`copy`](super::copy) says.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::decisions::{DecisionEntry, HistoryEntry};
use super::error::StoreError;
use super::halts::{Halt, HaltWait};
use super::handles::Handle;
use super::intent::{IntentDraft, IntentState};
use super::journal::HintSource;
use super::ledger::Ledger;
use super::link::Link;
use super::park::{LinkWait, Park};
use super::record::RecordRef;
use super::rules::{Generation, RuleText, RuleThen};
use super::seen::SeenField;
use super::tokens::KeptToken;

/// What kind of thing is carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shelf {
    /// Links with their bases.
    Links,
    /// Entries of the inbox, and what was dropped from it.
    Parks,
    /// Records that are to be looked at.
    Work,
    /// What was begun outside, and how it ended.
    Intents,
    /// Who waits for which link.
    LinkWaits,
    /// How far looks for changes have come, and when things happened last.
    Cursors,
    /// The newest modification mark of each record.
    Versions,
    /// Generations of rules.
    Generations,
    /// The texts of the last good rules.
    RuleTexts,
    /// What earlier rules had otherwise.
    EarlierRules,
    /// Linked records that the last lists did not show.
    Unlisted,
    /// What answers showed of fields.
    SeenFields,
    /// Where every record stood at the last sweep.
    Ledgers,
    /// What a person has wait.
    Halts,
    /// Work that waits for that.
    HaltWaits,
    /// Tokens that open accounts, sealed.
    Tokens,
    /// What people call records.
    Handles,
    /// What was decided.
    Decisions,
    /// What happened to records.
    History,
}

impl Shelf {
    /// In the order in which they are carried.
    pub const ALL: [Self; 19] = [
        Self::Links,
        Self::Parks,
        Self::Work,
        Self::Intents,
        Self::LinkWaits,
        Self::Cursors,
        Self::Versions,
        Self::Generations,
        Self::RuleTexts,
        Self::EarlierRules,
        Self::Unlisted,
        Self::SeenFields,
        Self::Ledgers,
        Self::Halts,
        Self::HaltWaits,
        Self::Tokens,
        Self::Handles,
        Self::Decisions,
        Self::History,
    ];

    /// The table in which engines with tables keep it.
    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Links => "link",
            Self::Parks => "park",
            Self::Work => "work",
            Self::Intents => "intent",
            Self::LinkWaits => "link_wait",
            Self::Cursors => "cursor",
            Self::Versions => "seen",
            Self::Generations => "generation",
            Self::RuleTexts => "rule_text",
            Self::EarlierRules => "rule_then",
            Self::Unlisted => "unlisted",
            Self::SeenFields => "seen_field",
            Self::Ledgers => "ledger",
            Self::Halts => "halt",
            Self::HaltWaits => "halted",
            Self::Tokens => "kept_token",
            Self::Handles => "handle",
            Self::Decisions => "decision",
            Self::History => "history",
        }
    }

    /// Its name in JSON.
    pub fn key(self) -> String {
        self.to_string().replace(' ', "_")
    }
}

impl fmt::Display for Shelf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Links => "links",
            Self::Parks => "inbox entries",
            Self::Work => "open work",
            Self::Intents => "intents",
            Self::LinkWaits => "waits for links",
            Self::Cursors => "cursors",
            Self::Versions => "modification marks",
            Self::Generations => "generations",
            Self::RuleTexts => "rule files",
            Self::EarlierRules => "earlier rule files",
            Self::Unlisted => "unlisted records",
            Self::SeenFields => "observed fields",
            Self::Ledgers => "ledgers",
            Self::Halts => "halts",
            Self::HaltWaits => "waits for halts",
            Self::Tokens => "tokens",
            Self::Handles => "handles",
            Self::Decisions => "decisions",
            Self::History => "history lines",
        })
    }
}

/// What was told of a record that is to be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TellingOf {
    /// From whom.
    pub source: HintSource,
    /// Since when.
    pub since: Timestamp,
    /// Whether it goes before other work.
    pub first: bool,
}

/// A record that is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkLeft {
    /// The record.
    pub target: RecordRef,
    /// What was told of it.
    pub told: TellingOf,
    /// What comes after that, by itself.
    pub then: Option<TellingOf>,
    /// In how long it is due.
    pub due_in: Duration,
    /// How often it was put off.
    pub attempts: u32,
    /// Why it was put off.
    pub reason: Option<String>,
    /// Whether it only waits for the next try of its parks.
    pub is_parked: bool,
}

/// A text that leads to a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Which.
    pub handle: Handle,
    /// Whether the record is linked.
    pub linked: bool,
    /// When it was kept.
    pub at: Timestamp,
}

/// One piece.
#[derive(Clone, Debug)]
pub enum Carried {
    /// See [`Shelf::Links`].
    Link(Link),
    /// See [`Shelf::Parks`]; whether it was dropped.
    Park(Box<Park>, bool),
    /// See [`Shelf::Work`].
    Work(WorkLeft),
    /// See [`Shelf::Intents`].
    Intent(Box<IntentDraft>, IntentState),
    /// See [`Shelf::LinkWaits`]: what is waited for; the record, the pipeline that decided, the other account.
    LinkWait(LinkWait, (RecordRef, String, String)),
    /// See [`Shelf::Cursors`]: account and name.
    Cursor((String, String), Timestamp),
    /// See [`Shelf::Versions`].
    Version(RecordRef, String),
    /// See [`Shelf::Generations`].
    Generation(Generation),
    /// See [`Shelf::RuleTexts`]; in their order.
    RuleText(RuleText),
    /// See [`Shelf::EarlierRules`].
    EarlierRule(RuleThen),
    /// See [`Shelf::Unlisted`].
    Unlisted(RecordRef),
    /// See [`Shelf::SeenFields`].
    SeenField(SeenField),
    /// See [`Shelf::Ledgers`].
    Ledger(Ledger),
    /// See [`Shelf::Halts`]; whether it owes a sweep.
    Halt(Halt, bool),
    /// See [`Shelf::HaltWaits`].
    HaltWait(HaltWait),
    /// See [`Shelf::Tokens`].
    Token(KeptToken),
    /// See [`Shelf::Handles`].
    Handle(Named),
    /// See [`Shelf::Decisions`]; oldest first.
    Decision(Box<DecisionEntry>),
    /// See [`Shelf::History`]; oldest first.
    History(HistoryEntry),
}

/// Pieces that are handed over at once, and taken in by one transaction.
pub const PIECES_AT_ONCE: usize = 256;

/// A store that everything may be taken out of, or put into.
#[async_trait]
pub trait Moving: Send + Sync {
    /// How many pieces of a kind there are.
    async fn holds_of(&self, shelf: Shelf) -> Result<u64, StoreError>;

    /// Hands over all pieces of a kind, at most [`PIECES_AT_ONCE`] together. Ends early where nobody takes them.
    async fn hand_over(&self, shelf: Shelf, to: mpsc::Sender<Vec<Carried>>) -> Result<(), StoreError>;

    /// Begins to take in: what an earlier copy left that did not end goes first.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where anything is kept that no such copy left.
    async fn begin_intake(&self) -> Result<(), StoreError>;

    /// Takes pieces in.
    async fn take_in(&self, pieces: Vec<Carried>) -> Result<(), StoreError>;

    /// Everything is there: from now on it may serve.
    async fn end_intake(&self) -> Result<(), StoreError>;
}

/// Under which account and name a store keeps since when it is being copied into: such a store does not serve.
pub const INTAKE: (&str, &str) = ("", "intake");
