//! Opening the database file, and the lock file beside it that makes its owner the only one.
//!
//! The operating system frees the lock when its process ends, however it ends. Readers take no
//! lock; `SQLite`'s own keep them apart from the writer. What holds where somebody deletes the lock file is in `owner`.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::error::StoreError;

/// How long a statement waits for another program's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The longest address that is read from a lock file, in bytes.
const URL_BYTES_MAX: u64 = 512;

/// How often the lock is tried, and how long it rests between.
const LOCK_TRIES: u32 = 4;
const LOCK_REST: Duration = Duration::from_millis(10);

/// Prepared statements kept per connection.
const STATEMENTS: usize = 128;

/// Pages kept in memory per connection, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// FULL: a commit is on disk when it returns. The checkpoint at 4,000 pages (16 MB) is only for
/// when the writer finds no quiet moment for one.
const PRAGMAS: &str = "
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA foreign_keys = ON;
PRAGMA wal_autocheckpoint = 4000;
";

/// Takes the lock of a database file, at once or not at all.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let beside = lock_path(&path);
    let file = File::options().create(true).read(true).write(true).truncate(false).open(&beside).map_err(|error| {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        StoreError::Unavailable(match error.kind() {
            ErrorKind::NotFound => {
                format!("the folder {} does not exist; create it or name another path", folder.display())
            }
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                format!("no permission to write in {}; change it or name another path", folder.display())
            }
            _ => format!("{} cannot be written ({error})", beside.display()),
        })
    })?;
    let mut taken = file.try_lock();
    for _ in 1..LOCK_TRIES {
        // Somebody who only looks who has it holds it for an instant.
        if !matches!(taken, Err(TryLockError::WouldBlock)) {
            break;
        }
        std::thread::sleep(LOCK_REST);
        taken = file.try_lock();
    }
    match taken {
        Ok(()) => {
            // What stands there is of a process that has ended.
            serve_at(&file, "")?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(format!(
            "{} belongs to another process; stop that one, ask it over HTTP, or name another store",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => {
            Err(StoreError::Unavailable(format!("{} cannot be locked ({error})", beside.display())))
        }
    }
}

/// Writes into the lock file where its holder is spoken to; empty: nowhere.
pub(super) fn serve_at(mut lock: &File, url: &str) -> Result<(), StoreError> {
    let written = lock.set_len(0).and_then(|()| lock.rewind()).and_then(|()| lock.write_all(url.as_bytes()));
    written.map_err(|error| StoreError::Unavailable(format!("the lock file cannot be written ({error})")))
}

/// Where the process that has a database file now is spoken to, if one has it and said so.
pub fn served_at(path: &Path) -> Option<String> {
    let path = fs::canonicalize(path).ok()?;
    let file = File::options().read(true).open(lock_path(&path)).ok()?;
    // Shared: two who only look do not take each other for its owner.
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {}
        Ok(()) | Err(TryLockError::Error(_)) => return None,
    }
    let mut url = String::new();
    file.take(URL_BYTES_MAX).read_to_string(&mut url).ok()?;
    Some(url).filter(|url| !url.is_empty())
}

/// A connection that may write, to a file that is made where there is none.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    connection.execute_batch(PRAGMAS)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::Unavailable(
            "the file system cannot share a write-ahead log; put the store on a local disk".to_owned(),
        ));
    }
    Ok(connection)
}

/// A connection that only reads, to a file that is there.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Unavailable("there is no such file; start the service once to make it".to_owned()));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    configure(&connection)?;
    Ok(connection)
}

/// A store that is forgotten when it is closed.
pub(super) fn memory() -> Result<Connection, StoreError> {
    let connection = Connection::open_in_memory()?;
    configure(&connection)?;
    connection.execute_batch("PRAGMA foreign_keys = ON")?;
    Ok(connection)
}

fn configure(connection: &Connection) -> Result<(), StoreError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A statement stays as it was prepared, whatever is bound to it: preparing it anew costs more than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Below zero means KiB and not pages.
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    Ok(())
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    PathBuf::from(name)
}
