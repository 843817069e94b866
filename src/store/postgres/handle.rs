//! What people call records: one row for each text of a record.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use super::session::{Bound, Session, execute, rows};
use crate::store::codec::nanos;
use crate::store::handles::{Called, Handle, behind};
use crate::store::link::LinkEnd;
use crate::store::moving::Named;
use crate::store::record::RecordRef;

/// What is read of a handle.
pub(super) const COLUMNS: &str = "text, account, record, id, field, linked, at";

/// Keeps what records are called, in the place of what was.
pub(super) async fn keep(session: &Session, called: &[Called], now: Timestamp) -> Result<(), Fault> {
    // Whoever keeps several does so in one order, so that no two wait for each other.
    let mut all: Vec<&Called> = called.iter().collect();
    all.sort_by(|one, other| one.target.cmp(&other.target));
    for Called { target: RecordRef { account, record, id }, linked, texts } in all {
        let written = "WITH gone AS (DELETE FROM petiole.handle WHERE account = $1 AND id = $2 AND record = $3
                AND NOT text = ANY ($4::text[]) RETURNING linked),
            was AS (SELECT linked FROM petiole.handle WHERE account = $1 AND id = $2 AND record = $3)
            INSERT INTO petiole.handle (text, account, record, id, field, linked, at)
            SELECT new.text, $1, $3, $2, new.field, $6 OR coalesce((SELECT bool_or(linked) FROM was), false), $7
            FROM unnest($4::text[], $5::text[]) AS new (text, field)
            ON CONFLICT (text, account, record, id)
            DO UPDATE SET field = excluded.field, linked = excluded.linked, at = excluded.at";
        let (texts, fields): (Vec<&str>, Vec<&str>) =
            texts.iter().map(|(text, field)| (text.as_str(), field.as_str())).unzip();
        let at = nanos(now);
        let bound: [Bound<'_>; 7] = [account, id, record, &texts, &fields, linked, &at];
        execute(session, written, &bound).await?;
    }
    Ok(())
}

/// Writes a handle as it is.
pub(super) async fn put(session: &Session, named: &Named) -> Result<(), Fault> {
    let Handle { text, target: RecordRef { account, record, id }, field } = &named.handle;
    let written = "INSERT INTO petiole.handle (text, account, record, id, field, linked, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let at = nanos(named.at);
    let bound: [Bound<'_>; 7] = [text, account, record, id, field, &named.linked, &at];
    execute(session, written, &bound).await?;
    Ok(())
}

/// Two records are linked now, or not any more: then they stay for as long as what never was.
pub(super) async fn mark(session: &Session, ends: [&LinkEnd; 2], linked: bool) -> Result<(), Fault> {
    for end in ends {
        let marked = "UPDATE petiole.handle SET linked = $3 WHERE account = $1 AND id = $2";
        execute(session, marked, &[&end.account, &end.id, &linked]).await?;
    }
    Ok(())
}

/// Records that are called this, or so at the beginning.
pub(super) async fn called(
    session: &Session,
    text: &str,
    (begins, limit): (bool, usize),
) -> Result<Vec<Handle>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let end = behind(text);
    let (which, bound): (&str, Vec<Bound<'_>>) = if begins {
        ("text >= $1 AND text < $2 ORDER BY text, account, record, id LIMIT $3", vec![&text, &end, &limit])
    } else {
        ("text = $1 ORDER BY account, record, id LIMIT $2", vec![&text, &limit])
    };
    select(session, which, &bound).await
}

/// What a record is called.
pub(super) async fn of(session: &Session, target: &RecordRef) -> Result<Vec<Handle>, Fault> {
    let RecordRef { account, record, id } = target;
    select(session, "account = $1 AND id = $2 AND record = $3 ORDER BY text", &[account, id, record]).await
}

async fn select(session: &Session, which: &str, bound: &[Bound<'_>]) -> Result<Vec<Handle>, Fault> {
    let text = format!("SELECT {COLUMNS} FROM petiole.handle WHERE {which}");
    rows(session, &text, bound).await?.iter().map(read).collect()
}

/// The handle of a row of [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Handle, Fault> {
    let target = RecordRef { account: row.try_get(1)?, record: row.try_get(2)?, id: row.try_get(3)? };
    Ok(Handle { text: row.try_get(0)?, target, field: row.try_get(4)? })
}

/// Takes out what is old and was never linked, or is not any more; at most this many. Answers how many.
pub(super) async fn prune(session: &Session, before: Timestamp, most: i64) -> Result<u64, Fault> {
    let old = "DELETE FROM petiole.handle WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM petiole.handle WHERE NOT linked AND at < $1 LIMIT $2))";
    execute(session, old, &[&nanos(before), &most]).await
}
