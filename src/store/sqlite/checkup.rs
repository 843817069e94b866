//! What goes wrong with a file: its pages, its log, its size.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Connection;

use super::sqlite_store::SqliteStore;
use crate::store::checkup::{Checked, Checkup, Health};
use crate::store::error::StoreError;
use crate::world::SystemClock;

/// Pages that are free before it is worth making the file smaller, of a hundred.
const FREE_PERCENT_MAX: i64 = 50;

/// Bytes below which nobody minds how many of them are free.
const SMALL_BYTES: i64 = 64 * 1024 * 1024;

/// Faults that are told of a file at most.
const FAULTS_SHOWN: i64 = 3;

#[async_trait]
impl Checkup for SqliteStore {
    async fn examine(&self) -> Result<Vec<Checked>, StoreError> {
        self.read(|connection| Ok(vec![pages(connection)?, size(connection)?, log(connection)?])).await
    }
}

/// Looks at a file. Where the very look comes upon what cannot be read, that is what is found.
///
/// # Errors
/// Where the file cannot be opened.
pub(in crate::store) async fn examine(path: &Path) -> Result<Vec<Checked>, StoreError> {
    let looked = match SqliteStore::open_reader(path, Arc::new(SystemClock)) {
        Ok(store) => store.examine().await,
        Err(error) => Err(error),
    };
    match looked {
        Err(StoreError::Damaged(what)) => Ok(vec![unreadable(what)]),
        looked => looked,
    }
}

fn pages(connection: &Connection) -> Result<Checked, StoreError> {
    let mut check = connection.prepare(&format!("PRAGMA quick_check({FAULTS_SHOWN})"))?;
    let told = check.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    if told == ["ok"] {
        return Ok(Checked::well("pages", "every page of the file can be read"));
    }
    Ok(unreadable(told.join("; ")))
}

fn unreadable(what: String) -> Checked {
    let mend = "stop the service and put a copy of the file in its place; what happened since the copy is found again";
    Checked::ill("pages", Health::Wrong, what, mend)
}

fn size(connection: &Connection) -> Result<Checked, StoreError> {
    let of = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (pages, free, bytes) = (of("page_count")?, of("freelist_count")?, of("page_size")?);
    let (all, unused) = (pages.saturating_mul(bytes), free.saturating_mul(bytes));
    let seen = format!("{} MiB, of which {} MiB are free", all >> 20, unused >> 20);
    if all > SMALL_BYTES && unused.saturating_mul(100) > all.saturating_mul(FREE_PERCENT_MAX) {
        let mend = "it shrinks with `sqlite3 FILE VACUUM` while the service is stopped; left alone, it is used again";
        return Ok(Checked::ill("size", Health::Doubtful, seen, mend));
    }
    Ok(Checked::well("size", seen))
}

fn log(connection: &Connection) -> Result<Checked, StoreError> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(Checked::well("log", "write-ahead"));
    }
    let mend = "start the service once with the file on a local disk";
    Ok(Checked::ill("log", Health::Wrong, format!("the file is in `{mode}` mode"), mend))
}
