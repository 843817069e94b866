//! The store that several processes share: one PostgreSQL database, in a schema of its own.
//!
//! Each operation is one transaction, and whatever is done under a claim or a role begins with a lock on the row that
//! says who has it. Knows SQL and the store's types, no runtime and no rules. Time is the database's.

mod address;
mod budget;
mod call;
mod checkup;
mod claim;
mod concerns;
mod cursor;
mod decision;
mod fault;
mod generation;
mod halt;
mod handle;
mod intake;
mod intent;
mod limits;
mod link;
mod link_wait;
mod listen;
mod moving;
mod node;
mod park;
mod part;
mod pieces;
mod postgres_store;
mod prune;
mod put_off;
mod role;
mod schema;
mod seen;
mod session;
mod steps;
mod telling;
mod tls;
mod token;
mod work;

pub use postgres_store::PostgresStore;
pub(super) use steps::newest as newest_schema;
