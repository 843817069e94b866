//! Calls to peers, one row each, numbered as they come.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};

use super::packed::{Packed, unpacked};
use crate::store::calls::CallEntry;
use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::record::RecordRef;

/// Rows that go at once.
const STEP: i64 = 500;

pub(super) fn keep(connection: &Connection, calls: &[CallEntry]) -> Result<(), StoreError> {
    let mut insert = connection
        .prepare_cached("INSERT INTO call (at, account, record, id, bytes, told) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for CallEntry { at, target, told } in calls {
        let target = target.as_ref();
        let bytes = i64::try_from(told.len()).unwrap_or(i64::MAX);
        insert.execute(params![
            nanos(*at),
            target.map(|one| &one.account),
            target.map(|one| &one.record),
            target.map(|one| &one.id),
            bytes,
            Packed::of(told.clone())
        ])?;
    }
    Ok(())
}

pub(super) fn read(
    connection: &Connection,
    target: Option<&RecordRef>,
    limit: usize,
) -> Result<Vec<CallEntry>, StoreError> {
    let which = if target.is_some() { "WHERE account = ?2 AND record = ?3 AND id = ?4" } else { "" };
    let mut select = connection.prepare_cached(&format!(
        "SELECT at, account, record, id, told FROM call {which} ORDER BY number DESC LIMIT ?1"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = match target {
        Some(RecordRef { account, record, id }) => select.query(params![limit, account, record, id])?,
        None => select.query(params![limit])?,
    };
    let mut calls = Vec::new();
    while let Some(row) = rows.next()? {
        calls.push(entry(row)?);
    }
    calls.reverse();
    Ok(calls)
}

fn entry(row: &Row<'_>) -> Result<CallEntry, StoreError> {
    let account: Option<String> = row.get(1)?;
    let target = match account {
        Some(account) => Some(RecordRef { account, record: row.get(2)?, id: row.get(3)? }),
        None => None,
    };
    Ok(CallEntry { at: instant(row.get(0)?)?, target, told: unpacked(row.get_ref(4)?)? })
}

/// One step of what is to go; answers how many went: none where all is within its limits.
pub(super) fn prune(connection: &Connection, before: Option<Timestamp>, bytes: u64) -> Result<usize, StoreError> {
    let old = "DELETE FROM call WHERE number IN (SELECT number FROM call WHERE at < ?1 ORDER BY number LIMIT ?2)";
    let before = before.map_or(i64::MIN, nanos);
    let gone = connection.prepare_cached(old)?.execute(params![before, STEP])?;
    if gone > 0 {
        return Ok(gone);
    }
    // From the newest back, what there is room for; the rest goes.
    let over = "DELETE FROM call WHERE number IN (SELECT number FROM (
            SELECT number, sum(bytes) OVER (ORDER BY number DESC) AS so_far FROM call) WHERE so_far > ?1
        ORDER BY number LIMIT ?2)";
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    Ok(connection.prepare_cached(over)?.execute(params![bytes, STEP])?)
}
