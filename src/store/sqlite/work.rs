//! Hints, the work they make, and cursors.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use super::values::{instant, millis};
use crate::store::journal::{Cursor, Hint, HintSource, RecordRef, Work};
use crate::store::store::Counts;

pub(super) fn accept(tx: &Transaction<'_>, hints: &[Hint], cursor: Option<&Cursor>) -> rusqlite::Result<usize> {
    let mut new = 0;
    for hint in hints {
        let target = &hint.target;
        let known: Option<Option<String>> = tx
            .prepare_cached("select version from work where account = ?1 and record = ?2 and id = ?3")?
            .query_row(params![target.account, target.record, target.id], |row| row.get(0))
            .optional()?;
        if hint.version.is_some() && known.as_ref() == Some(&hint.version) {
            continue;
        }
        tx.prepare_cached(
            "insert into hint (at, source, account, record, id, version) values (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            hint.at.to_string(),
            hint.source.as_str(),
            target.account,
            target.record,
            target.id,
            hint.version
        ])?;
        let seq = tx.last_insert_rowid();
        tx.prepare_cached(
            "insert into work (account, record, id, hint, source, since, due, first, state, version)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'pending', ?9)
             on conflict do update set hint = excluded.hint, source = excluded.source, first = excluded.first,
               since = case when state in ('pending', 'in_flight') then since else excluded.since end,
               due = min(due, excluded.due), version = coalesce(excluded.version, version), attempts = 0,
               state = case when state = 'in_flight' then 'in_flight' else 'pending' end",
        )?
        .execute(params![
            target.account,
            target.record,
            target.id,
            seq,
            hint.source.as_str(),
            hint.at.to_string(),
            millis(hint.at),
            hint.first,
            hint.version
        ])?;
        new += 1;
    }
    if let Some(cursor) = cursor {
        tx.execute(
            "insert into cursor (account, record, at) values (?1, ?2, ?3) on conflict do update set at = excluded.at",
            params![cursor.account, cursor.record, cursor.at.to_string()],
        )?;
    }
    Ok(new)
}

pub(super) fn claim(tx: &Transaction<'_>, now: Timestamp, limit: usize) -> rusqlite::Result<Vec<Work>> {
    let mut found = tx.prepare_cached(
        "select account, record, id, hint, source, since, attempts from work
         where state in ('pending', 'parked') and due <= ?1 order by first desc, due, since limit ?2",
    )?;
    let rows = found.query_map(params![millis(now), i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        let source: String = row.get(4)?;
        let since: String = row.get(5)?;
        Ok(Work {
            target: RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? },
            hint: row.get(3)?,
            source: HintSource::parse(&source).unwrap_or(HintSource::Retry),
            since: instant(&since),
            attempts: row.get(6)?,
        })
    })?;
    let work = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    for one in &work {
        set_state(tx, &one.target, "in_flight")?;
    }
    Ok(work)
}

fn set_state(tx: &Transaction<'_>, target: &RecordRef, state: &str) -> rusqlite::Result<usize> {
    tx.prepare_cached("update work set state = ?4 where account = ?1 and record = ?2 and id = ?3")?.execute(params![
        target.account,
        target.record,
        target.id,
        state
    ])
}

/// Done stays as a row, for its version; newer hints make it pending again.
pub(super) fn finish(tx: &Transaction<'_>, work: &Work, next: Option<i64>) -> rusqlite::Result<()> {
    let state = if next.is_some() { "parked" } else { "done" };
    tx.prepare_cached(
        "update work set attempts = 0, reason = null, due = case when hint > ?4 then 0 else coalesce(?5, due) end,
           state = case when hint > ?4 then 'pending' else ?6 end where account = ?1 and record = ?2 and id = ?3",
    )?
    .execute(params![work.target.account, work.target.record, work.target.id, work.hint, next, state])?;
    Ok(())
}

pub(super) fn defer(tx: &Transaction<'_>, work: &Work, until: Timestamp, reason: &str) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "update work set state = 'pending', due = ?4, attempts = attempts + 1, reason = ?5
         where account = ?1 and record = ?2 and id = ?3",
    )?
    .execute(params![work.target.account, work.target.record, work.target.id, millis(until), reason])?;
    Ok(())
}

pub(super) fn next_due(tx: &Transaction<'_>) -> rusqlite::Result<Option<Timestamp>> {
    let due: Option<i64> =
        tx.query_row("select min(due) from work where state in ('pending', 'parked')", [], |row| row.get(0))?;
    Ok(due.and_then(|due| Timestamp::from_millisecond(due).ok()))
}

pub(super) fn cursor(tx: &Transaction<'_>, account: &str, record: &str) -> rusqlite::Result<Option<Cursor>> {
    tx.query_row("select at from cursor where account = ?1 and record = ?2", params![account, record], |row| {
        let at: String = row.get(0)?;
        Ok(Cursor { account: account.to_owned(), record: record.to_owned(), at: instant(&at) })
    })
    .optional()
}

pub(super) fn counts(tx: &Transaction<'_>) -> rusqlite::Result<Counts> {
    let count = |sql: &str| tx.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    Ok(Counts {
        pending: count("select count(*) from work where state = 'pending'")?,
        in_flight: count("select count(*) from work where state = 'in_flight'")?,
        parked: count("select count(*) from park")?,
        links: count("select count(*) from link")?,
    })
}

pub(super) fn deferred(tx: &Transaction<'_>) -> rusqlite::Result<Vec<(String, u64)>> {
    let mut found =
        tx.prepare("select reason, count(*) from work where state = 'pending' and reason is not null group by reason")?;
    let rows = found.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    rows.collect()
}
