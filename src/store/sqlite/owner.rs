//! Who owns a database file: beside the lock file, which somebody may delete, a lock on the file itself and a token in
//! it.
//!
//! The file's own lock is `flock`, which Linux keeps apart from the locks of `SQLite`; where other systems mix the two,
//! the token alone tells an owner that another took the file over. A descriptor of the file must not be closed while
//! this process has it open through `SQLite`, whose locks would go with it: so a file that this process holds already
//! is told by its number, without opening it.

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "there the token alone tells"))]

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};

use crate::store::error::StoreError;

/// Device and number of the files that this process holds.
static HELD: Mutex<BTreeSet<(u64, u64)>> = Mutex::new(BTreeSet::new());

/// A database file that is held; free again when this goes, which must be after the last connection to it.
pub(super) struct Held {
    number: (u64, u64),
    _file: File,
}

impl Drop for Held {
    fn drop(&mut self) {
        held().remove(&self.number);
    }
}

/// Holds a database file, which is made where there is none.
///
/// # Errors
/// [`StoreError::InUse`] where another has it, whatever name it has it by.
#[cfg(target_os = "linux")]
pub(super) fn hold(path: &Path) -> Result<Option<Held>, StoreError> {
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};

    let number_of = |known: &std::fs::Metadata| (known.dev(), known.ino());
    let mut held = held();
    if std::fs::metadata(path).is_ok_and(|known| held.contains(&number_of(&known))) {
        return Err(in_use(path));
    }
    let mut options = File::options();
    let opened = options.read(true).write(true).create(true).truncate(false).mode(0o644).open(path);
    // What cannot be opened is best explained by who opens it next.
    let Ok(file) = opened else { return Ok(None) };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(in_use(path)),
        // A file system without such locks: the token tells.
        Err(TryLockError::Error(_)) => return Ok(None),
    }
    let unusable = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", path.display()));
    let number = number_of(&file.metadata().map_err(unusable)?);
    held.insert(number);
    Ok(Some(Held { number, _file: file }))
}

/// The same where the locks of `SQLite` would be in the way.
#[cfg(not(target_os = "linux"))]
pub(super) fn hold(_path: &Path) -> Result<Option<Held>, StoreError> {
    Ok(None)
}

fn in_use(path: &Path) -> StoreError {
    StoreError::InUse(format!(
        "{} belongs to another process; stop that one, ask it over HTTP, or name another store",
        path.display()
    ))
}

fn held() -> MutexGuard<'static, BTreeSet<(u64, u64)>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes this process the owner; whoever was it before finds out by its own token. With it, how many owners there were.
pub(super) fn take(connection: &Connection) -> Result<(String, i64), StoreError> {
    let token = format!("{}-{:032x}", std::process::id(), fastrand::u128(..));
    let epoch: i64 = connection.query_row("SELECT coalesce(max(epoch), 0) + 1 FROM owner", [], |row| row.get(0))?;
    connection.execute("DELETE FROM owner", [])?;
    connection.execute("INSERT INTO owner (token, epoch) VALUES (?1, ?2)", params![token, epoch])?;
    Ok((token, epoch))
}

/// Checks that nobody else took the file over.
///
/// # Errors
/// [`StoreError::InUse`].
pub(super) fn check(connection: &Connection, token: &str) -> Result<(), StoreError> {
    let is_ours = connection.prepare_cached("SELECT 1 FROM owner WHERE token = ?1")?.exists(params![token])?;
    if is_ours {
        return Ok(());
    }
    Err(StoreError::InUse("another process has taken the store over; stop one of the two".to_owned()))
}
