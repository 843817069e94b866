//! The store over PostgreSQL: how it opens, and who may write.
//!
//! Work that others have in flight stays theirs: opening takes nothing from anybody. A reader refuses to write.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::address::Address;
use super::listen::Wire;
use super::schema::{self, Older};
use super::session::{Sessions, ask};
use crate::store::error::StoreError;
use crate::world::Clock;

/// A store in a PostgreSQL database.
pub struct PostgresStore {
    pub(super) sessions: Sessions,
    writes: bool,
    /// The node that this process joined as last; 0: as none yet.
    node: AtomicI64,
    wire: Option<Wire>,
}

impl PostgresStore {
    /// Opens a database for reading and writing, and brings its tables to the newest.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where it cannot be reached, read or written, or is a newer version's.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, None, Some(Older::Renewed)).await
    }

    /// The same, of one that has tables already.
    ///
    /// # Errors
    /// As [`Self::open`]; [`StoreError::Missing`] where it has none.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        // Whether there are any is seen without making them; then older ones are renewed as ever.
        let address = Address::of(url, true)?;
        let sessions = Sessions::new(&address, None)?;
        let seen = ask!(read &sessions, session => schema::is_there(session))?;
        if seen { Self::open(url).await } else { Err(StoreError::Missing(address.place)) }
    }

    /// Opens a database for reading only, whoever writes to it.
    ///
    /// # Errors
    /// As [`Self::open_existing`].
    pub async fn open_reader(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, None, Some(Older::Refused)).await
    }

    /// The same as [`Self::open`], with everything due by another clock than the database's: for tests, and for a
    /// database that nobody else has.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[doc(hidden)]
    pub async fn open_under(url: &str, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        Self::connect(url, Some(clock), Some(Older::Renewed)).await
    }

    /// Tables as they were after this step, and nothing in them: for tests.
    ///
    /// # Errors
    /// As [`Self::open`].
    #[doc(hidden)]
    pub async fn make_before(url: &str, step: i32) -> Result<(), StoreError> {
        let store = Self::connect(url, None, None).await?;
        ask!(write store, session => schema::renew(session, step))
    }

    pub(super) async fn connect(
        url: &str,
        given: Option<Arc<dyn Clock>>,
        older: Option<Older>,
    ) -> Result<Self, StoreError> {
        let writes = older != Some(Older::Refused);
        let address = Address::of(url, writes)?;
        let has_clock = given.is_some();
        let sessions = Sessions::new(&address, given)?;
        if let Some(older) = older {
            let place = address.place.as_str();
            ask!(read &sessions, session => schema::ready(session, place, older))?;
        }
        if has_clock {
            ask!(read &sessions, session => async { Ok(session.batch_execute(GIVEN_CLOCK).await?) })?;
        }
        let wire = if writes && older.is_some() && address.listens { Some(Wire::new(address)?) } else { None };
        Ok(Self { sessions, writes, node: AtomicI64::new(0), wire })
    }

    /// The node in whose name work is claimed.
    pub(super) fn node(&self) -> i64 {
        self.node.load(Ordering::Relaxed)
    }

    /// From now on this process is that node.
    pub(super) fn is_node(&self, node: i64) {
        self.node.store(node, Ordering::Relaxed);
    }

    /// Tells other processes that there may be work.
    pub(super) fn tell(&self) {
        if let Some(wire) = &self.wire {
            wire.tell();
        }
    }

    /// Until others may have made work.
    pub(super) async fn told(&self) {
        match &self.wire {
            Some(wire) => wire.told().await,
            None => std::future::pending().await,
        }
    }

    /// Refuses a reader.
    pub(super) fn may_write(&self) -> Result<&Sessions, StoreError> {
        if self.writes {
            return Ok(&self.sessions);
        }
        let place = &self.sessions.place;
        Err(StoreError::InUse(format!("{place} was opened for reading only; ask the service over HTTP")))
    }
}

/// The present as the asking session says it is.
const GIVEN_CLOCK: &str = "CREATE OR REPLACE FUNCTION petiole.instant() RETURNS bigint LANGUAGE sql STABLE
    AS $$ SELECT current_setting('petiole.given')::bigint $$";
