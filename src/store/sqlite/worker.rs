//! A thread that owns a connection and runs jobs on it: one that writes, or one that reads.
//!
//! The writing thread takes what is waiting as one transaction, so that many jobs share one flush
//! of the disk; a job that fails is undone alone. No job is answered before the commit, and none that asks for the
//! flush before that. A power cut takes what was not flushed from the end backwards, so that what is left is how things
//! stood at some moment.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error;
use crate::store::doubt::Doubt;
use crate::store::error::StoreError;

/// Jobs that share one commit. The writer never waits for more: while it commits, the next ones gather.
const GROUP: usize = 64;

/// Jobs that wait for the thread before those who ask for more have to wait too.
const QUEUE: usize = 1024;

/// Commits after which a quiet moment is used to move the log into the file.
const COMMITS_PER_CHECKPOINT: u32 = 256;

/// Tells the one who asked, once it is known whether the commit succeeded.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Runs on the connection, or hears why it cannot run.
type Run = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Finished + Send>;

/// What is to be done, and how sure it has to be before it is answered.
struct Job {
    run: Run,
    keep: Keep,
}

/// What must not be able to take back what was answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Keep {
    /// The end of the process, however it comes: what is done again where the power fails, and with the same end.
    Past,
    /// A power cut, too: what was promised to somebody, or what comes before an act outside.
    Flushed,
}

impl Keep {
    /// As `SQLite` is told, between two transactions.
    fn pragma(self) -> &'static str {
        match self {
            Self::Past => "PRAGMA synchronous = NORMAL",
            Self::Flushed => "PRAGMA synchronous = FULL",
        }
    }
}

/// A job that ran and has not been answered.
struct Finished {
    failed: bool,
    answer: Answer,
}

/// A thread with a connection. Dropping it finishes what was asked and closes the connection.
pub(super) struct Worker {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    place: String,
    /// Whether commits take hold.
    doubt: Arc<Doubt>,
}

impl Worker {
    /// Starts the thread that writes. `place` is the file's name, for messages.
    pub(super) fn writer(connection: Connection, place: &str) -> Result<Self, StoreError> {
        Self::start(place, "store-write", move |jobs, doubt| write_groups(&connection, jobs, doubt))
    }

    /// Starts the thread that reads.
    pub(super) fn reader(connection: Connection, place: &str) -> Result<Self, StoreError> {
        Self::start(place, "store-read", move |jobs, _| read_each(&connection, jobs))
    }

    fn start(
        place: &str,
        name: &str,
        body: impl FnOnce(mpsc::Receiver<Job>, &Doubt) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, receiver) = mpsc::channel(QUEUE);
        let doubt = Arc::new(Doubt::default());
        let tells = Arc::clone(&doubt);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || body(receiver, &tells))
            .map_err(|error| StoreError::Unavailable(format!("{place}: no thread can be started ({error})")))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), place: place.to_owned(), doubt })
    }

    /// Whether commits take hold.
    pub(super) fn doubt(&self) -> &Doubt {
        &self.doubt
    }

    /// Runs an operation on the thread and answers when it is committed, and flushed where that is asked for.
    pub(super) async fn run<T, F>(&self, keep: Keep, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (asker, answer) = oneshot::channel();
        let run: Run = Box::new(move |connection| {
            let result = connection.and_then(operation);
            Finished {
                failed: result.is_err(),
                answer: Box::new(move |commit| {
                    // One who no longer listens still gets the work done.
                    let _ = asker.send(result.and_then(|done| commit.map(|()| done)));
                }),
            }
        });
        let gone = || StoreError::Unavailable("its thread ended; restart the service".to_owned());
        let outcome = match &self.jobs {
            Some(jobs) if jobs.send(Job { run, keep }).await.is_ok() => answer.await.unwrap_or_else(|_| Err(gone())),
            _ => Err(gone()),
        };
        outcome.map_err(|error| error::at(&self.place, error))
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

fn write_groups(connection: &Connection, mut jobs: mpsc::Receiver<Job>, doubt: &Doubt) {
    let mut commits = 0;
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        commit_group(connection, group, doubt);
        commits += 1;
        if commits >= COMMITS_PER_CHECKPOINT && jobs.is_empty() {
            commits = 0;
            // Where it cannot be done now, it is tried again later.
            let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }
}

/// Runs all jobs in one transaction, each within a savepoint of its own, then answers them.
fn commit_group(connection: &Connection, group: Vec<Job>, doubt: &Doubt) {
    let keep = group.iter().map(|job| job.keep).max().unwrap_or(Keep::Flushed);
    let begun = connection.execute_batch(keep.pragma()).and_then(|()| connection.execute_batch("BEGIN IMMEDIATE"));
    let mut failure = begun.err().map(StoreError::from);
    let mut answers = Vec::with_capacity(group.len());
    for job in group {
        let finished = match &failure {
            Some(error) => (job.run)(Err(error.clone())),
            None => run_within_savepoint(connection, job, &mut failure),
        };
        answers.push(finished.answer);
    }
    if failure.is_none() {
        failure = connection.execute_batch("COMMIT").err().map(StoreError::from);
    }
    if !connection.is_autocommit() {
        // The group is answered as failed already; a failure to undo shows at the next BEGIN.
        let _ = connection.execute_batch("ROLLBACK");
    }
    if failure.is_some() {
        doubt.raise();
    }
    for answer in answers {
        answer(failure.clone().map_or(Ok(()), Err));
    }
}

/// Sets `failure` where the whole transaction is lost: `SQLite` undoes all of it when the disk is full.
fn run_within_savepoint(connection: &Connection, job: Job, failure: &mut Option<StoreError>) -> Finished {
    if let Err(error) = connection.execute_batch("SAVEPOINT job") {
        let error = StoreError::from(error);
        *failure = Some(error.clone());
        return (job.run)(Err(error));
    }
    let finished = (job.run)(Ok(connection));
    let end = if finished.failed { "ROLLBACK TO job; RELEASE job" } else { "RELEASE job" };
    if connection.is_autocommit() {
        *failure = Some(StoreError::Unavailable(
            "the transaction was undone, as happens when the disk is full; free some space".to_owned(),
        ));
    } else if let Err(error) = connection.execute_batch(end) {
        *failure = Some(StoreError::from(error));
    }
    finished
}

/// Runs each job on one unchanging view of the file.
fn read_each(connection: &Connection, mut jobs: mpsc::Receiver<Job>) {
    while let Some(job) = jobs.blocking_recv() {
        let finished = match connection.execute_batch("BEGIN") {
            Ok(()) => (job.run)(Ok(connection)),
            Err(error) => (job.run)(Err(StoreError::from(error))),
        };
        if !connection.is_autocommit() {
            // Nothing was written; a failure shows at the next BEGIN.
            let _ = connection.execute_batch("ROLLBACK");
        }
        (finished.answer)(Ok(()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk that fills within a group: who was told it is durable finds it, and nobody else does.
    #[test]
    fn what_was_answered_is_what_is_kept_on_a_full_disk() -> Result<(), StoreError> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch("CREATE TABLE kept (text TEXT); PRAGMA max_page_count = 200")?;
        let mut promised = 0_i64;
        let mut refused = 0_i64;
        for _ in 0..20 {
            let (sender, answers) = std::sync::mpsc::channel();
            let group = (0..10).map(|number| insert(number * 4_000, sender.clone())).collect();
            commit_group(&connection, group, &Doubt::default());
            drop(sender);
            for answer in answers {
                match answer {
                    Ok(()) => promised += 1,
                    Err(StoreError::Unavailable(text)) => {
                        assert!(text.contains("disk is full"), "{text}");
                        refused += 1;
                    }
                    Err(other) => return Err(other),
                }
            }
        }
        let kept: i64 = connection.query_row("SELECT count(*) FROM kept", [], |row| row.get(0))?;
        assert_eq!((kept, promised + refused), (promised, 200));
        assert!(promised > 0 && refused > 0);
        Ok(())
    }

    /// What is promised is flushed, and what shares its transaction with it; the rest is not.
    #[test]
    fn a_group_is_flushed_where_one_of_it_asks_for_that() -> Result<(), StoreError> {
        let connection = Connection::open_in_memory()?;
        let (sender, levels) = std::sync::mpsc::channel();
        let job = |keep| {
            let sender = sender.clone();
            let run: Run = Box::new(move |connection: Result<&Connection, StoreError>| {
                let level = connection.and_then(|connection| {
                    Ok(connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?)
                });
                let _ = sender.send(level);
                Finished { failed: false, answer: Box::new(|_| {}) }
            });
            Job { run, keep }
        };
        for group in [vec![Keep::Past], vec![Keep::Past, Keep::Flushed], vec![Keep::Past, Keep::Past]] {
            commit_group(&connection, group.into_iter().map(job).collect(), &Doubt::default());
        }
        let levels: Vec<i64> = levels.try_iter().collect::<Result<_, _>>()?;
        assert_eq!(levels, [1, 2, 2, 1, 1]);
        Ok(())
    }

    fn insert(length: usize, asker: std::sync::mpsc::Sender<Result<(), StoreError>>) -> Job {
        let run: Run = Box::new(move |connection| {
            let result = connection.and_then(|connection| {
                connection.execute("INSERT INTO kept VALUES (?1)", ["x".repeat(length)])?;
                Ok(())
            });
            let failed = result.is_err();
            let answer: Answer = Box::new(move |commit| {
                let _ = asker.send(result.and(commit));
            });
            Finished { failed, answer }
        });
        Job { run, keep: Keep::Flushed }
    }
}
