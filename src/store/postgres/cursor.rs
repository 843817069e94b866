//! Instants by name: how far looks for changes have come, and when things happened last.

use jiff::Timestamp;

use super::fault::Fault;
use super::role;
use super::session::{Session, execute, row};
use crate::store::codec::{instant, nanos};
use crate::store::coordination::Lead;
use crate::store::journal::{Cursor, HintSource};

/// Moves a cursor on from where its look began, or to what is later.
pub(super) async fn advance(session: &Session, cursor: &Cursor) -> Result<(), Fault> {
    let moved = "INSERT INTO petiole.cursor (account, record, at) VALUES ($1, $2, $3)
        ON CONFLICT (account, record) DO UPDATE SET at = excluded.at
            WHERE excluded.at > cursor.at OR cursor.at = $4 AND excluded.at <> cursor.at";
    let (at, from) = (nanos(cursor.at), cursor.from.map(nanos));
    execute(session, moved, &[&cursor.account, &cursor.record, &at, &from]).await?;
    Ok(())
}

/// Keeps when something happened last, if nobody else has the role by now under which that is kept.
pub(super) async fn mark(
    session: &Session,
    (account, name): (&str, &str),
    at: Timestamp,
    under: Option<&Lead>,
) -> Result<(), Fault> {
    role::check(session, under).await?;
    let kept = "INSERT INTO petiole.cursor (account, record, at) VALUES ($1, $2, $3)
        ON CONFLICT (account, record) DO UPDATE SET at = excluded.at";
    execute(session, kept, &[&account, &name, &nanos(at)]).await?;
    Ok(())
}

/// The instant of that name.
pub(super) async fn read(session: &Session, account: &str, record: &str) -> Result<Option<Timestamp>, Fault> {
    let kept = "SELECT at FROM petiole.cursor WHERE account = $1 AND record = $2";
    match row(session, kept, &[&account, &record]).await? {
        Some(row) => Ok(Some(instant(row.try_get(0)?)?)),
        None => Ok(None),
    }
}

/// When the newest hint of an account came from this source: read from the newest on.
pub(super) async fn last_told(
    session: &Session,
    account: &str,
    source: HintSource,
) -> Result<Option<Timestamp>, Fault> {
    let newest = "SELECT at FROM petiole.hint WHERE account = $1 AND source = $2 ORDER BY number DESC LIMIT 1";
    match row(session, newest, &[&account, &source.as_str()]).await? {
        Some(row) => Ok(Some(instant(row.try_get(0)?)?)),
        None => Ok(None),
    }
}
