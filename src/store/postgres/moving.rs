//! Everything out of a database, and everything into one that holds nothing.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::mpsc::Sender;
use tokio_postgres::Row;

use super::claim::GIVEN_BACK;
use super::fault::Fault;
use super::postgres_store::PostgresStore;
use super::schema::Older;
use super::session::{Session, ask, execute, row};
use super::{cursor, intake, pieces};
use crate::store::coordination::Coordination as _;
use crate::store::error::StoreError;
use crate::store::moving::{Carried, INTAKE, Moving, PIECES_AT_ONCE, Shelf};
use crate::world::Clock;

#[async_trait]
impl Moving for PostgresStore {
    async fn holds_of(&self, shelf: Shelf) -> Result<u64, StoreError> {
        ask!(read &self.sessions, session => count(session, shelf))
    }

    async fn hand_over(&self, shelf: Shelf, to: Sender<Vec<Carried>>) -> Result<(), StoreError> {
        ask!(whole self, session => each(session, shelf, &to))
    }

    async fn begin_intake(&self) -> Result<(), StoreError> {
        ask!(whole self, session => begin(session))
    }

    async fn take_in(&self, pieces: Vec<Carried>) -> Result<(), StoreError> {
        ask!(whole self, session => intake::take_in(session, &pieces))
    }

    async fn end_intake(&self) -> Result<(), StoreError> {
        ask!(whole self, session => end(session))
    }
}

impl PostgresStore {
    /// Opens a database that no process works with, so that everything may be moved: what ended without a word is given
    /// back.
    ///
    /// # Errors
    /// As [`Self::open`], with `is_there` as [`Self::open_existing`]; [`StoreError::InUse`] where a process lives.
    pub async fn open_to_move(url: &str, is_there: bool) -> Result<Self, StoreError> {
        Self::open_to_move_under(url, is_there, None).await
    }

    /// The same, with everything due by another clock than the database's: for tests.
    ///
    /// # Errors
    /// As [`Self::open_to_move`].
    #[doc(hidden)]
    pub async fn open_to_move_under(
        url: &str,
        is_there: bool,
        given: Option<Arc<dyn Clock>>,
    ) -> Result<Self, StoreError> {
        if is_there {
            Self::open_existing(url).await?;
        }
        let store = Self::connect(url, given, Some(Older::Renewed)).await?;
        store.fence().await?;
        let living = ask!(read &store.sessions, session => living(session))?;
        if living > 0 {
            let place = &store.sessions.place;
            let nodes = if living == 1 { "1 node works".to_owned() } else { format!("{living} nodes work") };
            return Err(StoreError::InUse(format!("{nodes} with {place}; stop them first")));
        }
        ask!(whole store, session => give_back(session))?;
        Ok(store)
    }
}

/// Nodes that live.
async fn living(session: &Session) -> Result<i64, Fault> {
    first(row(session, "SELECT count(*) FROM petiole.node", &[]).await?)
}

fn first(found: Option<Row>) -> Result<i64, Fault> {
    Ok(found.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
}

/// Work that was claimed is pending again: nobody is there who could have it.
async fn give_back(session: &Session) -> Result<(), Fault> {
    let back = format!("UPDATE petiole.work SET {GIVEN_BACK}, due = petiole.instant() WHERE state = 'flight'");
    execute(session, &back, &[]).await?;
    Ok(())
}

async fn count(session: &Session, shelf: Shelf) -> Result<u64, Fault> {
    let table = shelf.table();
    // The mark of the copy itself is none of what is copied.
    let which = if shelf == Shelf::Cursors { "WHERE (account, record) <> ($1, $2)" } else { "WHERE $1 || $2 <> ''" };
    let counted = format!("SELECT count(*) FROM petiole.{table} {which}");
    Ok(first(row(session, &counted, &[&INTAKE.0, &INTAKE.1]).await?)?.unsigned_abs())
}

/// Takes out what an earlier copy left, and marks the database as one that is being copied into.
async fn begin(session: &Session) -> Result<(), Fault> {
    if cursor::read(session, INTAKE.0, INTAKE.1).await?.is_some() {
        let tables: Vec<String> = Shelf::ALL.iter().map(|shelf| format!("petiole.{}", shelf.table())).collect();
        let emptied = format!("TRUNCATE {}, petiole.hint, petiole.part, petiole.wait", tables.join(", "));
        session.batch_execute(&emptied).await?;
    }
    for shelf in Shelf::ALL {
        let there = count(session, shelf).await?;
        if there > 0 {
            let what = format!("it holds {there} {shelf}; name one that holds nothing");
            return Err(StoreError::Conflict(what).into());
        }
    }
    let marked = "INSERT INTO petiole.cursor (account, record, at) VALUES ($1, $2, petiole.instant())";
    execute(session, marked, &[&INTAKE.0, &INTAKE.1]).await?;
    Ok(())
}

/// Numbers go on behind those that came, and it may serve.
async fn end(session: &Session) -> Result<(), Fault> {
    let numbers = "SELECT setval(pg_get_serial_sequence('petiole.park', 'number'), max(number)) FROM petiole.park
        HAVING max(number) IS NOT NULL";
    row(session, numbers, &[]).await?;
    let over = "DELETE FROM petiole.cursor WHERE account = $1 AND record = $2";
    execute(session, over, &[&INTAKE.0, &INTAKE.1]).await?;
    Ok(())
}

/// Hands over each piece of a kind, a few at a time.
async fn each(session: &Session, shelf: Shelf, to: &Sender<Vec<Carried>>) -> Result<(), Fault> {
    let select = pieces::select(shelf);
    session.batch_execute(&format!("DECLARE moving NO SCROLL CURSOR FOR {select}")).await?;
    loop {
        let found = session.query(&format!("FETCH {PIECES_AT_ONCE} FROM moving"), &[]).await?;
        if found.is_empty() {
            break;
        }
        let batch = pieces::read(session, shelf, &found).await?;
        if !batch.is_empty() && to.send(batch).await.is_err() {
            break;
        }
    }
    session.batch_execute("CLOSE moving").await?;
    Ok(())
}
