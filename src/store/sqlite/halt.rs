//! What a person has wait, and whose work waits for it.
//!
//! Kept in the transaction that ends the work, so that no restart loses it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::telling::enqueue;
use crate::store::codec::{damaged, instant, nanos};
use crate::store::error::StoreError;
use crate::store::halts::{Halt, HaltWait, Lifted, Standing, goes_on_as};
use crate::store::journal::{Hint, HintSource, Work};
use crate::store::reach::Reach;
use crate::store::record::RecordRef;

/// What is read of a halt that moves to another store.
pub(super) const COLUMNS: &str = "reach, since, until, because, owes_sweep";

/// The same of work that waits for one.
pub(super) const WAIT_COLUMNS: &str = "reach, account, record, id, source, since, first";

/// Has something wait.
pub(super) fn put(connection: &Connection, halt: &Halt) -> Result<(), StoreError> {
    let until = halt.until.map(nanos);
    connection
        .prepare_cached(
            "INSERT INTO halt (reach, since, until, because) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET since = excluded.since, until = excluded.until, because = excluded.because",
        )?
        .execute(params![halt.reach.key(), nanos(halt.since), until, halt.because])?;
    Ok(())
}

/// A halt as it was elsewhere.
pub(super) fn put_whole(connection: &Connection, halt: &Halt, owes_sweep: bool) -> Result<(), StoreError> {
    put(connection, halt)?;
    if owes_sweep {
        owe(connection, &halt.reach.key())?;
    }
    Ok(())
}

/// All of it, oldest first.
pub(super) fn all(connection: &Connection) -> Result<Vec<Standing>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS}, (SELECT count(*) FROM halted WHERE halted.reach = halt.reach) FROM halt
         ORDER BY since, reach"
    ))?;
    let mut rows = select.query([])?;
    let mut standing = Vec::new();
    while let Some(row) = rows.next()? {
        let (halt, owes_sweep) = read(row)?;
        standing.push(Standing { halt, waiting: row.get::<_, i64>(5)?.unsigned_abs(), owes_sweep });
    }
    Ok(standing)
}

/// The halt of a row of [`COLUMNS`], and whether it owes a sweep.
pub(super) fn read(row: &Row<'_>) -> Result<(Halt, bool), StoreError> {
    let until: Option<i64> = row.get(2)?;
    let halt = Halt {
        reach: reach(row)?,
        since: instant(row.get(1)?)?,
        until: until.map(instant).transpose()?,
        because: row.get(3)?,
    };
    Ok((halt, row.get(4)?))
}

/// What a row is about, in its first column.
fn reach(row: &Row<'_>) -> Result<Reach, StoreError> {
    let text: String = row.get(0)?;
    Reach::parse(&text).ok_or_else(|| damaged(&text))
}

/// The work of a row of [`WAIT_COLUMNS`].
pub(super) fn read_wait(row: &Row<'_>) -> Result<HaltWait, StoreError> {
    let source: String = row.get(4)?;
    Ok(HaltWait {
        reach: reach(row)?,
        target: RecordRef { account: row.get(1)?, record: row.get(2)?, id: row.get(3)? },
        source: HintSource::parse(&source).ok_or_else(|| damaged(&source))?,
        since: instant(row.get(5)?)?,
        first: row.get(6)?,
    })
}

fn owe(connection: &Connection, reach: &str) -> Result<(), StoreError> {
    connection
        .prepare_cached("UPDATE halt SET owes_sweep = 1 WHERE reach = ?1 AND NOT owes_sweep")?
        .execute([reach])?;
    Ok(())
}

/// A piece of work waits from now on, or is pending again where the halt is over. Of what a sweep tells of more than
/// one record, the sweep comes again.
pub(super) fn keep(connection: &Connection, reach: &Reach, work: &Work, now: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &work.target;
    let first: Option<bool> = connection
        .prepare_cached("SELECT first FROM work WHERE account = ?1 AND record = ?2 AND id = ?3")?
        .query_row(params![account, record, id], |row| row.get(0))
        .optional()?;
    let wait = HaltWait {
        reach: reach.clone(),
        target: work.target.clone(),
        source: work.source,
        since: work.since,
        first: first.unwrap_or_default(),
    };
    let key = reach.key();
    if !connection.prepare_cached("SELECT 1 FROM halt WHERE reach = ?1")?.exists([&key])? {
        return enqueue(connection, &hint(wait), now);
    }
    if work.source == HintSource::Sweep && !matches!(reach, Reach::Record(_)) {
        return owe(connection, &key);
    }
    put_wait(connection, &wait)
}

fn hint(HaltWait { target, source, since, first, .. }: HaltWait) -> Hint {
    Hint { at: since, source, target, version: None, first }
}

/// Work waits for a halt, together with what was told before.
pub(super) fn put_wait(connection: &Connection, wait: &HaltWait) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &wait.target;
    let (source, since) = (wait.source.as_str(), nanos(wait.since));
    let joined = HintSource::joined_in_sql("source");
    connection
        .prepare_cached(&format!(
            "INSERT INTO halted ({WAIT_COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT DO UPDATE SET source = {joined}, since = min(since, excluded.since),
                first = max(first, excluded.first)"
        ))?
        .execute(params![wait.reach.key(), account, record, id, source, since, wait.first])?;
    Ok(())
}

/// Ends halts: this one, or those whose time is over.
pub(super) fn lift(connection: &Connection, reach: Option<&Reach>, now: Timestamp) -> Result<Vec<Lifted>, StoreError> {
    let key = reach.map(Reach::key);
    let mut over = connection.prepare_cached(&format!(
        "DELETE FROM halt WHERE CASE WHEN ?1 IS NULL THEN until <= ?2 ELSE reach = ?1 END RETURNING {COLUMNS}"
    ))?;
    let mut lifted = Vec::new();
    let mut rows = over.query(params![key, nanos(now)])?;
    while let Some(row) = rows.next()? {
        let (halt, owes_sweep) = read(row)?;
        lifted.push(Lifted { reach: halt.reach, records: 0, owes_sweep });
    }
    drop(rows);
    for one in &mut lifted {
        let mut waited =
            connection.prepare_cached(&format!("DELETE FROM halted WHERE reach = ?1 RETURNING {WAIT_COLUMNS}"))?;
        let mut rows = waited.query([one.reach.key()])?;
        let mut waits = Vec::new();
        while let Some(row) = rows.next()? {
            waits.push(read_wait(row)?);
        }
        drop(rows);
        waits.sort_by(|a, b| a.target.cmp(&b.target));
        one.records = u64::try_from(waits.len()).unwrap_or(u64::MAX);
        for wait in waits {
            let source = goes_on_as(wait.source);
            enqueue(connection, &Hint { source, ..hint(wait) }, now)?;
        }
    }
    Ok(lifted)
}
