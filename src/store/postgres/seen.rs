//! What the answers of accounts showed: fields, linked records that lists lack, and how many records stand where.

use std::collections::BTreeSet;

use tokio_postgres::Row;

use super::cursor;
use super::fault::Fault;
use super::session::{Session, execute, row, rows};
use crate::store::codec::{decode_lines, encode_lines, parsed, written};
use crate::store::coordination::Lead;
use crate::store::ledger::Ledger;
use crate::store::seen::SeenField;

/// Linked records that the last list of all of their kind did not show.
pub(super) async fn unlisted(session: &Session, account: &str, record: &str) -> Result<BTreeSet<String>, Fault> {
    let kept = "SELECT id FROM petiole.unlisted WHERE account = $1 AND record = $2";
    let mut ids = BTreeSet::new();
    for row in rows(session, kept, &[&account, &record]).await? {
        ids.insert(row.try_get(0)?);
    }
    Ok(ids)
}

/// Keeps them in the place of those before.
pub(super) async fn set_unlisted(
    session: &Session,
    (account, record): (&str, &str),
    ids: &BTreeSet<String>,
) -> Result<(), Fault> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let gone = "DELETE FROM petiole.unlisted WHERE account = $1 AND record = $2 AND id <> ALL ($3)";
    execute(session, gone, &[&account, &record, &ids]).await?;
    let kept = "INSERT INTO petiole.unlisted (account, record, id) SELECT $1, $2, unnest($3::text[])
        ON CONFLICT DO NOTHING";
    execute(session, kept, &[&account, &record, &ids]).await?;
    Ok(())
}

/// What answers showed of fields.
pub(super) async fn seen_fields(session: &Session) -> Result<Vec<SeenField>, Fault> {
    let kept = format!("SELECT {COLUMNS} FROM petiole.seen_field ORDER BY account, record, field");
    rows(session, &kept, &[]).await?.iter().map(read_field).collect()
}

/// What is read of a field.
pub(super) const COLUMNS: &str = "account, record, field, listed, read, sparse, witnesses";

/// The field of a row of [`COLUMNS`].
pub(super) fn read_field(row: &Row) -> Result<SeenField, Fault> {
    Ok(SeenField {
        account: row.try_get(0)?,
        record: row.try_get(1)?,
        field: row.try_get(2)?,
        listed: row.try_get(3)?,
        read: row.try_get(4)?,
        sparse: row.try_get(5)?,
        witnesses: decode_lines(row.try_get(6)?)?,
    })
}

/// Keeps what answers showed of fields.
pub(super) async fn note_fields(session: &Session, fields: &[SeenField]) -> Result<(), Fault> {
    let kept = "INSERT INTO petiole.seen_field (account, record, field, listed, read, sparse, witnesses)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (account, record, field) DO UPDATE SET listed = excluded.listed, read = excluded.read,
            sparse = excluded.sparse, witnesses = excluded.witnesses";
    let mut sorted: Vec<&SeenField> = fields.iter().collect();
    // Of two of the same field the later one stays.
    sorted.sort_by_key(|seen| (&seen.account, &seen.record, &seen.field));
    for seen in sorted {
        let SeenField { account, record, field, listed, read, sparse, .. } = seen;
        let witnesses = encode_lines(&seen.witnesses);
        execute(session, kept, &[account, record, field, listed, read, sparse, &witnesses]).await?;
    }
    Ok(())
}

/// Where every record stood at the last sweep.
pub(super) async fn ledger(session: &Session) -> Result<Option<Ledger>, Fault> {
    match row(session, "SELECT kept FROM petiole.ledger", &[]).await? {
        Some(row) => Ok(Some(parsed(row.try_get(0)?)?)),
        None => Ok(None),
    }
}

/// Keeps that, in the place of what was counted before, and with it when the sweep began.
pub(super) async fn set_ledger(
    session: &Session,
    ledger: &Ledger,
    mark: (&str, &str),
    under: Option<&Lead>,
) -> Result<(), Fault> {
    cursor::mark(session, mark, ledger.at, under).await?;
    let kept = "INSERT INTO petiole.ledger (one, kept) VALUES (1, $1)
        ON CONFLICT (one) DO UPDATE SET kept = excluded.kept";
    execute(session, kept, &[&written(ledger)?]).await?;
    Ok(())
}
