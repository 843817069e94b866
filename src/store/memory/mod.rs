//! A store of plain maps under one lock, forgotten when it is dropped.
//!
//! Says in the fewest words what the traits promise: whatever another engine answers is compared with what this one
//! does. Knows no SQL and no file. A method that fails has changed nothing.

mod concerns;
mod halt;
mod handles;
mod inbox;
mod link_wait;
mod memory_store;
mod pairs;
mod row;
mod state;
mod telling;
mod tokens;
mod work;

pub use memory_store::MemoryStore;
