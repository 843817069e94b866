//! The trait: the operations that the runtime needs, each done for all who ask, and past the end of the process, when it
//! returns. What was promised to somebody outside, or precedes an act outside, outlives a power cut, too: hints of
//! webhooks and of people, intents, what a person says, generations. Of the rest a power cut may take the end, as if it had come a
//! moment earlier; it is found or done again.
//!
//! Not a generic key-value interface: what must happen together is one method, so that an engine
//! can make it one transaction.

use std::collections::BTreeSet;
use std::fmt;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::answer::SeenField;
use super::intent::{Intent, IntentDraft, Settlement};
use super::journal::{Cursor, DecisionEntry, Hint, HistoryEntry, RecordRef, Work};
use super::link::{Link, LinkEnd};
use super::park::{Park, Parking, Wait};
use super::rules::{Generation, RuleText};

/// Why the store could not do it. The text says what a person can check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another process has it.
    InUse(String),
    /// There is none where one is asked for.
    Missing(String),
    /// It cannot be opened, read or written.
    Unavailable(String),
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(what) => write!(out, "the store is in use by a running service: {what}"),
            Self::Missing(what) => write!(out, "there is no store `{what}`"),
            Self::Unavailable(what) => write!(out, "the store cannot be used: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}

/// How much of what is waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Records with work that has not started.
    pub pending: u64,
    /// Records being worked on.
    pub in_flight: u64,
    /// Entries of the inbox.
    pub parked: u64,
    /// Links between records.
    pub links: u64,
}

/// What must survive a restart.
#[async_trait]
pub trait Store: Send + Sync {
    /// Writes hints to the journal and makes pending work of them, in one transaction with the
    /// cursor where one is given. Returns how many were new (see [`Hint::version`]).
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError>;

    /// Claims up to `limit` pieces of work that are due, `first` ones and older ones before others.
    /// A record in flight is not claimed again.
    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Work>, StoreError>;

    /// The work is done. If newer hints for the record came meanwhile, it is pending again.
    /// Parks of the record and of the pairs looked at stay only where `parks` renews them (by pipeline and group); with parks left the record
    /// is tried again at the earliest `next` of theirs, which backs off up to 15 minutes. What was decided for want of a
    /// link is pending again once that is settled; at once where it was meanwhile.
    async fn finish(&self, work: &Work, now: Timestamp, parks: Parking) -> Result<(), StoreError>;

    /// The work is put off: pending again, not before `until`, with one more attempt counted and the reason kept for `status`.
    async fn defer(&self, work: &Work, until: Timestamp, reason: &str) -> Result<(), StoreError>;

    /// The work goes on at `until`, together with what is told of its record meanwhile. No attempt is counted.
    async fn postpone(&self, work: &Work, until: Timestamp) -> Result<(), StoreError>;

    /// When the earliest pending work is due, if any waits; with `parked` the next try of what is parked counts, too.
    async fn next_due(&self, parked: bool) -> Result<Option<Timestamp>, StoreError>;

    /// Links of a pipeline that have this end on the left (or right).
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError>;

    /// The keys of an account's records that a pipeline links, of its left (or right) side.
    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError>;

    /// All links of a pipeline.
    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError>;

    /// Links that a person made, in place of a match: the crosswalk.
    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError>;

    /// Journals a decision; its inputs are stored once per content.
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError>;

    /// Decisions on a record, or on any, made since an instant, or ever: at most `limit` of the newest, oldest first.
    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError>;

    /// Journals an intent before its call is made.
    async fn open_intent(&self, draft: IntentDraft) -> Result<Intent, StoreError>;

    /// Open intents, oldest first: of one cause, or all.
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError>;

    /// Settles an intent with link, base and history, in one transaction. Records that were decided on without the link
    /// are pending with it.
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError>;

    /// What happened to a record, oldest first, at most `limit` of the newest.
    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError>;

    /// What is parked of one record, dropped entries not among them.
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError>;

    /// Whether work of a record stands parked, dropped or not: by pipeline and group.
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError>;

    /// The inbox, oldest first.
    async fn parks(&self) -> Result<Vec<Park>, StoreError>;

    /// Makes parked work pending now. `None`: all. Returns how many parks were touched.
    async fn retry(&self, number: Option<i64>, now: Timestamp) -> Result<usize, StoreError>;

    /// Takes an entry out of the inbox until its record changes again. False if there is none.
    async fn drop_park(&self, number: i64) -> Result<bool, StoreError>;

    /// Makes parked work pending that waits for any of these. Returns how many records woke.
    async fn wake(&self, found: &[Wait], now: Timestamp) -> Result<usize, StoreError>;

    /// The machine's clock was set by this much: what is due keeps its distance from now.
    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError>;

    /// How far a look for changes has come.
    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Cursor>, StoreError>;

    /// The generation of a rule tree: the same number for the hash that served last, else the next number.
    /// The texts are kept as the last good set.
    async fn serve(&self, hash: &str, texts: &[RuleText], now: Timestamp) -> Result<Generation, StoreError>;

    /// The last good set, if any ever served.
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError>;

    /// Takes hints, decisions, history and settled intents from before this instant out of the journal, in steps that
    /// other work comes between. Links, parks, cursors, generations and everything open stay. Answers how many rows went.
    async fn prune(&self, before: Timestamp) -> Result<usize, StoreError>;

    /// Says where the process that has this store is spoken to, for others on the same machine; see
    /// [`open::served_at`](super::open::served_at). Of no store but one in a file anything is kept.
    async fn serve_at(&self, url: &str) -> Result<(), StoreError>;

    /// The linked records of a kind that the last list of all of them did not show.
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError>;

    /// Keeps which linked records of a kind a list of all of them did not show.
    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError>;

    /// What answers showed of fields.
    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError>;

    /// Keeps what answers showed of fields, each in the place of what was kept of it before.
    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError>;

    /// How much of what is waiting.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// Reasons of put-off work, with how many records each: what `status` shows as troubles.
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError>;
}
