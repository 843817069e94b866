//! What is kept of the tokens that open accounts: a row for each account, written over the one before.

use async_trait::async_trait;
use tokio_postgres::Row;

use super::fault::Fault;
use super::postgres_store::PostgresStore;
use super::session::{Bound, Session, ask, execute, row};
use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::tokens::{KeptToken, Tokens};

/// What is read of a token.
pub(super) const COLUMNS: &str = "account, number, first, sealed, at, asked";

#[async_trait]
impl Tokens for PostgresStore {
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError> {
        ask!(read &self.sessions, session => kept(session, account))
    }

    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError> {
        ask!(write self, session => keep(session, &token))
    }
}

async fn kept(session: &Session, account: &str) -> Result<Option<KeptToken>, Fault> {
    let select = format!("SELECT {COLUMNS} FROM petiole.kept_token WHERE account = $1");
    row(session, &select, &[&account]).await?.as_ref().map(read).transpose()
}

async fn keep(session: &Session, token: &KeptToken) -> Result<bool, Fault> {
    // The first one is written where nothing is; a row that is there has a number of its own to be written over.
    let written = "INSERT INTO petiole.kept_token (account, number, first, sealed, at, asked)
        SELECT $1::text, $2::bigint, $3::text, $4::text, $5::bigint, $6::bigint
        WHERE $7::bigint = 0 OR EXISTS (SELECT 1 FROM petiole.kept_token WHERE account = $1)
        ON CONFLICT (account) DO UPDATE SET number = excluded.number, first = excluded.first,
            sealed = excluded.sealed, at = excluded.at, asked = excluded.asked WHERE kept_token.number = $7::bigint";
    Ok(write(session, written, token).await? > 0)
}

/// Writes a token as it is.
pub(super) async fn put(session: &Session, token: &KeptToken) -> Result<(), Fault> {
    let written = "INSERT INTO petiole.kept_token (account, number, first, sealed, at, asked)
        SELECT $1::text, $2::bigint, $3::text, $4::text, $5::bigint, $6::bigint WHERE $7::bigint IS NOT NULL";
    write(session, written, token).await?;
    Ok(())
}

async fn write(session: &Session, written: &str, token: &KeptToken) -> Result<u64, Fault> {
    let KeptToken { account, number, first, sealed, at, asked } = token;
    let (at, asked, over) = (nanos(*at), asked.map(nanos), token.over());
    let bound: [Bound<'_>; 7] = [account, number, first, sealed, &at, &asked, &over];
    execute(session, written, &bound).await
}

/// The token of a row of [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<KeptToken, Fault> {
    let asked: Option<i64> = row.try_get(5)?;
    Ok(KeptToken {
        account: row.try_get(0)?,
        number: row.try_get(1)?,
        first: row.try_get(2)?,
        sealed: row.try_get(3)?,
        at: instant(row.try_get(4)?)?,
        asked: asked.map(instant).transpose()?,
    })
}
