//! Finds the store that a URL names and opens it.
//!
//! Owns the forms a store URL may take. Never repeats a whole URL in a message, since it may hold
//! a password.

use std::path::Path;
use std::sync::Arc;

use super::checkup::{Checked, Checkup as _};
use super::error::StoreError;
use super::moving::{INTAKE, Moving};
use super::postgres::{self, PostgresStore};
use super::sqlite::{self, SqliteStore};
use super::store::Store;
use crate::world::{Clock, SystemClock};

/// What a store URL may look like, for messages.
const FORMS: &str = "write `sqlite:PATH`, such as `sqlite:/var/lib/petiole/petiole.db`, or `sqlite::memory:` for a \
                     store that is forgotten at the end, or \
                     `postgres://USER:PASSWORD@HOST:PORT/DATABASE` for one that several processes share";

/// What a URL names.
enum Place<'a> {
    File(&'a Path),
    Memory,
    Server,
}

/// Opens a store for reading and writing. One in a file has one process at a time, and work that was in flight when the
/// last one ended is pending again, due now; one on a server has as many as want it, and its own clock.
///
/// Errors: `InUse` where another process has it; `Unavailable` where the URL names no store or
/// the store cannot be read and written.
pub async fn open(url: &str, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, StoreError> {
    let store: Arc<dyn Store> = match place(url)? {
        Place::File(path) => Arc::new(SqliteStore::open(path, clock)?),
        Place::Memory => Arc::new(SqliteStore::open_memory(clock)?),
        Place::Server => Arc::new(PostgresStore::open(url).await?),
    };
    if store.cursor(INTAKE.0, INTAKE.1).await?.is_some() {
        return Err(StoreError::Unavailable(
            "a copy into it was begun and did not come to its end; begin it again with `petiole store copy`".to_owned(),
        ));
    }
    Ok(store)
}

/// Opens a store to take everything out of it, or to put everything into it: one that nobody has.
///
/// Errors: as [`open`]; `Missing` where what is taken out of is not there.
pub async fn open_to_move(url: &str, clock: Arc<dyn Clock>, way: Way) -> Result<Arc<dyn Moving>, StoreError> {
    match place(url)? {
        Place::File(path) if way == Way::Out && !path.exists() => Err(StoreError::Missing(url.to_owned())),
        Place::File(path) => Ok(Arc::new(SqliteStore::open(path, clock)?)),
        Place::Server => Ok(Arc::new(PostgresStore::open_to_move(url, way == Way::Out).await?)),
        Place::Memory => Err(StoreError::Unavailable(format!(
            "nothing can be copied to or from a store that ends with its process; {FORMS}"
        ))),
    }
}

/// Which way a copy goes, seen from a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Everything out of it.
    Out,
    /// Everything into it.
    In,
}

/// The same, of a store that is there already.
///
/// Errors: as [`open`]; `Missing` where there is none.
pub async fn open_existing(url: &str, clock: Arc<dyn Clock>) -> Result<Arc<dyn Store>, StoreError> {
    match place(url)? {
        Place::File(path) if !path.exists() => Err(StoreError::Missing(url.to_owned())),
        Place::File(_) | Place::Memory => open(url, clock).await,
        Place::Server => Ok(Arc::new(PostgresStore::open_existing(url).await?)),
    }
}

/// Opens a store that is there for reading only, also while a service has it. Whatever writes answers `InUse`.
///
/// Errors: `Missing` where there is none; `Unavailable` where it cannot be read.
pub async fn open_reader(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    match place(url)? {
        // A file's URL holds no secret.
        Place::File(path) if !path.exists() => Err(StoreError::Missing(url.to_owned())),
        Place::File(path) => Ok(Arc::new(SqliteStore::open_reader(path, Arc::new(SystemClock))?)),
        Place::Server => Ok(Arc::new(PostgresStore::open_reader(url).await?)),
        Place::Memory => {
            Err(StoreError::Unavailable("a store in memory can only be read by the process that made it".to_owned()))
        }
    }
}

/// Looks at how a store is, also while a service has it.
///
/// Errors: as [`open_reader`].
pub async fn examine(url: &str) -> Result<Vec<Checked>, StoreError> {
    match place(url)? {
        Place::File(path) if !path.exists() => Err(StoreError::Missing(url.to_owned())),
        Place::File(path) => sqlite::examine(path).await,
        Place::Server => PostgresStore::open_reader(url).await?.examine().await,
        Place::Memory => Err(StoreError::Unavailable("a store in memory has nothing to be looked at".to_owned())),
    }
}

/// Where the service that has this store now is spoken to, if one has it and runs on this machine.
pub fn served_at(url: &str) -> Option<String> {
    match place(url) {
        Ok(Place::File(path)) => sqlite::served_at(path),
        Ok(Place::Memory | Place::Server) | Err(_) => None,
    }
}

/// The newest schema of each engine that has one: a store of a newer one is refused.
pub fn schemas() -> [(&'static str, usize); 2] {
    [("sqlite", sqlite::newest_schema()), ("postgres", postgres::newest_schema())]
}

/// A store's URL as it may be shown: without a password.
pub fn named(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once(':').filter(|(scheme, _)| *scheme != "sqlite") else {
        // A file's URL holds no secret.
        return url.to_owned();
    };
    let Some(rest) = rest.strip_prefix("//") else { return format!("{scheme}:(not shown)") };
    // Whatever stands behind the question mark may hold a password, too.
    let head = rest.split('?').next().unwrap_or_default();
    match head.rsplit_once('@') {
        Some((login, place)) => format!("{scheme}://{}@{place}", login.split(':').next().unwrap_or_default()),
        None if rest.contains('@') => format!("{scheme}://(not shown)"),
        None => format!("{scheme}://{head}"),
    }
}

fn place(url: &str) -> Result<Place<'_>, StoreError> {
    if let Some(rest) = url.strip_prefix("sqlite:") {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        return match path {
            "" => Err(StoreError::Unavailable(format!("the store URL names no file; {FORMS}"))),
            ":memory:" => Ok(Place::Memory),
            path => Ok(Place::File(Path::new(path))),
        };
    }
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(Place::Server);
    }
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    Err(StoreError::Unavailable(match scheme {
        Some(other) => format!("`{other}:` is no kind of store; {FORMS}"),
        None => format!("the store URL has no scheme; {FORMS}"),
    }))
}
