//! Decisions with what they were made from, to be read again.
//!
//! Large parts of that are kept once per content, its settings apart: many decisions share those.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::packed::{Packed, unpacked};
use super::part;
use crate::engine::Situation;
use crate::store::codec::{instant, nanos, told_by};
use crate::store::decisions::DecisionEntry;
use crate::store::error::StoreError;
use crate::store::record::RecordRef;

/// What is read of a decision.
pub(super) const COLUMNS: &str =
    "at, pipeline, account, record, id, generation, situation, settings, outcome, told, told_at";

/// Journals a decision. What it was made from is kept by its very bytes, which tell `1.5` from `1.50`, so that deciding
/// again reads exactly what was read.
pub(super) fn add(connection: &Connection, entry: &DecisionEntry) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO decision
                (at, pipeline, account, record, id, generation, situation, settings, outcome, told, told_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            nanos(entry.at),
            entry.pipeline,
            entry.target.account,
            entry.target.record,
            entry.target.id,
            entry.generation,
            Packed::of(part::keep_fields(connection, &entry.situation, entry.at)?),
            part::keep(connection, &entry.situation.settings, entry.at)?,
            Packed::of(part::keep_fields(connection, &entry.outcome, entry.at)?),
            entry.told.map(|told| told.source.as_str()),
            entry.told.map(|told| nanos(told.at))
        ])?;
    Ok(())
}

/// The newest decisions on a record, or on any, made since an instant, or ever; oldest first.
pub(super) fn read(
    connection: &Connection,
    target: Option<&RecordRef>,
    (since, limit): (Option<Timestamp>, usize),
) -> Result<Vec<DecisionEntry>, StoreError> {
    let of_one = if target.is_some() { " AND account = ?3 AND record = ?4 AND id = ?5" } else { "" };
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM decision WHERE at >= ?1{of_one} ORDER BY number DESC LIMIT ?2"
    ))?;
    let since = since.map_or(i64::MIN, nanos);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = match target {
        Some(RecordRef { account, record, id }) => select.query(params![since, limit, account, record, id])?,
        None => select.query(params![since, limit])?,
    };
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(connection, row)?);
    }
    entries.reverse();
    Ok(entries)
}

/// The decision of a row of [`COLUMNS`].
pub(super) fn entry(connection: &Connection, row: &Row<'_>) -> Result<DecisionEntry, StoreError> {
    let mut situation: Situation = part::read(connection, &unpacked(row.get_ref(6)?)?)?;
    situation.settings = part::read(connection, &row.get::<_, String>(7)?)?;
    Ok(DecisionEntry {
        at: instant(row.get(0)?)?,
        pipeline: row.get(1)?,
        target: RecordRef { account: row.get(2)?, record: row.get(3)?, id: row.get(4)? },
        generation: row.get(5)?,
        situation,
        told: told_by(row.get(9)?, row.get(10)?)?,
        outcome: part::read(connection, &unpacked(row.get_ref(8)?)?)?,
    })
}
