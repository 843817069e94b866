//! This process among those that share the store: the node that it is, the roles that it has, the pairs whose turn it
//! has.
//!
//! Knows no rules and no peer. Where the store belongs to one process, all of it is granted at once.

pub mod keeper;
pub mod lease;
pub mod membership;
pub mod node;
pub mod seal;
pub mod share;
pub mod turn;
