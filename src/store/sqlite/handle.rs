//! What people call records: one row for each text of a record.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Params, Row, params};

use crate::store::codec::nanos;
use crate::store::error::StoreError;
use crate::store::handles::{Called, Handle, behind};
use crate::store::link::LinkEnd;
use crate::store::moving::Named;
use crate::store::record::RecordRef;

/// What is read of a handle.
pub(super) const COLUMNS: &str = "text, account, record, id, field, linked, at";

/// Keeps what a record is called, in the place of what was.
pub(super) fn keep(connection: &Connection, called: &Called, now: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &called.target;
    let was_linked: Option<bool> = connection
        .prepare_cached("SELECT max(linked) FROM handle WHERE account = ?1 AND id = ?2 AND record = ?3")?
        .query_row(params![account, id, record], |row| row.get(0))
        .optional()?
        .flatten();
    connection
        .prepare_cached("DELETE FROM handle WHERE account = ?1 AND id = ?2 AND record = ?3")?
        .execute(params![account, id, record])?;
    let linked = called.linked || was_linked.unwrap_or_default();
    for (text, field) in &called.texts {
        let (text, field, target) = (text.clone(), field.clone(), called.target.clone());
        put(connection, &Named { handle: Handle { text, target, field }, linked, at: now })?;
    }
    Ok(())
}

/// Writes a handle as it is.
pub(super) fn put(connection: &Connection, named: &Named) -> Result<(), StoreError> {
    let Handle { text, target: RecordRef { account, record, id }, field } = &named.handle;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO handle (text, account, record, id, field, linked, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![text, account, record, id, field, named.linked, nanos(named.at)])?;
    Ok(())
}

/// Two records are linked now, or not any more: then they stay for as long as what never was.
pub(super) fn mark(connection: &Connection, ends: [&LinkEnd; 2], linked: bool) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached("UPDATE handle SET linked = ?3 WHERE account = ?1 AND id = ?2")?;
    for end in ends {
        update.execute(params![end.account, end.id, linked])?;
    }
    Ok(())
}

/// Records that are called this, or so at the beginning.
pub(super) fn called(
    connection: &Connection,
    text: &str,
    (begins, limit): (bool, usize),
) -> Result<Vec<Handle>, StoreError> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    if begins {
        return select(
            connection,
            "WHERE text >= ?1 AND text < ?2 ORDER BY text, account, record, id LIMIT ?3",
            params![text, behind(text), limit],
        );
    }
    select(connection, "WHERE text = ?1 ORDER BY account, record, id LIMIT ?2", params![text, limit])
}

/// What a record is called.
pub(super) fn of(connection: &Connection, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
    let RecordRef { account, record, id } = target;
    select(connection, "WHERE account = ?1 AND id = ?2 AND record = ?3 ORDER BY text", params![account, id, record])
}

fn select(connection: &Connection, which: &str, bound: impl Params) -> Result<Vec<Handle>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM handle {which}"))?;
    let mut rows = select.query(bound)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The handle of a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> Result<Handle, StoreError> {
    let target = RecordRef { account: row.get(1)?, record: row.get(2)?, id: row.get(3)? };
    Ok(Handle { text: row.get(0)?, target, field: row.get(4)? })
}

/// Takes out what is old and was never linked, or is not any more; at most this many. Answers how many.
pub(super) fn prune(connection: &Connection, before: Timestamp, most: i64) -> Result<usize, StoreError> {
    let old = "DELETE FROM handle WHERE (text, account, record, id) IN
        (SELECT text, account, record, id FROM handle WHERE linked = 0 AND at < ?1 LIMIT ?2)";
    Ok(connection.prepare_cached(old)?.execute(params![nanos(before), most])?)
}
