//! What went wrong at a server, what becomes of the connection, and whether the same is tried again.
//!
//! What is told to people names the place, what a person can check and the server's own words; no statement and no
//! value of one is among them.

use std::error::Error as _;

use deadpool_postgres::{PoolError, TimeoutType};
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::error::StoreError;

/// Why an operation did not come to its end.
pub(super) enum Fault {
    /// The store itself says no: what it says is true, and the connection is well.
    Told(StoreError),
    /// The server or the connection to it.
    Server(Error),
    /// There was no connection.
    Pool(PoolError),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<PoolError> for Fault {
    fn from(error: PoolError) -> Self {
        Self::Pool(error)
    }
}

impl Fault {
    /// There is no connection where one was lent.
    pub(super) fn nowhere() -> Self {
        Self::Told(StoreError::Unavailable("no connection was lent".to_owned()))
    }

    /// Whether another operation was in the way, of which this one saw nothing or all the next time.
    pub(super) fn is_of_others(&self) -> bool {
        let others = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
        matches!(self, Self::Server(error) if error.code().is_some_and(|code| others.contains(code)))
    }

    /// Whether nothing is to be asked over this connection any more.
    pub(super) fn breaks_connection(&self) -> bool {
        match self {
            Self::Told(_) => false,
            Self::Pool(_) => true,
            Self::Server(error) => error.code().is_none_or(is_of_connection),
        }
    }

    /// What is told of it.
    pub(super) fn told(self, place: &str) -> StoreError {
        match self {
            Self::Told(error) => error,
            Self::Server(error) | Self::Pool(PoolError::Backend(error)) => of_server(&error, place),
            Self::Pool(PoolError::Timeout(TimeoutType::Wait)) => {
                StoreError::Unavailable(format!("{place}: all connections are in use; it is tried again"))
            }
            Self::Pool(PoolError::Timeout(_)) => StoreError::Unavailable(format!(
                "{place}: no answer in time; check that the server runs and can be reached from here"
            )),
            Self::Pool(error) => StoreError::Unavailable(format!("{place}: no connection ({error})")),
        }
    }
}

/// The server ends or has ended, was made one that only reads, or the connection broke.
fn is_of_connection(code: &SqlState) -> bool {
    let ends = [
        SqlState::READ_ONLY_SQL_TRANSACTION,
        SqlState::ADMIN_SHUTDOWN,
        SqlState::CRASH_SHUTDOWN,
        SqlState::CANNOT_CONNECT_NOW,
        SqlState::DATABASE_DROPPED,
        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
    ];
    ends.contains(code) || code.code().starts_with("08")
}

fn of_server(error: &Error, place: &str) -> StoreError {
    let said = words(error);
    let Some(code) = error.code() else { return StoreError::Unavailable(format!("{place}: {}", unreached(&said))) };
    if [SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED].contains(code) {
        return StoreError::Damaged(format!("{place}: restore a backup ({said})"));
    }
    let advice = match code.code() {
        "28P01" => "the server does not take this name and password; correct them in the store URL",
        "28000" => "the server does not let this name in from here; check the name, `sslmode` and its `pg_hba.conf`",
        "3D000" => "there is no such database; make it with `createdb`, or name another in the store URL",
        "42501" => {
            "the name in the store URL lacks rights; let an owner run \
             `GRANT CREATE ON DATABASE ... TO ...`, and give it the schema `petiole` and all in it where that is there"
        }
        "53300" => "the server has no connection left; raise its `max_connections`, or run fewer processes",
        "53100" => "the server's disk is full; free some space",
        "25006" => "the server takes no writes now; name the one that does, or wait until there is one again",
        "26000" | "42P05" => {
            "whatever stands between pools by transaction, and prepared statements are lost; \
             let it pool by session (PgBouncer: `pool_mode = session`)"
        }
        "55P03" => "a row is locked by another transaction for too long; look in `pg_stat_activity` for who has it",
        "57014" => "a statement took too long; look at the server's load",
        "57P01" | "57P02" | "57P03" => "the server is being stopped or begins; it is tried again",
        _ => return StoreError::Unavailable(format!("{place}: {said} (SQLSTATE {})", code.code())),
    };
    StoreError::Unavailable(format!("{place}: {advice} ({said})"))
}

fn unreached(said: &str) -> String {
    let advice = if said.contains("does not support TLS") {
        "the server has no TLS; turn it on there, or write `sslmode=disable` where the network is trusted"
    } else if said.contains("TLS") || said.contains("certificate") {
        "the server's certificate is not taken; check it, the host's name and the certificates of this machine"
    } else if said.contains("session was not") || said.contains("does not allow writes") || said.contains("read-write")
    {
        "the server takes no writes now; name the one that does, or wait until there is one again"
    } else {
        "the server cannot be reached; check that it runs, its host and port, and the network between"
    };
    format!("{advice} ({said})")
}

/// What the driver and the server said, without the statement.
fn words(error: &Error) -> String {
    if let Some(told) = error.as_db_error() {
        return told.message().to_owned();
    }
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    said
}
