//! Work out: what is claimed, what is in flight and what was put off.
//!
//! A row of `work` is one record; none means that nothing is to be done for it. A row in flight
//! keeps collecting hints and is pending again when there are more than its claim answers.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

pub(super) use super::telling::accept;
use super::telling::enqueue;
use super::{halt, handle, link_wait, park};
use crate::store::codec::{damaged, instant, nanos};
use crate::store::due::{DUE_AHEAD_MAX, later};
use crate::store::error::StoreError;
use crate::store::journal::{Claim, Counts, Hint, HintSource, Unfinished, Work};
use crate::store::park::{ParkDraft, Parking, Renewal, Wait};
use crate::store::record::RecordRef;

/// When work is claimed, and until when that holds.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) now: Timestamp,
    pub(super) until: Timestamp,
}

/// Claims what is due. `after`: the number before the first claim's.
pub(super) fn claim(
    connection: &Connection,
    Times { now, until }: Times,
    (limit, after): (usize, i64),
) -> Result<Vec<Work>, StoreError> {
    let furthest = nanos(later(now, DUE_AHEAD_MAX));
    connection.prepare_cached("UPDATE work SET due = ?1 WHERE state <> 'flight' AND due > ?1")?.execute([furthest])?;
    // Asked far more often than there is anything, and told without walking all that waits.
    let (is_due, is_over): (bool, bool) = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM work WHERE state <> 'flight' AND due <= ?1),
                EXISTS (SELECT 1 FROM work WHERE state = 'flight' AND until <= ?1)",
        )?
        .query_row([nanos(now)], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if is_over {
        release(connection, "AND until <= ?1", now)?;
    } else if !is_due {
        return Ok(Vec::new());
    }
    let mut select = connection.prepare_cached(
        "SELECT account, record, id, hint, source, since, attempts, answers,
            (SELECT coalesce(max(number), 0) FROM hint), EXISTS (SELECT 1 FROM halt) FROM work
         WHERE state <> 'flight' AND due <= ?1 ORDER BY first DESC, since, hint LIMIT ?2",
    )?;
    let mut rows = select.query(params![nanos(now), i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut claimed = Vec::new();
    let mut token = after;
    while let Some(row) = rows.next()? {
        let source: String = row.get(4)?;
        token += 1;
        claimed.push(Work {
            target: RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? },
            claim: Claim(token),
            rev: row.get(7)?,
            hint: row.get(3)?,
            newest: row.get(8)?,
            source: HintSource::parse(&source).ok_or_else(|| damaged(&source))?,
            since: instant(row.get(5)?)?,
            attempts: row.get(6)?,
            halts: row.get(9)?,
        });
    }
    let mut update = connection.prepare_cached(
        "UPDATE work SET state = 'flight', token = ?4, until = ?5 WHERE account = ?1 AND record = ?2 AND id = ?3",
    )?;
    for Work { target, claim, .. } in &claimed {
        update.execute(params![target.account, target.record, target.id, claim.0, nanos(until)])?;
    }
    Ok(claimed)
}

/// Checks that a claim is the current one of its record.
///
/// # Errors
/// [`StoreError::LostClaim`].
pub(super) fn check(connection: &Connection, claim: Claim) -> Result<(), StoreError> {
    let mut select = connection.prepare_cached("SELECT 1 FROM work WHERE state = 'flight' AND token = ?1")?;
    if select.exists([claim.0])? { Ok(()) } else { Err(StoreError::LostClaim) }
}

/// Holds on to a claim.
pub(super) fn renew(connection: &Connection, claim: Claim, until: Timestamp) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached("UPDATE work SET until = ?2 WHERE state = 'flight' AND token = ?1")?;
    held(update.execute(params![claim.0, nanos(until)])?)
}

/// A claim whose row was there still.
fn held(changed: usize) -> Result<(), StoreError> {
    if changed == 0 { Err(StoreError::LostClaim) } else { Ok(()) }
}

/// What becomes of the rest of a row in flight that is pending again: all that was told is one, but for a sweep's look
/// that comes after it.
const GIVEN_BACK: &str = "state = 'pending', token = 0,
    more_hint = CASE WHEN answers < rev THEN more_hint END,
    more_source = CASE WHEN answers < rev THEN 'sweep' END,
    more_since = CASE WHEN answers < rev THEN more_since END,
    more_first = CASE WHEN answers < rev THEN more_first END";

fn release(connection: &Connection, which: &str, now: Timestamp) -> Result<(), StoreError> {
    connection
        .prepare_cached(&format!("UPDATE work SET {GIVEN_BACK}, due = ?1 WHERE state = 'flight' {which}"))?
        .execute([nanos(now)])?;
    Ok(())
}

/// Makes pending what was in flight when the last owner ended.
pub(super) fn recover(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    release(connection, "", now)
}

/// Ends a piece of work, with the parks that remain of its record.
pub(super) fn finish(connection: &Connection, work: &Work, now: Timestamp, parks: &Parking) -> Result<(), StoreError> {
    let (own, others): (Vec<&ParkDraft>, Vec<&ParkDraft>) =
        parks.drafts.iter().partition(|draft| draft.target == work.target);
    park::replace(connection, &work.target, now, Renewal { drafts: &own, left: &parks.halted.pipelines })?;
    for (target, pipeline) in parks.pairs.iter().filter(|(target, _)| *target != work.target) {
        let drafts: Vec<&ParkDraft> =
            others.iter().filter(|one| one.target == *target && one.pipeline == *pipeline).copied().collect();
        park::replace_of_pair(connection, (target, pipeline), now, &drafts)?;
        settle_elsewhere(connection, target)?;
    }
    for asked in &parks.asked {
        link_wait::keep(connection, asked, now)?;
    }
    for reach in &parks.halted.reaches {
        halt::keep(connection, reach, work, now)?;
    }
    for called in &parks.called {
        handle::keep(connection, called, now)?;
    }
    let RecordRef { account, record, id } = &work.target;
    let is_newer = connection
        .prepare_cached(
            "UPDATE work SET state = 'pending', token = 0, due = ?4, attempts = 0, reason = NULL, answers = rev,
                hint = max(hint, coalesce(more_hint, 0)), source = coalesce(more_source, source),
                since = coalesce(more_since, since), first = coalesce(more_first, first),
                more_hint = NULL, more_source = NULL, more_since = NULL, more_first = NULL
             WHERE account = ?1 AND record = ?2 AND id = ?3 AND token = ?5 AND rev > ?6",
        )?
        .execute(params![account, record, id, nanos(now), work.claim.0, work.rev])?;
    if is_newer > 0 {
        return Ok(());
    }
    let ended = match park::next_of(connection, &work.target)? {
        Some(next) => connection
            .prepare_cached(
                "UPDATE work SET state = 'parked', token = 0, hint = ?5, source = 'retry', since = ?6, due = ?6,
                    first = 0, attempts = 0, reason = NULL,
                    more_hint = NULL, more_source = NULL, more_since = NULL, more_first = NULL
                 WHERE account = ?1 AND record = ?2 AND id = ?3 AND token = ?4",
            )?
            .execute(params![account, record, id, work.claim.0, work.hint, next])?,
        None => connection
            .prepare_cached("DELETE FROM work WHERE account = ?1 AND record = ?2 AND id = ?3 AND token = ?4")?
            .execute(params![account, record, id, work.claim.0])?,
    };
    held(ended)
}

/// A record whose parks were changed by work for its counterpart waits for their next try, unless it has work of its
/// own.
fn settle_elsewhere(connection: &Connection, target: &RecordRef) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = target;
    let row: Option<(String, i64)> = connection
        .prepare_cached("SELECT state, hint FROM work WHERE account = ?1 AND record = ?2 AND id = ?3")?
        .query_row(params![account, record, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match row {
        Some((state, _)) if state != "parked" => Ok(()),
        row => rest(connection, target, row.map_or(0, |(_, hint)| hint)),
    }
}

/// With nothing new for a record: waits for the next try of its parks, or is gone without any.
pub(super) fn rest(connection: &Connection, target: &RecordRef, hint: i64) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = target;
    match park::next_of(connection, target)? {
        Some(next) => connection
            .prepare_cached(
                "INSERT OR REPLACE INTO work (account, record, id, hint, state, source, since, due, first)
                 VALUES (?1, ?2, ?3, ?4, 'parked', 'retry', ?5, ?5, 0)",
            )?
            .execute(params![account, record, id, hint, next])?,
        None => connection
            .prepare_cached("DELETE FROM work WHERE account = ?1 AND record = ?2 AND id = ?3")?
            .execute(params![account, record, id])?,
    };
    Ok(())
}

/// Takes a park out of the inbox; the record waits for its other parks only.
pub(super) fn drop_park(connection: &Connection, number: i64) -> Result<bool, StoreError> {
    let target = connection
        .prepare_cached("UPDATE park SET dropped = 1 WHERE number = ?1 AND dropped = 0 RETURNING account, record, id")?
        .query_row([number], |row| Ok(RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? }))
        .optional()?;
    let Some(target) = target else { return Ok(false) };
    let hint: Option<i64> = connection
        .prepare_cached("SELECT hint FROM work WHERE account = ?1 AND record = ?2 AND id = ?3 AND state = 'parked'")?
        .query_row(params![target.account, target.record, target.id], |row| row.get(0))
        .optional()?;
    if let Some(hint) = hint {
        rest(connection, &target, hint)?;
    }
    Ok(true)
}

/// Puts work off.
pub(super) fn defer(connection: &Connection, work: &Work, until: Timestamp, reason: &str) -> Result<(), StoreError> {
    let mut update = connection.prepare_cached(&format!(
        "UPDATE work SET {GIVEN_BACK}, due = ?2, attempts = attempts + 1, reason = ?3
         WHERE state = 'flight' AND token = ?1"
    ))?;
    held(update.execute(params![work.claim.0, nanos(until), reason])?)
}

/// Has work wait without counting an attempt.
pub(super) fn postpone(connection: &Connection, work: &Work, until: Timestamp) -> Result<(), StoreError> {
    let mut update = connection
        .prepare_cached(&format!("UPDATE work SET {GIVEN_BACK}, due = ?2 WHERE state = 'flight' AND token = ?1"))?;
    held(update.execute(params![work.claim.0, nanos(until)])?)
}

/// When the earliest work is due.
pub(super) fn next_due(connection: &Connection, parked: bool) -> Result<Option<Timestamp>, StoreError> {
    let due: Option<i64> = connection
        .prepare_cached("SELECT min(due) FROM work WHERE state <> 'flight' AND (?1 OR state <> 'parked')")?
        .query_row([parked], |row| row.get(0))?;
    due.map(instant).transpose()
}

/// Makes parked work pending by the inbox number, or all of it; answers how many parks.
pub(super) fn retry(connection: &Connection, number: Option<i64>, now: Timestamp) -> Result<usize, StoreError> {
    let mut update = connection.prepare_cached(
        "UPDATE park SET next = ?2 WHERE dropped = 0 AND (?1 IS NULL OR number = ?1) RETURNING account, record, id",
    )?;
    let targets = update
        .query_map(params![number, nanos(now)], |row| {
            Ok(RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? })
        })?
        .collect::<Result<Vec<_>, _>>()?;
    let touched = targets.len();
    // One entry is asked for by a person who waits for it.
    let first = number.is_some();
    for target in targets.into_iter().collect::<BTreeSet<_>>() {
        let source = if first { HintSource::Asked } else { HintSource::Retry };
        enqueue(connection, &Hint { at: now, source, target, version: None, first }, now)?;
    }
    Ok(touched)
}

/// Makes parked work pending that waits for what was found; answers how many records.
pub(super) fn wake(connection: &Connection, found: &[Wait], now: Timestamp) -> Result<usize, StoreError> {
    let mut targets = BTreeSet::new();
    for wait in found {
        targets.extend(park::waiting_for(connection, wait)?);
    }
    let woken = targets.len();
    for target in targets {
        enqueue(connection, &Hint { at: now, source: HintSource::Retry, target, version: None, first: false }, now)?;
    }
    Ok(woken)
}

/// The furthest that a step of the clock moves what is due, in hours: beyond that nothing is kept anyway.
const STEP_HOURS_MAX: i64 = 10 * 365 * 24;

/// Moves what is due by as much as the machine's clock was set.
pub(super) fn clock_moved(connection: &Connection, by: SignedDuration) -> Result<(), StoreError> {
    let most = SignedDuration::from_hours(STEP_HOURS_MAX);
    let by = i64::try_from(by.clamp(-most, most).as_nanos()).unwrap_or_default();
    connection.prepare_cached("UPDATE work SET due = due + ?1 WHERE state <> 'flight'")?.execute([by])?;
    connection.prepare_cached("UPDATE work SET until = until + ?1 WHERE state = 'flight'")?.execute([by])?;
    connection.prepare_cached("UPDATE park SET next = next + ?1")?.execute([by])?;
    Ok(())
}

/// How much of what is waiting.
pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let count = |row: &Row<'_>, at: usize| row.get::<_, i64>(at).map(i64::unsigned_abs);
    let counts = connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM work WHERE state = 'pending'),
                    (SELECT count(*) FROM work WHERE state = 'flight'),
                    (SELECT count(*) FROM park WHERE dropped = 0),
                    (SELECT count FROM tally WHERE name = 'links'),
                    (SELECT count(*) FROM work WHERE state = 'pending' AND reason IS NOT NULL),
                    (SELECT count(*) FROM halted)",
        )?
        .query_row([], |row| {
            Ok(Counts {
                pending: count(row, 0)?,
                in_flight: count(row, 1)?,
                parked: count(row, 2)?,
                links: count(row, 3)?,
                retrying: count(row, 4)?,
                held: count(row, 5)?,
            })
        })?;
    Ok(counts)
}

/// Records with work that is not only parked.
pub(super) fn unfinished(connection: &Connection) -> Result<Vec<Unfinished>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT account, record, id, reason IS NOT NULL FROM work WHERE state IN ('pending', 'flight')",
    )?;
    let rows = select.query_map([], |row| {
        let target = RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? };
        Ok(Unfinished { target, put_off: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Reasons of put-off work, the most frequent first.
pub(super) fn deferred(connection: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT reason, count(*) FROM work WHERE reason IS NOT NULL GROUP BY reason ORDER BY count(*) DESC, reason",
    )?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
