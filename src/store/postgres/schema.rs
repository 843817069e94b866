//! How a database gets the tables of this version, and what becomes of one that has others.
//!
//! All that is missing is done in one transaction, which one process at a time has: whoever comes second finds it done.
//! A database with more steps than this version knows is left alone.

use super::fault::Fault;
use super::limits::{SCHEMA_WAIT, SERVER_VERSION_MIN};
use super::session::{Session, execute, row};
use super::steps::{self, STEPS};
use crate::store::error::StoreError;

/// What one process at a time holds that takes steps: "petl" in ASCII.
const LOCK: i64 = 0x7065_746c;

/// The newest step.
fn newest() -> i32 {
    i32::try_from(steps::newest()).unwrap_or(i32::MAX)
}

/// What becomes of a database with older tables, or with none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Older {
    /// They are brought to the newest.
    Renewed,
    /// It is refused, and so is one with none.
    Refused,
}

/// Sees to it that the database has the newest tables.
///
/// # Errors
/// [`StoreError::Missing`] where there are none and none are made; [`StoreError::Unavailable`] where there are newer or
/// older ones.
pub(super) async fn ready(session: &Session, place: &str, older: Older) -> Result<(), Fault> {
    server(session).await?;
    let found = found(session).await?;
    if found == Some(newest()) {
        return Ok(());
    }
    if let Some(found) = found {
        known(found)?;
    }
    match (older, found) {
        (Older::Renewed, _) => renew(session, newest()).await,
        (Older::Refused, None) => Err(StoreError::Missing(place.to_owned()).into()),
        (Older::Refused, Some(_)) => Err(StoreError::Unavailable(
            "it was last written by an older petiole; start the service once with this version".to_owned(),
        )
        .into()),
    }
}

/// Whether the database has any tables of petiole's.
pub(super) async fn is_there(session: &Session) -> Result<bool, Fault> {
    Ok(found(session).await?.is_some())
}

/// Takes the steps up to this one. Made for `ready`; tests end earlier, to have a database of before.
pub(super) async fn renew(session: &Session, last: i32) -> Result<(), Fault> {
    let wait = SCHEMA_WAIT.as_millis();
    session.batch_execute(&format!("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = {wait}")).await?;
    execute(session, "SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    // Others may have taken them while this one waited.
    let found = found(session).await?.unwrap_or_default();
    known(found)?;
    if found == 0 {
        session
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS petiole;
                 CREATE TABLE petiole.step (number integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
            )
            .await?;
    }
    for (number, step) in (1_i32..=last).zip(STEPS).filter(|(number, _)| *number > found) {
        session.batch_execute(step).await?;
        execute(session, "INSERT INTO petiole.step (number) VALUES ($1)", &[&number]).await?;
    }
    session.batch_execute("COMMIT").await?;
    Ok(())
}

/// The last step that the database has seen; none: it has no tables of petiole's.
async fn found(session: &Session) -> Result<Option<i32>, Fault> {
    let there = row(session, "SELECT to_regclass('petiole.step') IS NOT NULL", &[]).await?;
    let is_there = there.map(|row| row.try_get::<_, bool>(0)).transpose()?.unwrap_or_default();
    if !is_there {
        return Ok(None);
    }
    let last = row(session, "SELECT coalesce(max(number), 0) FROM petiole.step", &[]).await?;
    Ok(last.map(|row| row.try_get(0)).transpose()?)
}

fn known(found: i32) -> Result<(), StoreError> {
    let newest = newest();
    if found <= newest {
        return Ok(());
    }
    Err(StoreError::Unavailable(format!(
        "its tables were made by a newer petiole (schema {found}, this one knows {newest}); use that version"
    )))
}

async fn server(session: &Session) -> Result<(), Fault> {
    let asked = "SELECT current_setting('server_version_num')::integer, current_setting('server_version')";
    let Some(told) = row(session, asked, &[]).await? else { return Ok(()) };
    let (number, name): (i32, String) = (told.try_get(0)?, told.try_get(1)?);
    if number >= SERVER_VERSION_MIN {
        return Ok(());
    }
    let least = SERVER_VERSION_MIN / 10_000;
    Err(StoreError::Unavailable(format!("the server is PostgreSQL {name}; it has to be {least} or later")).into())
}
