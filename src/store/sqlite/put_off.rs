//! What waits and for how long; what was tried and put off, and when it goes on.

use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::journal::{Ages, PutOff, Which};
use crate::store::record::RecordRef;

/// What is tried next first.
pub(super) fn read(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<PutOff>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT account, record, id, attempts, reason, since, due FROM work
         WHERE state = 'pending' AND reason IS NOT NULL ORDER BY due, account, record, id LIMIT ?1",
    )?;
    let mut rows = select.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let due_in = instant(row.get(6)?)?.duration_since(now);
        found.push(PutOff {
            target: RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? },
            attempts: row.get(3)?,
            reason: row.get(4)?,
            since: instant(row.get(5)?)?,
            due_in: due_in.try_into().unwrap_or_default(),
        });
    }
    Ok(found)
}

/// Makes it due; how many records.
pub(super) fn hasten(connection: &Connection, which: &Which, now: Timestamp) -> Result<u64, StoreError> {
    let hastened = connection
        .prepare_cached(
            "UPDATE work SET due = min(due, ?1) WHERE state = 'pending' AND reason IS NOT NULL
                AND (?2 IS NULL OR account = ?2) AND (?3 IS NULL OR record = ?3) AND (?4 IS NULL OR id = ?4)",
        )?
        .execute(params![nanos(now), which.account, which.record, which.id])?;
    Ok(u64::try_from(hastened).unwrap_or(u64::MAX))
}

/// How long what waits has been waiting.
pub(super) fn ages(connection: &Connection, now: Timestamp) -> Result<Ages, StoreError> {
    let since: [Option<i64>; 5] = connection
        .prepare_cached(
            "SELECT (SELECT min(since) FROM work WHERE state = 'pending' AND reason IS NULL),
                (SELECT min(since) FROM work WHERE state = 'flight'),
                (SELECT min(since) FROM work WHERE state = 'pending' AND reason IS NOT NULL),
                (SELECT min(since) FROM park WHERE dropped = 0),
                (SELECT min(since) FROM halted)",
        )?
        .query_row([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?]))?;
    let age = |since: Option<i64>| -> Result<Option<Duration>, StoreError> {
        let since = since.map(instant).transpose()?;
        Ok(since.map(|since| Duration::try_from(now.duration_since(since)).unwrap_or_default()))
    };
    let [waiting, in_flight, retrying, parked, held] = since.map(age);
    Ok(Ages { waiting: waiting?, in_flight: in_flight?, retrying: retrying?, parked: parked?, held: held? })
}
