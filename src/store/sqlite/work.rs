//! Hints in, work out: the table of what waits, what is in flight and what was put off.
//!
//! A row of `work` is one record; none means that nothing is to be done for it. A row in flight
//! keeps collecting hints and is pending again when those are newer than what was claimed.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::codec::{damaged, instant, nanos};
use super::{link_wait, park};
use crate::store::error::StoreError;
use crate::store::journal::{Counts, Cursor, Hint, HintSource, RecordRef, Work};
use crate::store::park::{ParkDraft, Parking, Wait};

/// Journals hints and moves the cursor; answers how many hints were new.
pub(super) fn accept(connection: &Connection, hints: &[Hint], cursor: Option<&Cursor>) -> Result<usize, StoreError> {
    let mut new = 0;
    for hint in hints {
        if remember_version(connection, hint)? {
            enqueue(connection, hint)?;
            new += 1;
        }
    }
    if let Some(cursor) = cursor {
        connection
            .prepare_cached(
                "INSERT INTO cursor (account, record, at) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET at = excluded.at",
            )?
            .execute(params![cursor.account, cursor.record, nanos(cursor.at)])?;
    }
    Ok(new)
}

/// False for a hint whose version was accepted already. A change ends the silence of dropped parks.
fn remember_version(connection: &Connection, hint: &Hint) -> Result<bool, StoreError> {
    let RecordRef { account, record, id } = &hint.target;
    if let Some(version) = &hint.version {
        let changed = connection
            .prepare_cached(
                "INSERT INTO seen (account, record, id, version) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET version = excluded.version WHERE version <> excluded.version",
            )?
            .execute(params![account, record, id, version])?;
        // A sweep looks at what did not change, too.
        if changed == 0 && hint.source != HintSource::Sweep {
            return Ok(false);
        }
    }
    if matches!(hint.source, HintSource::Poll | HintSource::Webhook) {
        connection
            .prepare_cached("DELETE FROM park WHERE account = ?1 AND record = ?2 AND id = ?3 AND dropped = 1")?
            .execute(params![account, record, id])?;
    }
    Ok(true)
}

/// Journals one hint and makes its record pending, or adds to what is. Work that was put off
/// keeps its time, since its account is in trouble; a person's wish or a wake goes at once. What a
/// system told is looked at as such, and not under the brake of a sweep that lists it meanwhile: the
/// sweep's own look comes after it.
pub(super) fn enqueue(connection: &Connection, hint: &Hint) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &hint.target;
    let (at, source) = (nanos(hint.at), hint.source.as_str());
    connection
        .prepare_cached(
            "INSERT INTO hint (at, source, account, record, id, version, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![at, source, account, record, id, hint.version, hint.first])?;
    connection
        .prepare_cached(
            "INSERT INTO work (account, record, id, hint, state, source, since, due, first)
             VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?6, ?7)
             ON CONFLICT DO UPDATE SET
                hint = CASE WHEN state <> 'parked' AND source IN ('webhook', 'poll') AND excluded.source = 'sweep'
                    THEN hint ELSE excluded.hint END,
                source = CASE WHEN state <> 'parked' AND (source = 'asked'
                    OR source = 'stirred' AND excluded.source IN ('webhook', 'poll', 'made', 'sweep')
                    OR source = 'made' AND excluded.source IN ('webhook', 'poll')
                    OR source IN ('webhook', 'poll') AND excluded.source = 'sweep') THEN source ELSE excluded.source END,
                first = CASE state WHEN 'parked' THEN excluded.first ELSE max(first, excluded.first) END,
                since = CASE state WHEN 'parked' THEN excluded.since ELSE since END,
                due = CASE WHEN state = 'parked' THEN excluded.due
                    WHEN excluded.source IN ('retry', 'asked') THEN min(due, excluded.due) ELSE due END,
                state = CASE state WHEN 'parked' THEN 'pending' ELSE state END",
        )?
        .execute(params![account, record, id, connection.last_insert_rowid(), source, at, hint.first])?;
    Ok(())
}

/// The furthest ahead that anything is due, in nanoseconds: the longest wait of parks. What is due later was put off
/// while the machine's clock was ahead, or by a peer whose pause the account keeps by itself.
const DUE_AHEAD_MAX: i64 = 15 * 60 * 1_000_000_000;

/// Claims what is due.
pub(super) fn claim(connection: &Connection, now: Timestamp, limit: usize) -> Result<Vec<Work>, StoreError> {
    let furthest = nanos(now).saturating_add(DUE_AHEAD_MAX);
    connection.prepare_cached("UPDATE work SET due = ?1 WHERE state <> 'flight' AND due > ?1")?.execute([furthest])?;
    // Asked far more often than there is anything, and told without walking all that waits.
    let is_due: bool = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM work WHERE state <> 'flight' AND due <= ?1)")?
        .query_row([nanos(now)], |row| row.get(0))?;
    if !is_due {
        return Ok(Vec::new());
    }
    let newest: i64 =
        connection.prepare_cached("SELECT coalesce(max(number), 0) FROM hint")?.query_row([], |row| row.get(0))?;
    let mut select = connection.prepare_cached(
        "SELECT account, record, id, hint, source, since, attempts FROM work
         WHERE state <> 'flight' AND due <= ?1 ORDER BY first DESC, since, hint LIMIT ?2",
    )?;
    let mut rows = select.query(params![nanos(now), i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut claimed = Vec::new();
    while let Some(row) = rows.next()? {
        let source: String = row.get(4)?;
        claimed.push(Work {
            target: RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? },
            hint: row.get(3)?,
            newest,
            source: HintSource::parse(&source).ok_or_else(|| damaged(&source))?,
            since: instant(row.get(5)?)?,
            attempts: row.get(6)?,
        });
    }
    let mut update =
        connection.prepare_cached("UPDATE work SET state = 'flight' WHERE account = ?1 AND record = ?2 AND id = ?3")?;
    for Work { target, .. } in &claimed {
        update.execute(params![target.account, target.record, target.id])?;
    }
    Ok(claimed)
}

/// Ends a piece of work, with the parks that remain of its record.
pub(super) fn finish(connection: &Connection, work: &Work, now: Timestamp, parks: &Parking) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &work.target;
    let (own, others): (Vec<&ParkDraft>, Vec<&ParkDraft>) =
        parks.drafts.iter().partition(|draft| draft.target == work.target);
    park::replace(connection, &work.target, now, &own)?;
    for (target, pipeline) in parks.pairs.iter().filter(|(target, _)| *target != work.target) {
        let drafts: Vec<&ParkDraft> =
            others.iter().filter(|one| one.target == *target && one.pipeline == *pipeline).copied().collect();
        park::replace_of_pair(connection, (target, pipeline), now, &drafts)?;
        settle_elsewhere(connection, target)?;
    }
    for asked in &parks.asked {
        link_wait::keep(connection, asked, now)?;
    }
    let (since, first, only_sweeps): (Option<i64>, Option<bool>, Option<bool>) = connection
        .prepare_cached(
            "SELECT min(at), max(first), min(source = 'sweep') FROM hint
             WHERE account = ?1 AND record = ?2 AND id = ?3 AND number > ?4",
        )?
        .query_row(params![account, record, id, work.hint], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    if let (Some(since), Some(first)) = (since, first) {
        connection
            .prepare_cached(
                "UPDATE work SET state = 'pending', since = ?4, first = ?5, due = ?6, attempts = 0, reason = NULL,
                    hint = max(hint, (SELECT max(number) FROM hint WHERE account = ?1 AND record = ?2 AND id = ?3)),
                    source = CASE WHEN ?7 THEN 'sweep' ELSE source END
                 WHERE account = ?1 AND record = ?2 AND id = ?3",
            )?
            .execute(params![account, record, id, since, first, nanos(now), only_sweeps])?;
        return Ok(());
    }
    rest(connection, &work.target, work.hint)
}

/// A record whose parks were changed by work for its counterpart waits for their next try, unless it has work of its own.
fn settle_elsewhere(connection: &Connection, target: &RecordRef) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = target;
    let busy: bool = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM work WHERE account = ?1 AND record = ?2 AND id = ?3 AND state <> 'parked')",
        )?
        .query_row(params![account, record, id], |row| row.get(0))?;
    if busy {
        return Ok(());
    }
    let hint: i64 = connection
        .prepare_cached("SELECT coalesce(max(number), 0) FROM hint WHERE account = ?1 AND record = ?2 AND id = ?3")?
        .query_row(params![account, record, id], |row| row.get(0))?;
    rest(connection, target, hint)
}

/// With nothing new for a record: waits for the next try of its parks, or is gone without any.
pub(super) fn rest(connection: &Connection, target: &RecordRef, hint: i64) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = target;
    let next: Option<i64> = connection
        .prepare_cached("SELECT min(next) FROM park WHERE account = ?1 AND record = ?2 AND id = ?3 AND dropped = 0")?
        .query_row(params![account, record, id], |row| row.get(0))?;
    match next {
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

/// Puts work off.
pub(super) fn defer(connection: &Connection, work: &Work, until: Timestamp, reason: &str) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &work.target;
    connection
        .prepare_cached(
            "UPDATE work SET state = 'pending', due = ?4, attempts = attempts + 1, reason = ?5
             WHERE account = ?1 AND record = ?2 AND id = ?3",
        )?
        .execute(params![account, record, id, nanos(until), reason])?;
    Ok(())
}

/// Has work wait without counting an attempt.
pub(super) fn postpone(connection: &Connection, work: &Work, until: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &work.target;
    connection
        .prepare_cached("UPDATE work SET state = 'pending', due = ?4 WHERE account = ?1 AND record = ?2 AND id = ?3")?
        .execute(params![account, record, id, nanos(until)])?;
    Ok(())
}

/// Makes pending what was in flight when the last owner ended.
pub(super) fn recover(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    connection.execute("UPDATE work SET state = 'pending', due = ?1 WHERE state = 'flight'", [nanos(now)])?;
    Ok(())
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
        enqueue(connection, &Hint { at: now, source, target, version: None, first })?;
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
        enqueue(connection, &Hint { at: now, source: HintSource::Retry, target, version: None, first: false })?;
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
    connection.prepare_cached("UPDATE park SET next = next + ?1")?.execute([by])?;
    Ok(())
}

/// How far a look for changes has come.
pub(super) fn cursor(connection: &Connection, account: &str, record: &str) -> Result<Option<Cursor>, StoreError> {
    let at: Option<i64> = connection
        .prepare_cached("SELECT at FROM cursor WHERE account = ?1 AND record = ?2")?
        .query_row(params![account, record], |row| row.get(0))
        .optional()?;
    at.map(|at| Ok(Cursor { account: account.to_owned(), record: record.to_owned(), at: instant(at)? })).transpose()
}

/// How much of what is waiting.
pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let (pending, in_flight, parked, links): (i64, i64, i64, i64) = connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM work WHERE state = 'pending'),
                    (SELECT count(*) FROM work WHERE state = 'flight'),
                    (SELECT count(*) FROM park WHERE dropped = 0),
                    (SELECT count FROM tally WHERE name = 'links')",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    Ok(Counts {
        pending: pending.unsigned_abs(),
        in_flight: in_flight.unsigned_abs(),
        parked: parked.unsigned_abs(),
        links: links.unsigned_abs(),
    })
}

/// Reasons of put-off work, the most frequent first.
pub(super) fn deferred(connection: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT reason, count(*) FROM work WHERE reason IS NOT NULL GROUP BY reason ORDER BY count(*) DESC, reason",
    )?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
