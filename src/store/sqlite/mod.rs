//! The embedded store: `SQLite` with a write-ahead log, every commit on disk before it is answered.
//!
//! One connection behind a lock; a lock file keeps a second process out. Values are JSON with
//! tags for what JSON has no form for.

mod decisions;
mod links;
mod parks;
mod schema;
mod values;
mod work;

use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::intent::{Intent, IntentDraft, Settlement};
use super::journal::{Cursor, DecisionEntry, Hint, HistoryEntry, RecordRef, Work};
use super::link::{Link, LinkEnd};
use super::park::{Park, ParkDraft, Wait};
use super::rules::{Generation, RuleText};
use super::store::{Counts, Store, StoreError};

/// A store in one file.
#[derive(Debug)]
pub struct SqliteStore {
    connection: Arc<Mutex<Connection>>,
    // Held for its lock, which goes when the process does.
    _lock: Option<File>,
}

impl SqliteStore {
    /// Opens or makes the file; work that was in flight is pending again.
    ///
    /// # Errors
    /// [`StoreError::InUse`] where another process has it, else [`StoreError::Unavailable`].
    pub fn open(path: &str) -> Result<Self, StoreError> {
        let lock = if path == ":memory:" { None } else { Some(lock(path)?) };
        let connection = Connection::open(path).map_err(|error| StoreError::Unavailable(format!("{path}: {error}")))?;
        schema::prepare(&connection).map_err(|error| StoreError::Unavailable(format!("{path}: {error}")))?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), _lock: lock })
    }

    /// One transaction off the async threads.
    async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = Arc::clone(&self.connection);
        let done = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let answer = job(&transaction)?;
            transaction.commit()?;
            Ok(answer)
        })
        .await;
        match done {
            Ok(answer) => answer.map_err(|error: rusqlite::Error| StoreError::Unavailable(error.to_string())),
            Err(error) => Err(StoreError::Unavailable(error.to_string())),
        }
    }
}

fn lock(path: &str) -> Result<File, StoreError> {
    let name = format!("{path}.lock");
    let file = File::create(&name).map_err(|error| StoreError::Unavailable(format!("{name}: {error}")))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StoreError::InUse(path.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(StoreError::Unavailable(format!("{name}: {error}"))),
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        self.run(move |tx| work::accept(tx, &hints, cursor.as_ref())).await
    }

    async fn claim(&self, now: Timestamp, limit: usize) -> Result<Vec<Work>, StoreError> {
        self.run(move |tx| work::claim(tx, now, limit)).await
    }

    async fn finish(&self, work: &Work, now: Timestamp, parks: Vec<ParkDraft>) -> Result<(), StoreError> {
        let work = work.clone();
        self.run(move |tx| {
            let next = parks::renew(tx, &work.target, &parks, now)?;
            work::finish(tx, &work, next)
        })
        .await
    }

    async fn defer(&self, work: &Work, until: Timestamp, reason: &str) -> Result<(), StoreError> {
        let (work, reason) = (work.clone(), reason.to_owned());
        self.run(move |tx| work::defer(tx, &work, until, &reason)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.run(work::next_due).await
    }

    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        let (pipeline, end) = (pipeline.to_owned(), end.clone());
        self.run(move |tx| links::of_end(tx, &pipeline, left, &end)).await
    }

    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        let pipeline = pipeline.to_owned();
        self.run(move |tx| links::of_pipeline(tx, &pipeline)).await
    }

    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.run(move |tx| decisions::record(tx, &entry)).await
    }

    async fn open_intent(&self, draft: IntentDraft) -> Result<Intent, StoreError> {
        self.run(move |tx| decisions::open_intent(tx, draft)).await
    }

    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        let cause = cause.cloned();
        self.run(move |tx| decisions::open_intents(tx, cause.as_ref())).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        self.run(move |tx| {
            if let Some((number, state)) = settlement.intent {
                decisions::close_intent(tx, number, state)?;
            }
            if let Some(link) = &settlement.link {
                links::put(tx, link)?;
            }
            settlement.history.iter().try_for_each(|entry| decisions::note(tx, entry))
        })
        .await
    }

    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        let target = target.clone();
        self.run(move |tx| decisions::history(tx, &target, limit)).await
    }

    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.run(parks::all).await
    }

    async fn retry(&self, number: Option<i64>, now: Timestamp) -> Result<usize, StoreError> {
        self.run(move |tx| parks::retry(tx, number, now)).await
    }

    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.run(move |tx| parks::remove(tx, number)).await
    }

    async fn wake(&self, found: &[Wait], now: Timestamp) -> Result<usize, StoreError> {
        let found = found.to_vec();
        self.run(move |tx| parks::wake(tx, &found, now)).await
    }

    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Cursor>, StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.run(move |tx| work::cursor(tx, &account, &record)).await
    }

    async fn serve(&self, hash: &str, texts: &[RuleText], now: Timestamp) -> Result<Generation, StoreError> {
        let (hash, texts) = (hash.to_owned(), texts.to_vec());
        self.run(move |tx| decisions::serve(tx, &hash, &texts, now)).await
    }

    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.run(decisions::last_good).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.run(work::counts).await
    }

    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.run(work::deferred).await
    }
}
