//! The embedded store: one `SQLite` file in WAL mode, owned by one process at a time.
//!
//! One thread writes, with group commit; another reads. Knows SQL and the store's types, no
//! runtime and no rules. What a method answered is on disk.

mod call;
mod checkup;
#[doc(hidden)]
pub mod columns;
mod concerns;
mod cursor;
mod decision;
mod error;
mod file;
mod generation;
mod halt;
mod handle;
mod intake;
mod intent;
mod journal;
mod link;
mod link_wait;
mod migration;
mod moving;
mod owner;
mod packed;
mod park;
mod part;
mod prune;
mod put_off;
mod seen;
mod sqlite_store;
mod telling;
mod token;
mod work;
mod worker;

pub(super) use checkup::examine;
pub use file::served_at;
pub(super) use migration::newest as newest_schema;
pub use sqlite_store::SqliteStore;
