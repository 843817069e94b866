//! Work that ends, rests or is woken.
//!
//! A row of `work` is one record; none means that nothing is to be done for it. A row in flight keeps collecting hints
//! and is pending again when there are more than its claim answers. Nothing here writes over a row that has become
//! work meanwhile.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::claim;
use super::fault::Fault;
use super::session::{Bound, Session, execute, row, rows};
use super::telling::tell;
use super::{halt, handle, link_wait, park};
use crate::store::codec::instant;
use crate::store::error::StoreError;
use crate::store::journal::{Counts, Hint, HintSource, Unfinished, Work};
use crate::store::park::{ParkDraft, Parking, Renewal, Wait};
use crate::store::record::RecordRef;

/// Ends a claim: with more told than it answers, its record is pending again; with parks left, it waits for their next
/// try; else its row is gone. Whether it is pending, and whether any of the three came of it.
const END: &str = "
    WITH again AS (
        UPDATE petiole.work SET state = 'pending', token = 0, owner = 0, due = petiole.instant(), attempts = 0,
            reason = NULL, answers = rev, hint = greatest(hint, more_hint), source = coalesce(more_source, source),
            since = coalesce(more_since, since), first = coalesce(more_first, first),
            more_hint = NULL, more_source = NULL, more_since = NULL, more_first = NULL
        WHERE state = 'flight' AND token = $1 AND rev > $2 RETURNING 1
    ), waits AS MATERIALIZED (
        SELECT min(next) AS next FROM petiole.park WHERE account = $4 AND record = $5 AND id = $6 AND NOT dropped
    ), parked AS (
        UPDATE petiole.work SET state = 'parked', token = 0, owner = 0, hint = $3, source = 'retry',
            since = waits.next, due = waits.next, first = false, attempts = 0, reason = NULL,
            more_hint = NULL, more_source = NULL, more_since = NULL, more_first = NULL
        FROM waits WHERE state = 'flight' AND token = $1 AND rev <= $2 AND waits.next IS NOT NULL RETURNING 1
    ), gone AS (
        DELETE FROM petiole.work USING waits
        WHERE state = 'flight' AND token = $1 AND rev <= $2 AND waits.next IS NULL RETURNING 1
    )
    SELECT EXISTS (SELECT 1 FROM again),
        EXISTS (SELECT 1 FROM again) OR EXISTS (SELECT 1 FROM parked) OR EXISTS (SELECT 1 FROM gone)";

/// Ends a piece of work, with the parks that remain of its record. Answers whether that made work.
pub(super) async fn finish(session: &Session, work: &Work, parks: &Parking) -> Result<bool, Fault> {
    let at = instant(claim::fence(session, work.claim).await?)?;
    let (own, others): (Vec<&ParkDraft>, Vec<&ParkDraft>) =
        parks.drafts.iter().partition(|draft| draft.target == work.target);
    park::replace(session, (&work.target, None), at, Renewal { drafts: &own, left: &parks.halted.pipelines }).await?;
    for (target, pipeline) in parks.pairs.iter().filter(|(target, _)| *target != work.target) {
        let is_its = |one: &&ParkDraft| one.target == *target && one.pipeline == *pipeline;
        let drafts: Vec<&ParkDraft> = others.iter().copied().filter(is_its).collect();
        park::replace(session, (target, Some(pipeline)), at, Renewal { drafts: &drafts, left: &BTreeSet::new() })
            .await?;
        settle_elsewhere(session, target).await?;
    }
    link_wait::keep(session, &parks.asked, at).await?;
    for reach in &parks.halted.reaches {
        halt::keep(session, reach, work).await?;
    }
    handle::keep(session, &parks.called, at).await?;
    let RecordRef { account, record, id } = &work.target;
    let bound: [Bound<'_>; 6] = [&work.claim.0, &work.rev, &work.hint, account, record, id];
    let Some(ended) = row(session, END, &bound).await? else { return Err(StoreError::LostClaim.into()) };
    claim::held(u64::from(ended.try_get::<_, bool>(1)?))?;
    Ok(ended.try_get::<_, bool>(0)? || !parks.asked.is_empty() || !parks.halted.reaches.is_empty())
}

/// A record whose parks were changed by work for its counterpart waits for their next try, unless it has work of its
/// own.
async fn settle_elsewhere(session: &Session, target: &RecordRef) -> Result<(), Fault> {
    let RecordRef { account, record, id } = target;
    let waits = "SELECT hint FROM petiole.work
        WHERE account = $1 AND record = $2 AND id = $3 AND state = 'parked' FOR UPDATE";
    let hint = match row(session, waits, &[account, record, id]).await? {
        Some(row) => row.try_get(0)?,
        None => 0,
    };
    rest(session, target, hint).await
}

/// With nothing new for a record: waits for the next try of its parks, or is gone without any. One that has work is
/// left alone.
async fn rest(session: &Session, target: &RecordRef, hint: i64) -> Result<(), Fault> {
    let RecordRef { account, record, id } = target;
    let Some(next) = park::next_of(session, target).await? else {
        let gone = "DELETE FROM petiole.work WHERE account = $1 AND record = $2 AND id = $3 AND state = 'parked'";
        execute(session, gone, &[account, record, id]).await?;
        return Ok(());
    };
    let waits = "INSERT INTO petiole.work (account, record, id, hint, state, source, since, due, first)
        VALUES ($1, $2, $3, $4, 'parked', 'retry', $5, $5, false)
        ON CONFLICT (account, record, id) DO UPDATE SET hint = excluded.hint, source = 'retry',
            since = excluded.since, due = excluded.due, first = false, attempts = 0, reason = NULL, token = 0,
            rev = 1, answers = 1, more_hint = NULL, more_source = NULL, more_since = NULL, more_first = NULL
            WHERE work.state = 'parked'";
    execute(session, waits, &[account, record, id, &hint, &next]).await?;
    Ok(())
}

/// Takes a park out of the inbox; its record waits for its other parks only.
pub(super) async fn drop_park(session: &Session, number: i64) -> Result<bool, Fault> {
    let out = "UPDATE petiole.park SET dropped = true WHERE number = $1 AND NOT dropped RETURNING account, record, id";
    let Some(found) = row(session, out, &[&number]).await? else { return Ok(false) };
    let target = RecordRef { account: found.try_get(0)?, record: found.try_get(1)?, id: found.try_get(2)? };
    let waits = "SELECT hint FROM petiole.work
        WHERE account = $1 AND record = $2 AND id = $3 AND state = 'parked' FOR UPDATE";
    if let Some(row) = row(session, waits, &[&target.account, &target.record, &target.id]).await? {
        rest(session, &target, row.try_get(0)?).await?;
    }
    Ok(true)
}

/// In how long the earliest work is due, in nanoseconds.
pub(super) async fn next_due(session: &Session, parked: bool) -> Result<Option<i64>, Fault> {
    let due = "SELECT min(due) - petiole.instant() FROM petiole.work
        WHERE state <> 'flight' AND ($1 OR state <> 'parked')";
    Ok(match row(session, due, &[&parked]).await? {
        Some(row) => row.try_get(0)?,
        None => None,
    })
}

/// Makes parked work pending by the inbox number, or all of it; answers how many parks.
pub(super) async fn retry(session: &Session, number: Option<i64>) -> Result<usize, Fault> {
    let tried = "UPDATE petiole.park SET next = petiole.instant() WHERE number IN (
            SELECT number FROM petiole.park WHERE NOT dropped AND ($1::bigint IS NULL OR number = $1)
            ORDER BY account, record, id, number FOR UPDATE)
        RETURNING account, record, id, next";
    let (mut targets, mut now) = (BTreeSet::new(), Timestamp::UNIX_EPOCH);
    let found = rows(session, tried, &[&number]).await?;
    for row in &found {
        targets.insert(RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? });
        now = instant(row.try_get(3)?)?;
    }
    // One entry is asked for by a person who waits for it.
    let first = number.is_some();
    let source = if first { HintSource::Asked } else { HintSource::Retry };
    let hint = |target| Hint { at: now, source, target, version: None, first };
    tell(session, &targets.into_iter().map(hint).collect::<Vec<_>>()).await?;
    Ok(found.len())
}

/// Makes parked work pending that waits for what was found; answers how many records.
pub(super) async fn wake(session: &Session, found: &[Wait]) -> Result<usize, Fault> {
    let (mut targets, mut now) = (BTreeSet::new(), Timestamp::UNIX_EPOCH);
    let waiting = "SELECT park.account, park.record, park.id, petiole.instant()
        FROM petiole.wait JOIN petiole.park ON park.number = wait.park
        WHERE (wait.account, wait.record, wait.field, wait.value) IN (
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])) AND NOT park.dropped";
    let of = |part: fn(&Wait) -> &str| found.iter().map(part).collect::<Vec<&str>>();
    let (accounts, records) = (of(|wait| &wait.account), of(|wait| &wait.record));
    let (fields, values) = (of(|wait| &wait.field), of(|wait| &wait.value));
    for row in rows(session, waiting, &[&accounts, &records, &fields, &values]).await? {
        targets.insert(RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? });
        now = instant(row.try_get(3)?)?;
    }
    let woken = targets.len();
    let hint = |target| Hint { at: now, source: HintSource::Retry, target, version: None, first: false };
    tell(session, &targets.into_iter().map(hint).collect::<Vec<_>>()).await?;
    Ok(woken)
}

/// The furthest that a step of the clock moves what is due, in hours: beyond that nothing is kept anyway.
const STEP_HOURS_MAX: i64 = 10 * 365 * 24;

/// Moves what is due by as much as the clock was set.
pub(super) async fn clock_moved(session: &Session, by: SignedDuration) -> Result<(), Fault> {
    let most = SignedDuration::from_hours(STEP_HOURS_MAX);
    let by = i64::try_from(by.clamp(-most, most).as_nanos()).unwrap_or_default();
    execute(session, "UPDATE petiole.work SET due = due + $1 WHERE state <> 'flight'", &[&by]).await?;
    execute(session, "UPDATE petiole.work SET until = until + $1 WHERE state = 'flight'", &[&by]).await?;
    execute(session, "UPDATE petiole.park SET next = next + $1", &[&by]).await?;
    Ok(())
}

/// How much of what is waiting.
pub(super) async fn counts(session: &Session) -> Result<Counts, Fault> {
    let counted = "SELECT (SELECT count(*) FROM petiole.work WHERE state = 'pending'),
        (SELECT count(*) FROM petiole.work WHERE state = 'flight'),
        (SELECT count(*) FROM petiole.park WHERE NOT dropped),
        (SELECT count(*) FROM petiole.link),
        (SELECT count(*) FROM petiole.work WHERE state = 'pending' AND reason IS NOT NULL),
        (SELECT count(*) FROM petiole.halted)";
    let Some(row) = row(session, counted, &[]).await? else { return Ok(Counts::default()) };
    let count = |at: usize| row.try_get::<_, i64>(at).map(i64::unsigned_abs);
    let (pending, in_flight, parked, links) = (count(0)?, count(1)?, count(2)?, count(3)?);
    Ok(Counts { pending, in_flight, parked, links, retrying: count(4)?, held: count(5)? })
}

/// Records with work that is not only parked.
pub(super) async fn unfinished(session: &Session) -> Result<Vec<Unfinished>, Fault> {
    let open = "SELECT account, record, id, reason IS NOT NULL FROM petiole.work WHERE state <> 'parked'
        ORDER BY account, record, id";
    let mut found = Vec::new();
    for row in rows(session, open, &[]).await? {
        let target = RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? };
        found.push(Unfinished { target, put_off: row.try_get(3)? });
    }
    Ok(found)
}

/// Reasons of put-off work, the most frequent first.
pub(super) async fn deferred(session: &Session) -> Result<Vec<(String, u64)>, Fault> {
    let reasons = "SELECT reason, count(*) FROM petiole.work WHERE reason IS NOT NULL
        GROUP BY reason ORDER BY count(*) DESC, reason COLLATE \"C\"";
    let mut found = Vec::new();
    for row in rows(session, reasons, &[]).await? {
        found.push((row.try_get(0)?, row.try_get::<_, i64>(1)?.unsigned_abs()));
    }
    Ok(found)
}

/// Writes what changes nothing, to see whether it is kept.
pub(super) async fn try_to_write(session: &Session) -> Result<(), Fault> {
    let touched = "INSERT INTO petiole.tried VALUES (1, 1) ON CONFLICT (one) DO UPDATE SET times = tried.times + 1";
    if execute(session, touched, &[]).await? > 0 {
        return Ok(());
    }
    Err(StoreError::Unavailable("what is written is not kept".to_owned()).into())
}

/// How long that is, with none below zero.
pub(super) fn wait(nanos: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or_default())
}
