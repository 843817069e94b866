//! Instants by name: how far looks for changes have come, and when things happened last.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::journal::{Cursor, HintSource};

/// Moves a cursor on from where its look began, or to what is later.
pub(super) fn advance(connection: &Connection, cursor: &Cursor) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO cursor (account, record, at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at > at OR at = ?4",
        )?
        .execute(params![cursor.account, cursor.record, nanos(cursor.at), cursor.from.map(nanos)])?;
    Ok(())
}

/// Keeps when something happened last.
pub(super) fn mark(connection: &Connection, (account, name): (&str, &str), at: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO cursor (account, record, at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET at = excluded.at",
        )?
        .execute(params![account, name, nanos(at)])?;
    Ok(())
}

/// The instant of that name.
pub(super) fn read(connection: &Connection, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = connection
        .prepare_cached("SELECT at FROM cursor WHERE account = ?1 AND record = ?2")?
        .query_row(params![account, record], |row| row.get(0))
        .optional()?;
    at.map(instant).transpose()
}

/// When the newest hint of an account came from this source: read from the newest on.
pub(super) fn last_told(
    connection: &Connection,
    account: &str,
    source: HintSource,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<i64> = connection
        .prepare_cached("SELECT at FROM hint WHERE account = ?1 AND source = ?2 ORDER BY number DESC LIMIT 1")?
        .query_row(params![account, source.as_str()], |row| row.get(0))
        .optional()?;
    at.map(instant).transpose()
}
