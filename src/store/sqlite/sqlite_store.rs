//! The store over `SQLite`: how it opens, and which thread does what.
//!
//! Writes go to the writing thread, reads to the reading one; a store in memory does both where it
//! is asked, so that a seeded run stays in order. A reader refuses to write.

use std::fs::File;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use rusqlite::Connection;

use super::owner::{self, Held};
use super::worker::{Keep, Worker};
use super::{error, file, migration, work};
use crate::store::alone::{Alone, OwnedByOne};
use crate::store::doubt::Doubt;
use crate::store::error::StoreError;
use crate::world::Clock;

/// A store in one `SQLite` file, or in memory.
pub struct SqliteStore {
    access: Access,
    clock: Arc<dyn Clock>,
    /// The number of the last claim. None is given twice, by whichever owner.
    claims: AtomicI64,
    alone: Arc<Alone>,
}

/// Fields are dropped in order: the writer closes last and tidies the log, then the locks are freed.
enum Access {
    Owner { reader: Worker, writer: Worker, token: String, _held: Option<Held>, lock: File },
    Reader { reader: Worker, place: String },
    Memory(Mutex<Connection>),
}

impl SqliteStore {
    /// Opens a file as its only owner, makes it where there is none and brings it to the newest
    /// schema. Work that was in flight is pending again, due now.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        let lock = file::lock(path)?;
        let held = owner::hold(path)?;
        let open = || {
            let mut connection = file::writer(path)?;
            migration::migrate(&mut connection)?;
            let owner = take_over(&mut connection, clock.now())?;
            Ok((connection, file::reader(path)?, owner))
        };
        let (writer, reader, (token, epoch)) = open().map_err(|error| error::at(&place, error))?;
        let writer = Worker::writer(writer, &place)?;
        let reader = Worker::reader(reader, &place)?;
        let first = epoch.saturating_mul(CLAIMS_PER_OWNER);
        Ok(Self::with(Access::Owner { reader, writer, token, _held: held, lock }, clock, first))
    }

    /// Opens a file for reading, also while another process owns it.
    pub fn open_reader(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let place = path.display().to_string();
        let open = || {
            let connection = file::reader(path)?;
            migration::require_newest(&connection)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| error::at(&place, error))?;
        let access = Access::Reader { reader: Worker::reader(connection, &place)?, place };
        Ok(Self::with(access, clock, 0))
    }

    /// A store that is forgotten when it is dropped.
    pub fn open_memory(clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        Ok(Self::with(Access::Memory(Mutex::new(connection)), clock, 0))
    }

    /// `first`: the number before the first that this owner gives.
    fn with(access: Access, clock: Arc<dyn Clock>, first: i64) -> Self {
        let alone = Arc::new(Alone::new(Arc::clone(&clock), first));
        Self { access, clock, claims: AtomicI64::new(first), alone }
    }

    /// What it coordinates with, for a write that depends on it.
    pub(super) fn coordinates(&self) -> Arc<Alone> {
        Arc::clone(&self.alone)
    }

    /// The present instant, by which everything is due.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Numbers for so many claims: the one before the first.
    pub(super) fn claim_numbers(&self, count: usize) -> i64 {
        self.claims.fetch_add(i64::try_from(count).unwrap_or(i64::MAX), Ordering::Relaxed)
    }

    pub(super) async fn write<T, F>(&self, keep: Keep, operation: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        match &self.access {
            Access::Owner { writer, .. } => writer.run(keep, operation).await,
            Access::Reader { place, .. } => Err(read_only(place)),
            Access::Memory(connection) => within(connection, operation),
        }
    }

    /// Whether what is written is kept, where a thread writes. A reader and a store in memory never fail to.
    pub(super) fn doubt(&self) -> Option<&Doubt> {
        match &self.access {
            Access::Owner { writer, .. } => Some(writer.doubt()),
            Access::Reader { .. } | Access::Memory(_) => None,
        }
    }

    /// A write after which something is done outside: only by the owner.
    pub(super) async fn write_as_owner<T, F>(&self, keep: Keep, operation: F) -> Result<T, StoreError>
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

    pub(super) async fn read<T, F>(&self, operation: F) -> Result<T, StoreError>
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

impl OwnedByOne for SqliteStore {
    fn alone(&self) -> Result<&Alone, StoreError> {
        match &self.access {
            Access::Reader { place, .. } => Err(read_only(place)),
            Access::Owner { .. } | Access::Memory(_) => Ok(&self.alone),
        }
    }

    fn tells_others(&self, url: &str) -> Result<(), StoreError> {
        match &self.access {
            Access::Owner { lock, .. } => file::serve_at(lock, url),
            Access::Reader { .. } | Access::Memory(_) => Ok(()),
        }
    }
}

fn read_only(place: &str) -> StoreError {
    StoreError::InUse(format!("{place} was opened for reading only; ask the service over HTTP"))
}

/// Claims that one owner can make before their numbers would meet those of the next.
const CLAIMS_PER_OWNER: i64 = 1 << 36;

/// Makes this process the owner: nobody else's claim holds from then on.
fn take_over(connection: &mut Connection, now: Timestamp) -> Result<(String, i64), StoreError> {
    let transaction = connection.transaction()?;
    let owner = owner::take(&transaction)?;
    work::recover(&transaction, now)?;
    transaction.commit()?;
    Ok(owner)
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
