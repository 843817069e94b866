//! The store over `SQLite`: how it opens, and which thread does what.
//!
//! Writes go to the writing thread, reads to the reading one; a store in memory does both where it
//! is asked, so that a seeded run stays in order. A reader refuses to write.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::owner::{self, Held};
use super::worker::{Keep, Worker};
use super::{answer, decision, error, file, generation, intent, journal, link, migration, park, prune, work};
use crate::store::answer::SeenField;
use crate::store::intent::{Intent, IntentDraft, Settlement};
use crate::store::journal::{Cursor, DecisionEntry, Hint, HintSource, HistoryEntry, RecordRef, Work};
use crate::store::link::{Link, LinkEnd};
use crate::store::park::{Park, Parking, Wait};
use crate::store::rules::{Generation, RuleText};
use crate::store::store::{Counts, Store, StoreError};

/// A store in one `SQLite` file, or in memory.
pub struct SqliteStore {
    access: Access,
}

/// Fields are dropped in order: the writer closes last and tidies the log, then the locks are freed.
enum Access {
    Owner { reader: Worker, writer: Worker, token: String, _held: Option<Held>, lock: File },
    Reader { reader: Worker, place: String },
    Memory(Mutex<Connection>),
}

impl SqliteStore {
    /// Opens a file as its only owner, makes it where there is none and brings it to the newest
    /// schema. Work that was in flight is pending again, due at `now`.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        let lock = file::lock(path)?;
        let held = owner::hold(path)?;
        let open = || {
            let mut connection = file::writer(path)?;
            migration::migrate(&mut connection)?;
            let token = owner::take(&connection)?;
            work::recover(&connection, now)?;
            Ok((connection, file::reader(path)?, token))
        };
        let (writer, reader, token) = open().map_err(|error| error::at(&place, error))?;
        let writer = Worker::writer(writer, &place)?;
        let reader = Worker::reader(reader, &place)?;
        Ok(Self { access: Access::Owner { reader, writer, token, _held: held, lock } })
    }

    /// Opens a file for reading, also while another process owns it.
    pub fn open_reader(path: &Path) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        let open = || {
            let connection = file::reader(path)?;
            migration::require_newest(&connection)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| error::at(&place, error))?;
        Ok(Self { access: Access::Reader { reader: Worker::reader(connection, &place)?, place } })
    }

    /// A store that is forgotten when it is dropped.
    pub fn open_memory() -> Result<Self, StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        Ok(Self { access: Access::Memory(Mutex::new(connection)) })
    }

    async fn write<T, F>(&self, keep: Keep, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.access {
            Access::Owner { writer, .. } => writer.run(keep, operation).await,
            Access::Reader { place, .. } => {
                Err(StoreError::InUse(format!("{place} was opened for reading only; ask the service over HTTP")))
            }
            Access::Memory(connection) => within(connection, operation),
        }
    }

    /// A write after which something is done outside: only by the owner.
    async fn write_as_owner<T, F>(&self, keep: Keep, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let token = match &self.access {
            Access::Owner { token, .. } => Some(token.clone()),
            Access::Reader { .. } | Access::Memory(_) => None,
        };
        self.write(keep, move |connection| {
            token.map_or(Ok(()), |token| owner::check(connection, &token))?;
            operation(connection)
        })
        .await
    }

    async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.access {
            Access::Owner { reader, .. } | Access::Reader { reader, .. } => reader.run(Keep::Past, operation).await,
            Access::Memory(connection) => within(connection, operation),
        }
    }
}

/// One transaction that an error undoes.
fn within<T>(
    connection: &Mutex<Connection>,
    operation: impl FnOnce(&Connection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut connection = connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let transaction = connection.transaction()?;
    let done = operation(&transaction)?;
    transaction.commit()?;
    Ok(done)
}

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        let is_promised = |hint: &Hint| match hint.source {
            HintSource::Webhook | HintSource::Retry | HintSource::Asked => true,
            // What petiole found by itself it finds again: the cursor behind it would be lost with it.
            HintSource::Poll | HintSource::Sweep | HintSource::Made | HintSource::Stirred => false,
        };
        let keep = if hints.iter().any(is_promised) { Keep::Flushed } else { Keep::Past };
        self.write(keep, move |connection| work::accept(connection, &hints, cursor.as_ref())).await
    }

    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Work>, StoreError> {
        self.write_as_owner(Keep::Past, move |connection| work::claim(connection, now, limit)).await
    }

    async fn finish(&self, work: &Work, now: Timestamp, parks: Parking) -> Result<(), StoreError> {
        let work = work.clone();
        self.write(Keep::Past, move |connection| work::finish(connection, &work, now, &parks)).await
    }

    async fn defer(&self, work: &Work, until: Timestamp, reason: &str) -> Result<(), StoreError> {
        let (work, reason) = (work.clone(), reason.to_owned());
        self.write(Keep::Past, move |connection| work::defer(connection, &work, until, &reason)).await
    }

    async fn postpone(&self, work: &Work, until: Timestamp) -> Result<(), StoreError> {
        let work = work.clone();
        self.write(Keep::Past, move |connection| work::postpone(connection, &work, until)).await
    }

    async fn next_due(&self, parked: bool) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| work::next_due(connection, parked)).await
    }

    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        let (pipeline, end) = (pipeline.to_owned(), end.clone());
        self.read(move |connection| link::at(connection, &pipeline, left, &end)).await
    }

    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        let pipeline = pipeline.to_owned();
        self.read(move |connection| link::of(connection, &pipeline)).await
    }

    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        self.read(link::by_hand).await
    }

    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| decision::add(connection, &entry)).await
    }

    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        let target = target.cloned();
        self.read(move |connection| decision::read(connection, target.as_ref(), (since, limit))).await
    }

    async fn open_intent(&self, draft: IntentDraft) -> Result<Intent, StoreError> {
        self.write_as_owner(Keep::Flushed, move |connection| intent::open(connection, draft)).await
    }

    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        let cause = cause.cloned();
        self.read(move |connection| intent::open_ones(connection, cause.as_ref())).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        // What a peer did is found by its trace, as after a lost answer; what a person said is not.
        let is_word = settlement.link.as_ref().is_some_and(|link| link.by_hand) && settlement.intent.is_none();
        let keep = if is_word { Keep::Flushed } else { Keep::Past };
        self.write(keep, move |connection| intent::settle(connection, &settlement)).await
    }

    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        let target = target.clone();
        self.read(move |connection| journal::history(connection, &target, limit)).await
    }

    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        let target = target.clone();
        self.read(move |connection| park::of(connection, &target)).await
    }

    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        let (target, pipeline, group) = (target.clone(), pipeline.to_owned(), group.map(str::to_owned));
        self.read(move |connection| park::known(connection, &target, &pipeline, group.as_deref())).await
    }

    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.read(park::all).await
    }

    async fn retry(&self, number: Option<i64>, now: Timestamp) -> Result<usize, StoreError> {
        self.write(Keep::Flushed, move |connection| work::retry(connection, number, now)).await
    }

    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.write(Keep::Flushed, move |connection| park::drop_park(connection, number)).await
    }

    async fn wake(&self, found: &[Wait], now: Timestamp) -> Result<usize, StoreError> {
        let found = found.to_vec();
        self.write(Keep::Past, move |connection| work::wake(connection, &found, now)).await
    }

    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| work::clock_moved(connection, by)).await
    }

    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Cursor>, StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.read(move |connection| work::cursor(connection, &account, &record)).await
    }

    async fn serve(&self, hash: &str, texts: &[RuleText], now: Timestamp) -> Result<Generation, StoreError> {
        let (hash, texts) = (hash.to_owned(), texts.to_vec());
        self.write(Keep::Flushed, move |connection| generation::serve(connection, &hash, &texts, now)).await
    }

    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.read(generation::last_good).await
    }

    async fn prune(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            let taken = self.write(Keep::Past, move |connection| prune::step(connection, before)).await?;
            if taken == 0 {
                return Ok(total);
            }
            total += taken;
        }
    }

    async fn serve_at(&self, url: &str) -> Result<(), StoreError> {
        match &self.access {
            Access::Owner { lock, .. } => file::serve_at(lock, url),
            Access::Reader { .. } | Access::Memory(_) => Ok(()),
        }
    }

    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        let (pipeline, account) = (pipeline.to_owned(), account.to_owned());
        self.read(move |connection| link::ids(connection, &pipeline, (left, &account))).await
    }

    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.read(move |connection| answer::unlisted(connection, &account, &record)).await
    }

    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.write(Keep::Past, move |connection| answer::set_unlisted(connection, (&account, &record), &ids)).await
    }

    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        self.read(answer::seen_fields).await
    }

    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| answer::note_fields(connection, &fields)).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(work::counts).await
    }

    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(work::deferred).await
    }
}
