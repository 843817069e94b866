//! What is kept of the tokens that open accounts: a row for each account, written over the one before.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::sqlite_store::SqliteStore;
use super::worker::Keep;
use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::tokens::{KeptToken, Tokens};

/// What is read of a token.
pub(super) const COLUMNS: &str = "account, number, first, sealed, at, asked";

#[async_trait]
impl Tokens for SqliteStore {
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError> {
        let account = account.to_owned();
        self.read(move |connection| kept(connection, &account)).await
    }

    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError> {
        // The peer takes no other from then on.
        self.write(Keep::Flushed, move |connection| keep(connection, &token)).await
    }
}

fn kept(connection: &Connection, account: &str) -> Result<Option<KeptToken>, StoreError> {
    let mut select = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM kept_token WHERE account = ?1"))?;
    select.query_row([account], |row| Ok(read(row))).optional()?.transpose()
}

fn keep(connection: &Connection, token: &KeptToken) -> Result<bool, StoreError> {
    let over = match kept(connection, &token.account)? {
        Some(known) => known.number,
        None => 0,
    };
    if over != token.over() {
        return Ok(false);
    }
    put(connection, token)?;
    Ok(true)
}

/// Writes a token as it is.
pub(super) fn put(connection: &Connection, token: &KeptToken) -> Result<(), StoreError> {
    let KeptToken { account, number, first, sealed, at, asked } = token;
    connection
        .prepare_cached(
            "INSERT INTO kept_token (account, number, first, sealed, at, asked) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO UPDATE SET number = excluded.number, first = excluded.first, sealed = excluded.sealed,
             at = excluded.at, asked = excluded.asked",
        )?
        .execute(params![account, number, first, sealed, nanos(*at), asked.map(nanos)])?;
    Ok(())
}

/// The token of a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> Result<KeptToken, StoreError> {
    let asked: Option<i64> = row.get(5)?;
    Ok(KeptToken {
        account: row.get(0)?,
        number: row.get(1)?,
        first: row.get(2)?,
        sealed: row.get(3)?,
        at: instant(row.get(4)?)?,
        asked: asked.map(instant).transpose()?,
    })
}
