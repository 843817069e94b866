//! A thread that owns a connection and runs jobs on it: one that writes, or one that reads.
//!
//! The writing thread takes what is waiting as one transaction, so that many jobs share one flush
//! of the disk; a job that fails is undone alone. No job is answered before the commit.

use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error;
use crate::store::store::StoreError;

/// Jobs that share one commit. The writer never waits for more: while it commits, the next ones gather.
const GROUP: usize = 64;

/// Jobs that wait for the thread before those who ask for more have to wait too.
const QUEUE: usize = 1024;

/// Commits after which a quiet moment is used to move the log into the file.
const COMMITS_PER_CHECKPOINT: u32 = 256;

/// Tells the one who asked, once it is known whether the commit succeeded.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;

/// Runs on the connection, or hears why it cannot run.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Finished + Send>;

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
}

impl Worker {
    /// Starts the thread that writes. `place` is the file's name, for messages.
    pub(super) fn writer(connection: Connection, place: &str) -> Result<Self, StoreError> {
        Self::start(place, "store-write", move |jobs| write_groups(&connection, jobs))
    }

    /// Starts the thread that reads.
    pub(super) fn reader(connection: Connection, place: &str) -> Result<Self, StoreError> {
        Self::start(place, "store-read", move |jobs| read_each(&connection, jobs))
    }

    fn start(
        place: &str,
        name: &str,
        body: impl FnOnce(mpsc::Receiver<Job>) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, receiver) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || body(receiver))
            .map_err(|error| StoreError::Unavailable(format!("{place}: no thread can be started ({error})")))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), place: place.to_owned() })
    }

    /// Runs an operation on the thread and answers when it is committed.
    pub(super) async fn run<T, F>(&self, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let (asker, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
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
            Some(jobs) if jobs.send(job).await.is_ok() => answer.await.unwrap_or_else(|_| Err(gone())),
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

fn write_groups(connection: &Connection, mut jobs: mpsc::Receiver<Job>) {
    let mut commits = 0;
    while let Some(first) = jobs.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = jobs.try_recv()
        {
            group.push(next);
        }
        commit_group(connection, group);
        commits += 1;
        if commits >= COMMITS_PER_CHECKPOINT && jobs.is_empty() {
            commits = 0;
            // Where it cannot be done now, it is tried again later.
            let _ = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }
}

/// Runs all jobs in one transaction, each within a savepoint of its own, then answers them.
fn commit_group(connection: &Connection, group: Vec<Job>) {
    let mut failure = connection.execute_batch("BEGIN IMMEDIATE").err().map(StoreError::from);
    let mut answers = Vec::with_capacity(group.len());
    for job in group {
        let finished = match &failure {
            Some(error) => job(Err(error.clone())),
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
    for answer in answers {
        answer(failure.clone().map_or(Ok(()), Err));
    }
}

/// Sets `failure` where the whole transaction is lost: `SQLite` undoes all of it when the disk is full.
fn run_within_savepoint(connection: &Connection, job: Job, failure: &mut Option<StoreError>) -> Finished {
    if let Err(error) = connection.execute_batch("SAVEPOINT job") {
        let error = StoreError::from(error);
        *failure = Some(error.clone());
        return job(Err(error));
    }
    let finished = job(Ok(connection));
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
            Ok(()) => job(Ok(connection)),
            Err(error) => job(Err(StoreError::from(error))),
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
            commit_group(&connection, group);
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

    fn insert(length: usize, asker: std::sync::mpsc::Sender<Result<(), StoreError>>) -> Job {
        Box::new(move |connection| {
            let result = connection.and_then(|connection| {
                connection.execute("INSERT INTO kept VALUES (?1)", ["x".repeat(length)])?;
                Ok(())
            });
            let failed = result.is_err();
            let answer: Answer = Box::new(move |commit| {
                let _ = asker.send(result.and(commit));
            });
            Finished { failed, answer }
        })
    }
}
