//! Claims: which node works on a record, under a token that is never given twice.
//!
//! Who claims takes no row that somebody has locked, and waits for none. Whatever is done under a claim first locks the
//! record's row by the claim's token, which is another from then on that somebody else has the work.

use std::sync::LazyLock;
use std::time::Duration;

use tokio_postgres::Row;

use super::fault::Fault;
use super::limits::length;
use super::session::{Session, execute, row, rows};
use crate::store::codec::{damaged, instant};
use crate::store::due::DUE_AHEAD_MAX;
use crate::store::error::StoreError;
use crate::store::journal::{Claim, HintSource, Work};
use crate::store::record::RecordRef;

/// What becomes of the rest of a row in flight that is pending again: all that was told is one, but for a sweep's look
/// that comes after it.
pub(super) const GIVEN_BACK: &str = "state = 'pending', token = 0, owner = 0,
    more_hint = CASE WHEN answers < rev THEN more_hint END,
    more_source = CASE WHEN answers < rev THEN 'sweep' END,
    more_since = CASE WHEN answers < rev THEN more_since END,
    more_first = CASE WHEN answers < rev THEN more_first END";

/// Claims what is due. Where a lease is over, or something is due later than anything may be, that is put right before;
/// so there is one row at least, which says so. The earliest and the latest are told by an index, and rows are found by
/// their places: however many wait, few are looked at.
const CLAIM: &str = "
    WITH seen AS MATERIALIZED (
        SELECT coalesce((SELECT min(due) FROM petiole.work WHERE state <> 'flight') <= petiole.instant(), false)
            AS is_due,
        NOT $5 AND (
            EXISTS (SELECT 1 FROM petiole.work WHERE state = 'flight' AND until <= petiole.instant())
            OR coalesce((SELECT max(due) FROM petiole.work WHERE state <> 'flight') > petiole.instant() + $3, false)
        ) AS is_stale
    ), claimed AS (
        UPDATE petiole.work SET state = 'flight', owner = $4, token = nextval('petiole.token'),
            until = petiole.instant() + $2
        WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM petiole.work
            WHERE state <> 'flight' AND due <= petiole.instant() AND (SELECT is_due AND NOT is_stale FROM seen)
            ORDER BY first DESC, since, hint LIMIT $1 FOR UPDATE SKIP LOCKED))
        RETURNING account, record, id, token, answers, hint, source, since, attempts, first
    )
    SELECT seen.is_stale, (SELECT coalesce(max(number), 0) FROM petiole.hint), claimed.*,
        EXISTS (SELECT 1 FROM petiole.halt)
    FROM seen LEFT JOIN claimed ON true ORDER BY claimed.first DESC, claimed.since, claimed.hint";

/// Rows in flight whose lease is over are pending again.
static RELEASE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "UPDATE petiole.work SET {GIVEN_BACK}, due = petiole.instant() WHERE (account, record, id) IN (
            SELECT account, record, id FROM petiole.work WHERE state = 'flight' AND until <= petiole.instant()
            FOR UPDATE SKIP LOCKED)"
    )
});

/// What was put off while a clock was ahead is due within the longest wait.
const BRING_NEAR: &str = "
    UPDATE petiole.work SET due = petiole.instant() + $1 WHERE (account, record, id) IN (
        SELECT account, record, id FROM petiole.work WHERE state <> 'flight' AND due > petiole.instant() + $1
        FOR UPDATE SKIP LOCKED)";

/// Claims up to so many pieces of work.
pub(super) async fn claim(session: &Session, limit: usize, (lease, node): (Duration, i64)) -> Result<Vec<Work>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (lease, ahead) = (length(lease), length(DUE_AHEAD_MAX));
    let mut found = rows(session, CLAIM, &[&limit, &lease, &ahead, &node, &false]).await?;
    if found.first().map(|row| row.try_get::<_, bool>(0)).transpose()?.unwrap_or_default() {
        execute(session, &RELEASE, &[]).await?;
        execute(session, BRING_NEAR, &[&ahead]).await?;
        found = rows(session, CLAIM, &[&limit, &lease, &ahead, &node, &true]).await?;
    }
    let mut claimed = Vec::new();
    for row in found {
        claimed.extend(read(&row)?);
    }
    Ok(claimed)
}

fn read(row: &Row) -> Result<Option<Work>, Fault> {
    let Some(account) = row.try_get(2)? else { return Ok(None) };
    let source: String = row.try_get(8)?;
    Ok(Some(Work {
        target: RecordRef { account, record: row.try_get(3)?, id: row.try_get(4)? },
        claim: Claim(row.try_get(5)?),
        rev: row.try_get(6)?,
        hint: row.try_get(7)?,
        newest: row.try_get(1)?,
        source: HintSource::parse(&source).ok_or_else(|| damaged(&source))?,
        since: instant(row.try_get(9)?)?,
        attempts: u32::try_from(row.try_get::<_, i32>(10)?).unwrap_or_default(),
        halts: row.try_get(12)?,
    }))
}

/// Locks the row of a claim that is the current one of its record; answers the present, in nanoseconds.
///
/// # Errors
/// [`StoreError::LostClaim`].
pub(super) async fn fence(session: &Session, claim: Claim) -> Result<i64, Fault> {
    let held = "SELECT petiole.instant() FROM petiole.work WHERE state = 'flight' AND token = $1 FOR UPDATE";
    match row(session, held, &[&claim.0]).await? {
        Some(row) => Ok(row.try_get(0)?),
        None => Err(StoreError::LostClaim.into()),
    }
}

/// Holds on to a claim.
pub(super) async fn renew(session: &Session, claim: Claim, lease: Duration) -> Result<(), Fault> {
    let renewed = "UPDATE petiole.work SET until = petiole.instant() + $2 WHERE state = 'flight' AND token = $1";
    held(execute(session, renewed, &[&claim.0, &length(lease)]).await?)
}

/// A claim whose row was there still.
pub(super) fn held(changed: u64) -> Result<(), Fault> {
    if changed == 0 { Err(StoreError::LostClaim.into()) } else { Ok(()) }
}

/// Puts work off.
pub(super) async fn defer(session: &Session, claim: Claim, (after, reason): (Duration, &str)) -> Result<(), Fault> {
    static DEFER: LazyLock<String> = LazyLock::new(|| {
        format!(
            "UPDATE petiole.work SET {GIVEN_BACK}, due = petiole.instant() + $2, attempts = attempts + 1, reason = $3
             WHERE state = 'flight' AND token = $1"
        )
    });
    held(execute(session, &DEFER, &[&claim.0, &length(after), &reason]).await?)
}

/// Has work wait without counting an attempt.
pub(super) async fn postpone(session: &Session, claim: Claim, after: Duration) -> Result<(), Fault> {
    static POSTPONE: LazyLock<String> = LazyLock::new(|| {
        format!(
            "UPDATE petiole.work SET {GIVEN_BACK}, due = petiole.instant() + $2
             WHERE state = 'flight' AND token = $1"
        )
    });
    held(execute(session, &POSTPONE, &[&claim.0, &length(after)]).await?)
}
