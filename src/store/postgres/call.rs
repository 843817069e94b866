//! Calls to peers, one row each, numbered as they come.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use super::role;
use super::session::{Bound, Session, execute, rows};
use crate::store::calls::CallEntry;
use crate::store::codec::{instant, nanos};
use crate::store::coordination::Lead;
use crate::store::record::RecordRef;

/// Rows that go at once.
const STEP: i64 = 500;

pub(super) async fn keep(session: &Session, calls: &[CallEntry]) -> Result<(), Fault> {
    let added = "INSERT INTO petiole.call (at, account, record, id, told) VALUES ($1, $2, $3, $4, $5)";
    for CallEntry { at, target, told } in calls {
        let target = target.as_ref();
        let (account, record) = (target.map(|one| &one.account), target.map(|one| &one.record));
        let id = target.map(|one| &one.id);
        // The one sign that the database keeps none of.
        let told = told.replace('\0', "\u{fffd}");
        execute(session, added, &[&nanos(*at), &account, &record, &id, &told]).await?;
    }
    Ok(())
}

pub(super) async fn read(session: &Session, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, Fault> {
    let which = if target.is_some() { "WHERE account = $2 AND record = $3 AND id = $4" } else { "" };
    let select =
        format!("SELECT at, account, record, id, told FROM petiole.call {which} ORDER BY number DESC LIMIT $1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut bound: Vec<Bound<'_>> = vec![&limit];
    if let Some(RecordRef { account, record, id }) = target {
        bound.extend([account as Bound<'_>, record, id]);
    }
    rows(session, &select, &bound).await?.iter().rev().map(entry).collect()
}

fn entry(row: &Row) -> Result<CallEntry, Fault> {
    let account: Option<String> = row.try_get(1)?;
    let target = match account {
        Some(account) => Some(RecordRef { account, record: row.try_get(2)?, id: row.try_get(3)? }),
        None => None,
    };
    Ok(CallEntry { at: instant(row.try_get(0)?)?, target, told: row.try_get(4)? })
}

/// One step of what is to go; answers how many went: none where all is within its limits.
pub(super) async fn prune(
    session: &Session,
    (before, bytes): (Option<Timestamp>, u64),
    under: Option<&Lead>,
) -> Result<u64, Fault> {
    role::check(session, under).await?;
    let old = "DELETE FROM petiole.call WHERE number IN
        (SELECT number FROM petiole.call WHERE at < $1 ORDER BY number LIMIT $2)";
    let before = before.map_or(i64::MIN, nanos);
    let gone = execute(session, old, &[&before, &STEP]).await?;
    if gone > 0 {
        return Ok(gone);
    }
    // From the newest back, what there is room for; the rest goes.
    let over = "DELETE FROM petiole.call WHERE number IN (SELECT number FROM (
            SELECT number, sum(octet_length(told)) OVER (ORDER BY number DESC) AS so_far FROM petiole.call) AS all_calls
        WHERE so_far > $1 ORDER BY number LIMIT $2)";
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    execute(session, over, &[&bytes, &STEP]).await
}
