//! What a person says of work: hold it, let it go on, try it now. Which record, pipeline or account is meant, and what
//! becomes of it.
//!
//! The same over HTTP and on a store that no service has. Knows no HTTP.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::sweep_marks;
use crate::language::plan::{Plan, Side};
use crate::runtime::meant::{Unmeant, meant};
use crate::runtime::runtime::Runtime;
use crate::store::{Halt, Lifted, Reach, RecordRef, Store, StoreError, Which};
use crate::value::{duration, timestamp};

/// Why a person's word leads to nothing.
#[derive(Debug)]
pub enum Unheard {
    /// Nothing is called so, or nothing is held so: in a sentence.
    NotFound(String),
    /// It makes no sense.
    Wrong(String),
    /// As things stand it cannot be done: in a sentence.
    Refused(String),
    /// A peer or another process cannot go on now.
    Later(String),
    /// The store cannot take it.
    Store(StoreError),
}

impl std::fmt::Display for Unheard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotFound(text) | Self::Wrong(text) | Self::Refused(text) | Self::Later(text) => out.write_str(text),
            Self::Store(error) => error.fmt(out),
        }
    }
}

impl From<Unmeant> for Unheard {
    fn from(unmeant: Unmeant) -> Self {
        match unmeant {
            Unmeant::Nobody(text) | Unmeant::Several(text) => Self::NotFound(text),
            Unmeant::Store(error) => Self::Store(error),
        }
    }
}

impl From<StoreError> for Unheard {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// What is to be held, as a person says it.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// Until when: a date, an instant, or how long from now.
    pub until: Option<&'a str>,
    /// Why.
    pub because: &'a str,
}

/// Until when, of a date, an instant or a length of time from now.
///
/// # Errors
/// Where it is none of them, or over.
pub fn until(text: &str, now: Timestamp) -> Result<Timestamp, Unheard> {
    let from_now = || duration::parse(text).and_then(|length| now.checked_add(length).ok());
    let until = from_now().or_else(|| timestamp::parse(text));
    match until {
        Some(until) if until > now => Ok(until),
        Some(_) => Err(Unheard::Wrong(format!("`{text}` is over already"))),
        None => Err(Unheard::Wrong(format!(
            "`{text}` is no time; write how long, such as 2h, or until when, such as 2026-12-01 or \
             2026-12-01T06:00:00Z (UTC)"
        ))),
    }
}

/// The pipeline or account that is called so, or the record that is named with account, kind and id. None: it may be
/// something that is only found in the records.
///
/// # Errors
/// Where a pipeline and an account have the name, or there is no such kind of record.
pub fn named(plan: &Plan, text: &str) -> Result<Option<Reach>, Unheard> {
    if let Some((kind, id)) = text.split_once('/') {
        return known_kind(plan, kind, id).map(Some);
    }
    if let Some(name) = text.strip_prefix("pipeline:") {
        return found(plan.pipelines.contains_key(name), Reach::Pipeline(name.to_owned()));
    }
    if let Some(name) = text.strip_prefix("account:") {
        return found(plan.accounts.contains_key(name), Reach::Account(name.to_owned()));
    }
    match (plan.pipelines.contains_key(text), plan.accounts.contains_key(text)) {
        (true, false) => Ok(Some(Reach::Pipeline(text.to_owned()))),
        (false, true) => Ok(Some(Reach::Account(text.to_owned()))),
        (true, true) => Err(Unheard::Wrong(format!(
            "a pipeline and an account are called `{text}`; write pipeline:{text} or account:{text}"
        ))),
        (false, false) => Ok(None),
    }
}

fn found(is_there: bool, reach: Reach) -> Result<Option<Reach>, Unheard> {
    if is_there { Ok(Some(reach)) } else { Err(Unheard::NotFound(format!("there is no {reach}"))) }
}

fn known_kind(plan: &Plan, kind: &str, id: &str) -> Result<Reach, Unheard> {
    let known = kind.split_once('.').and_then(|(account, record)| {
        let account = plan.account_called(account)?;
        let kind = plan.record(&account.system, record)?;
        Some(RecordRef { account: account.name.clone(), record: kind.name.clone(), id: id.to_owned() })
    });
    known.map(Reach::Record).ok_or_else(|| Unheard::NotFound(format!("there is no account and record `{kind}`")))
}

/// The same, where no service can be asked: a record also by what people call it.
///
/// # Errors
/// As [`named`]; also where nobody is called so, or several are.
pub async fn named_in(plan: &Plan, store: &dyn Store, text: &str) -> Result<Reach, Unheard> {
    match named(plan, text) {
        Ok(Some(reach @ (Reach::Pipeline(_) | Reach::Account(_)))) => Ok(reach),
        Err(Unheard::NotFound(words)) if !text.contains('/') => Err(Unheard::NotFound(words)),
        Ok(_) | Err(Unheard::NotFound(_)) => match meant(plan, store, text).await {
            Err(Unmeant::Nobody(words)) => Err(Unheard::NotFound(not_called(text, words))),
            found => Ok(Reach::Record(found?)),
        },
        Err(other) => Err(other),
    }
}

/// Which put-off work is meant by what a pipeline, an account or a record is called.
fn which(plan: &Plan, reach: &Reach) -> Vec<Which> {
    match reach {
        Reach::Record(record) => vec![record.into()],
        Reach::Account(name) => vec![Which { account: Some(name.clone()), ..Which::default() }],
        Reach::Pipeline(name) => {
            let Some(pipeline) = plan.pipelines.get(name) else { return Vec::new() };
            let kinds = Side::BOTH.into_iter().map(|side| pipeline.record(side));
            let of_kind = |kind: &crate::language::plan::RecordType| {
                let record = Some(kind.name.clone());
                let accounts: Vec<&str> = plan.accounts_of(&kind.system).map(|account| account.name.as_str()).collect();
                accounts
                    .into_iter()
                    .map(move |account| Which { account: Some(account.to_owned()), record: record.clone(), id: None })
                    .collect::<Vec<_>>()
            };
            kinds.flat_map(|kind| of_kind(kind)).collect()
        }
    }
}

/// Has something wait.
///
/// # Errors
/// [`Unheard`].
pub async fn hold(store: &dyn Store, reach: Reach, word: Word<'_>, now: Timestamp) -> Result<Halt, Unheard> {
    let until = word.until.map(|text| until(text, now)).transpose()?;
    let halt = Halt { reach, since: now, until, because: word.because.to_owned() };
    store.halt(halt.clone()).await?;
    Ok(halt)
}

/// Lets something go on; a sweep is owed where one came upon it.
///
/// # Errors
/// [`Unheard`], also where nothing of it is held.
pub async fn release(store: &dyn Store, reach: &Reach, now: Timestamp) -> Result<Lifted, Unheard> {
    let lifted = store.lift(Some(reach)).await?.pop();
    let lifted = lifted.ok_or_else(|| Unheard::NotFound(format!("{reach} is not held")))?;
    if lifted.owes_sweep {
        sweep_marks::note_owed_in(store, now).await?;
    }
    Ok(lifted)
}

/// What of this is held, by the name that a person says.
///
/// # Errors
/// Where the store cannot be read.
pub async fn held_as(store: &dyn Store, text: &str) -> Result<Option<Reach>, Unheard> {
    let mut standing = store.halts().await?.into_iter().map(|one| one.halt.reach);
    let called = |reach: &Reach| reach.name() == text || format!("{}:{}", reach.kind(), reach.name()) == text;
    Ok(standing.find(called))
}

/// Makes put-off work due now: of what is named, or all; how many records.
///
/// # Errors
/// [`Unheard`], also where nothing of one record is put off.
pub async fn retry(store: &dyn Store, plan: Option<&Plan>, reach: Option<&Reach>) -> Result<u64, Unheard> {
    let which = match (reach, plan) {
        (None, _) => vec![Which::default()],
        (Some(Reach::Record(record)), _) => vec![record.into()],
        (Some(reach), Some(plan)) => which(plan, reach),
        (Some(_), None) => Vec::new(),
    };
    let mut hastened = 0;
    for one in &which {
        hastened += store.hasten(one).await?;
    }
    match reach {
        Some(Reach::Record(record)) if hastened == 0 => {
            let parks = store.parks_of(record).await?;
            let mend = parks.first().map(|park| format!("; it is parked: petiole inbox retry {}", park.number));
            Err(Unheard::NotFound(format!("nothing of {record} is put off{}", mend.unwrap_or_default())))
        }
        _ => Ok(hastened),
    }
}

impl Runtime {
    /// What a person means by this.
    ///
    /// # Errors
    /// [`Unheard`], with near ones where there is no such record.
    pub async fn reach_named(&self, text: &str) -> Result<Reach, Unheard> {
        let live = self.live.load_full();
        let reach = match named(&live.plan, text) {
            // A name may have a stroke in it.
            Err(Unheard::NotFound(_)) if text.contains('/') => None,
            reach => reach?,
        };
        match reach {
            Some(Reach::Record(record)) if self.is_known(&record).await? => Ok(Reach::Record(record)),
            None if let Some(record) = self.known_as(text).await? => Ok(Reach::Record(record)),
            Some(Reach::Record(_)) | None => {
                let record = self.record_named(text).await.map(Reach::Record);
                record.map_err(|unheard| match unheard {
                    Unheard::NotFound(words) => Unheard::NotFound(not_called(text, words)),
                    other => other,
                })
            }
            Some(reach) => Ok(reach),
        }
    }

    /// The record that a person means: by its id, or by what people call it. What the store knows costs no call.
    ///
    /// # Errors
    /// [`Unheard::NotFound`] with near ones where nobody is called so, with all of them where several are.
    pub async fn record_named(&self, text: &str) -> Result<RecordRef, Unheard> {
        let live = self.live.load_full();
        match meant(&live.plan, self.store.as_ref(), text).await {
            Ok(found) if self.is_known(&found).await? => Ok(found),
            Ok(_) | Err(Unmeant::Nobody(_)) => self.named(text).await.map_err(Unheard::NotFound),
            Err(unmeant) => Err(unmeant.into()),
        }
    }

    /// The one record with this key of which the store knows something to do.
    async fn known_as(&self, id: &str) -> Result<Option<RecordRef>, StoreError> {
        let parks = self.store.parks().await?.into_iter().map(|park| park.draft.target);
        let open = self.store.unfinished().await?.into_iter().map(|work| work.target);
        let mut called: Vec<RecordRef> = open.chain(parks).filter(|record| record.id == id).collect();
        called.sort();
        called.dedup();
        Ok(if called.len() == 1 { called.pop() } else { None })
    }

    /// Whether the store knows a record, so that its system need not be asked.
    async fn is_known(&self, record: &RecordRef) -> Result<bool, StoreError> {
        if !self.store.history(record, 1).await?.is_empty() || !self.store.parks_of(record).await?.is_empty() {
            return Ok(true);
        }
        Ok(self.store.unfinished().await?.iter().any(|work| work.target == *record))
    }

    /// Has something wait from now on.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn halt_named(&self, text: &str, word: Word<'_>) -> Result<Halt, Unheard> {
        let reach = self.reach_named(text).await?;
        let halt = hold(self.store.as_ref(), reach, word, self.world.clock.now()).await?;
        self.ask_halts().await?;
        self.nudge();
        tracing::info!(until = ?halt.until, because = halt.because, "held by a person: {}", halt.reach);
        Ok(halt)
    }

    /// Lets something go on.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn lift_named(&self, text: &str) -> Result<Lifted, Unheard> {
        let reach = match held_as(self.store.as_ref(), text).await? {
            Some(reach) => reach,
            None => self.reach_named(text).await?,
        };
        let lifted = release(self.store.as_ref(), &reach, self.world.clock.now()).await?;
        self.has_lifted(&lifted).await?;
        Ok(lifted)
    }

    /// Something that was held goes on.
    pub(crate) async fn has_lifted(&self, lifted: &Lifted) -> Result<(), StoreError> {
        tracing::info!(records = lifted.records, "goes on: {}", lifted.reach);
        self.ask_halts().await?;
        if lifted.owes_sweep {
            self.sweep_owed.fetch_add(1, Ordering::AcqRel);
            self.sweep_wake.notify_one();
        }
        self.nudge();
        Ok(())
    }

    /// Tries put-off work now, and whatever account is held back by its breaker: of what is named, or all.
    ///
    /// # Errors
    /// [`Unheard`].
    pub async fn retry_now(&self, text: Option<&str>) -> Result<u64, Unheard> {
        let reach = match text {
            Some(text) => Some(self.reach_named(text).await?),
            None => None,
        };
        let live = self.live.load_full();
        let hastened = retry(self.store.as_ref(), Some(&live.plan), reach.as_ref()).await?;
        let meant = |name: &str| match &reach {
            Some(Reach::Account(account)) => account == name,
            Some(Reach::Record(_) | Reach::Pipeline(_)) | None => true,
        };
        live.peers.iter().filter(|(name, _)| meant(name)).for_each(|(_, peer)| peer.try_now());
        self.nudge();
        Ok(hastened)
    }
}

/// What to say where no record is called so either.
fn not_called(text: &str, words: String) -> String {
    if text.contains('/') { words } else { format!("no pipeline or account is called `{text}`, and {words}") }
}
