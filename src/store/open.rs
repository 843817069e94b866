//! Opens the store that a URL names.

use std::sync::Arc;

use super::sqlite::SqliteStore;
use super::store::{Store, StoreError};

/// Opens a store: `sqlite:PATH`, or `sqlite::memory:` for one that is gone with the process.
///
/// # Errors
/// [`StoreError`] where another process has it, or it cannot be opened.
pub fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(Arc::new(SqliteStore::open(path)?)),
        Some(("postgres" | "postgresql", _)) => {
            Err(StoreError::Unavailable("postgres is not in this version; write `sqlite:PATH`".to_owned()))
        }
        _ => Err(StoreError::Unavailable(format!("`{url}` names no store; write `sqlite:PATH`"))),
    }
}
