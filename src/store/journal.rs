//! Hints and the work that they make.
//!
//! A hint only names a record; what happened to it is read from its system. Many hints for one
//! record that have not started are one piece of work.

use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::coordination::Lead;
use super::error::StoreError;
use super::park::Parking;
use super::record::RecordRef;

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

    /// How a record is looked at that was told of twice, so and then by `newer`: a person's word stays one; what a
    /// system told is looked at as such, whatever else comes, and not under the brake of a sweep that lists it too.
    pub(super) fn joined(self, newer: Self) -> Self {
        let stays = match self {
            Self::Asked => true,
            Self::Stirred => matches!(newer, Self::Webhook | Self::Poll | Self::Made | Self::Sweep),
            Self::Made => matches!(newer, Self::Webhook | Self::Poll),
            Self::Webhook | Self::Poll => newer == Self::Sweep,
            Self::Sweep | Self::Retry => false,
        };
        if stays { self } else { newer }
    }

    /// The same as an expression of SQL, of the word in a column before and of that in `excluded.source` now.
    pub(super) fn joined_in_sql(before: &str) -> String {
        format!(
            "CASE WHEN {before} = 'asked'
                OR {before} = 'stirred' AND excluded.source IN ('webhook', 'poll', 'made', 'sweep')
                OR {before} = 'made' AND excluded.source IN ('webhook', 'poll')
                OR {before} IN ('webhook', 'poll') AND excluded.source = 'sweep' THEN {before} ELSE excluded.source END"
        )
    }
}

/// What told of a change, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToldBy {
    /// From whom.
    pub source: HintSource,
    /// When petiole first heard of it.
    pub at: Timestamp,
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

/// The right to work on a record: the token of one claim, given once and never again. Whatever is done under it is
/// refused once somebody else has claimed the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Claim(pub i64);

/// Claimed work on one record.
#[derive(Clone, Debug)]
pub struct Work {
    /// The record.
    pub target: RecordRef,
    /// The claim under which it is done.
    pub claim: Claim,
    /// How many hints of the record this work answers, counted under its row.
    pub rev: i64,
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
    /// Whether a person had anything wait when this was claimed.
    pub halts: bool,
}

/// How far a look for changes has come. A move goes on from where the look began: where another look has moved it
/// meanwhile, the later of the two stays, so that a look that took long takes nothing back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The account.
    pub account: String,
    /// The record type.
    pub record: String,
    /// Where the look began; none: at the beginning.
    pub from: Option<Timestamp>,
    /// The highest modification instant whose hints are durable.
    pub at: Timestamp,
    /// The role under which it is moved; none: nobody else moves it.
    pub under: Option<Lead>,
}

impl Cursor {
    /// A move of the cursor of an account's kind of record.
    pub fn of((account, record): (&str, &str), from: Option<Timestamp>, at: Timestamp) -> Self {
        Self { account: account.to_owned(), record: record.to_owned(), from, at, under: None }
    }

    /// The same, by whoever has this role.
    #[must_use]
    pub fn under(self, lead: Lead) -> Self {
        Self { under: Some(lead), ..self }
    }
}

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
    /// Of those with work that has not started, the ones that were tried and put off.
    pub retrying: u64,
    /// Records with work that waits because a person says so; of one that waits for several words, each counts.
    pub held: u64,
}

/// How long the oldest of each has been waiting, as far as there is any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// Work that has not been begun.
    pub waiting: Option<Duration>,
    /// Work that is being done.
    pub in_flight: Option<Duration>,
    /// Work that was put off.
    pub retrying: Option<Duration>,
    /// Entries of the inbox.
    pub parked: Option<Duration>,
    /// Work that a person has wait.
    pub held: Option<Duration>,
}

/// A record with work that is not only waiting for the next try of its parks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// The record.
    pub target: RecordRef,
    /// Whether it was tried before and put off.
    pub put_off: bool,
}

/// A record whose work was tried and put off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PutOff {
    /// The record.
    pub target: RecordRef,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed, in words.
    pub reason: String,
    /// When the oldest unanswered hint came.
    pub since: Timestamp,
    /// In how long it is tried again.
    pub due_in: Duration,
}

/// Which records are meant: what is none may be any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// Of this account.
    pub account: Option<String>,
    /// Of this kind.
    pub record: Option<String>,
    /// With this key.
    pub id: Option<String>,
}

impl Which {
    /// Whether a record is meant.
    pub(super) fn has(&self, target: &RecordRef) -> bool {
        let is = |wanted: &Option<String>, own: &str| wanted.as_deref().is_none_or(|wanted| wanted == own);
        is(&self.account, &target.account) && is(&self.record, &target.record) && is(&self.id, &target.id)
    }
}

impl From<&RecordRef> for Which {
    fn from(RecordRef { account, record, id }: &RecordRef) -> Self {
        Self { account: Some(account.clone()), record: Some(record.clone()), id: Some(id.clone()) }
    }
}

/// Hints in, work out. What is due, and until when a claim holds, the store says by its own clock.
#[async_trait]
pub trait Journal: Send + Sync {
    /// Writes hints to the journal and makes pending work of them, in one transaction with the
    /// cursor where one is given. Returns how many were new (see [`Hint::version`]).
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where another has the role by now under which the cursor is moved: nothing is written.
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError>;

    /// Claims up to `limit` pieces of work that are due, `first` ones and older ones before others. A record in flight
    /// is not claimed again, unless its claim was not renewed before the lease ended: then that claim is lost.
    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError>;

    /// Holds on to a claim for this long from now.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`], as with each of the following, where the claim is not the record's current one.
    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError>;

    /// The work is done. If newer hints for the record came meanwhile, it is pending again. Parks of the record and of
    /// the pairs looked at stay only where `parks` renews them (by pipeline and group); with parks left the record is
    /// tried again at the earliest `next` of theirs, which backs off up to 15 minutes. What was decided for want of a
    /// link is pending again once that is settled; at once where it was meanwhile.
    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError>;

    /// The work is put off: pending again after this time, with one more attempt counted and the reason kept for
    /// `status`.
    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError>;

    /// The work goes on after this time, together with what is told of its record meanwhile. No attempt is counted.
    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError>;

    /// In how long the earliest pending work is due, if any waits; with `parked` the next try of what is parked counts,
    /// too.
    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError>;

    /// The clock was set by this much: what is due keeps its distance from now.
    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError>;

    /// How far a look for changes has come.
    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError>;

    /// When the newest hint of an account came from this source, of those that the journal still keeps.
    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError>;

    /// Keeps when something happened last, which [`Journal::cursor`] then tells; no account or record is called so.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where another has the role by now under which it is kept.
    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError>;

    /// Whether what is written now is kept: where the last write was not, one that changes nothing is tried.
    ///
    /// # Errors
    /// Why it is not.
    async fn keeps(&self) -> Result<(), StoreError>;

    /// How much of what is waiting.
    async fn counts(&self) -> Result<Counts, StoreError>;

    /// How long what waits has been waiting.
    async fn ages(&self) -> Result<Ages, StoreError>;

    /// The records with work that has not started, was put off or is being done.
    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError>;

    /// Reasons of put-off work, with how many records each: what `status` shows as troubles.
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError>;

    /// Work that was tried and put off, what is tried next first, at most `limit` of it.
    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError>;

    /// Makes due now what was put off of these records; how many there were.
    async fn hasten(&self, which: &Which) -> Result<u64, StoreError>;

    /// Whether other processes may have it, too, and make work.
    fn is_shared(&self) -> bool {
        false
    }

    /// Until another process that has this store may have made work of its own accord: a hint, to be followed by a look
    /// for what is due. Of a store that one process owns nobody else does.
    async fn told(&self) {
        std::future::pending::<()>().await;
    }
}
