//! Rule files to typed trees, one file per kind.
//!
//! Every part may be missing, for whatever is wrong is a finding and the rest goes on; every part has its place. No
//! name has a meaning here.

pub mod accounts;
pub mod allow;
pub mod data;
pub mod ownership;
pub mod pipeline;
pub mod rule_entry;
mod rule_file;
pub mod settings;
pub mod system;
pub mod table;
pub mod test;

pub use rule_file::{FileTree, RuleFile};
