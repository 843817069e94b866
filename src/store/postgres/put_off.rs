//! What waits and for how long; what was tried and put off, and when it goes on.

use super::fault::Fault;
use super::session::{Session, execute, row, rows};
use super::work::wait;
use crate::store::codec::instant;
use crate::store::journal::{Ages, PutOff, Which};
use crate::store::record::RecordRef;

/// What is tried next first.
pub(super) async fn read(session: &Session, limit: usize) -> Result<Vec<PutOff>, Fault> {
    let waiting = "SELECT account, record, id, attempts, reason, since, due - petiole.instant() FROM petiole.work
        WHERE state = 'pending' AND reason IS NOT NULL ORDER BY due, account, record, id LIMIT $1";
    let mut found = Vec::new();
    for row in rows(session, waiting, &[&i64::try_from(limit).unwrap_or(i64::MAX)]).await? {
        found.push(PutOff {
            target: RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? },
            attempts: u32::try_from(row.try_get::<_, i32>(3)?).unwrap_or_default(),
            reason: row.try_get(4)?,
            since: instant(row.try_get(5)?)?,
            due_in: wait(row.try_get(6)?),
        });
    }
    Ok(found)
}

/// Makes it due; how many records.
pub(super) async fn hasten(session: &Session, which: &Which) -> Result<u64, Fault> {
    let now = "UPDATE petiole.work SET due = least(due, petiole.instant()) WHERE (account, record, id) IN (
            SELECT account, record, id FROM petiole.work WHERE state = 'pending' AND reason IS NOT NULL
                AND ($1::text IS NULL OR account = $1) AND ($2::text IS NULL OR record = $2)
                AND ($3::text IS NULL OR id = $3)
            ORDER BY account, record, id FOR UPDATE)
        AND state = 'pending'";
    execute(session, now, &[&which.account, &which.record, &which.id]).await
}

/// How long what waits has been waiting.
pub(super) async fn ages(session: &Session) -> Result<Ages, Fault> {
    let ages = "SELECT
        petiole.instant() - (SELECT min(since) FROM petiole.work WHERE state = 'pending' AND reason IS NULL),
        petiole.instant() - (SELECT min(since) FROM petiole.work WHERE state = 'flight'),
        petiole.instant() - (SELECT min(since) FROM petiole.work WHERE state = 'pending' AND reason IS NOT NULL),
        petiole.instant() - (SELECT min(since) FROM petiole.park WHERE NOT dropped),
        petiole.instant() - (SELECT min(since) FROM petiole.halted)";
    let Some(found) = row(session, ages, &[]).await? else { return Ok(Ages::default()) };
    let age = |at: usize| found.try_get::<_, Option<i64>>(at).map(|age| age.map(wait));
    Ok(Ages { waiting: age(0)?, in_flight: age(1)?, retrying: age(2)?, parked: age(3)?, held: age(4)? })
}

/// How much all tables take.
pub(super) async fn bytes(session: &Session) -> Result<Option<u64>, Fault> {
    let sizes = "SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint FROM pg_class
        JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = 'petiole' AND relkind = 'r'";
    let found = row(session, sizes, &[]).await?;
    Ok(found.map(|row| row.try_get::<_, i64>(0)).transpose()?.map(i64::unsigned_abs))
}
