//! Work that was tried and put off: what `retrying` means.

use super::fault::Fault;
use super::session::{Session, execute, rows};
use super::work::wait;
use crate::store::codec::instant;
use crate::store::journal::{PutOff, Which};
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
    Ok(execute(session, now, &[&which.account, &which.record, &which.id]).await?)
}
