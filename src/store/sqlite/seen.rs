//! What the answers of accounts showed: fields, linked records that lists lack, and how many records stand where.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::codec::{decode_lines, encode_lines, parsed, written};
use crate::store::error::StoreError;
use crate::store::ledger::Ledger;
use crate::store::seen::SeenField;

/// Linked records that the last list of all of their kind did not show.
pub(super) fn unlisted(connection: &Connection, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
    let mut select = connection.prepare_cached("SELECT id FROM unlisted WHERE account = ?1 AND record = ?2")?;
    let ids = select.query_map(params![account, record], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Keeps them in the place of those before.
pub(super) fn set_unlisted(
    connection: &Connection,
    (account, record): (&str, &str),
    ids: &BTreeSet<String>,
) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM unlisted WHERE account = ?1 AND record = ?2")?
        .execute(params![account, record])?;
    let mut insert = connection.prepare_cached("INSERT INTO unlisted (account, record, id) VALUES (?1, ?2, ?3)")?;
    for id in ids {
        insert.execute(params![account, record, id])?;
    }
    Ok(())
}

/// What answers showed of fields.
pub(super) fn seen_fields(connection: &Connection) -> Result<Vec<SeenField>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM seen_field"))?;
    let mut rows = select.query([])?;
    let mut fields = Vec::new();
    while let Some(row) = rows.next()? {
        fields.push(read_field(row)?);
    }
    Ok(fields)
}

/// What is read of a field.
pub(super) const COLUMNS: &str = "account, record, field, listed, read, sparse, witnesses";

/// The field of a row of [`COLUMNS`].
pub(super) fn read_field(row: &Row<'_>) -> Result<SeenField, StoreError> {
    Ok(SeenField {
        account: row.get(0)?,
        record: row.get(1)?,
        field: row.get(2)?,
        listed: row.get(3)?,
        read: row.get(4)?,
        sparse: row.get(5)?,
        witnesses: decode_lines(&row.get::<_, String>(6)?)?,
    })
}

/// Keeps what answers showed of fields.
pub(super) fn note_fields(connection: &Connection, fields: &[SeenField]) -> Result<(), StoreError> {
    let mut put = connection.prepare_cached(
        "INSERT OR REPLACE INTO seen_field (account, record, field, listed, read, sparse, witnesses)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for seen in fields {
        let SeenField { account, record, field, listed, read, sparse, .. } = seen;
        put.execute(params![account, record, field, listed, read, sparse, encode_lines(&seen.witnesses)])?;
    }
    Ok(())
}

/// Where every record stood at the last sweep.
pub(super) fn ledger(connection: &Connection) -> Result<Option<Ledger>, StoreError> {
    let kept: Option<String> =
        connection.prepare_cached("SELECT kept FROM ledger")?.query_row([], |row| row.get(0)).optional()?;
    kept.map(|kept| parsed(&kept)).transpose()
}

/// Keeps that, in the place of what was counted before.
pub(super) fn set_ledger(connection: &Connection, ledger: &Ledger) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO ledger (one, kept) VALUES (1, ?1)")?
        .execute([written(ledger)?])?;
    Ok(())
}
