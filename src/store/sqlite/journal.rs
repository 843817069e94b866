//! The history of records.

use rusqlite::{Connection, Row, params};

use super::part;
use crate::store::codec::{instant, nanos};
use crate::store::decisions::HistoryEntry;
use crate::store::error::StoreError;
use crate::store::record::RecordRef;

/// Adds a line to a record's history.
pub(super) fn add_history(connection: &Connection, entry: &HistoryEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO history (at, account, record, id, what, detail, lines) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            nanos(entry.at),
            entry.target.account,
            entry.target.record,
            entry.target.id,
            entry.what,
            part::keep(connection, &entry.detail, entry.at)?,
            part::keep(connection, &entry.lines, entry.at)?
        ])?;
    Ok(())
}

/// The newest lines of a record's history, oldest first.
pub(super) fn history(
    connection: &Connection,
    target: &RecordRef,
    limit: usize,
) -> Result<Vec<HistoryEntry>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT at, what, detail, lines FROM history WHERE account = ?1 AND record = ?2 AND id = ?3
         ORDER BY number DESC LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query(params![target.account, target.record, target.id, limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(connection, row, target.clone())?);
    }
    entries.reverse();
    Ok(entries)
}

/// What happened to a record, of a row: at, what, detail, lines.
pub(super) fn read(connection: &Connection, row: &Row<'_>, target: RecordRef) -> Result<HistoryEntry, StoreError> {
    Ok(HistoryEntry {
        at: instant(row.get(0)?)?,
        target,
        what: row.get(1)?,
        detail: part::read(connection, &row.get::<_, String>(2)?)?,
        lines: part::read(connection, &row.get::<_, String>(3)?)?,
    })
}
