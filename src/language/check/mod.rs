//! Names, types, directions: trees to meaning.
//!
//! The only room that gives names meaning. Collects every finding; whatever could be understood
//! goes on, so that one mistake never hides another.

pub mod account;
pub mod allowed;
pub mod call;
pub mod carries;
pub mod causes;
pub mod check;
pub mod duplicate;
pub mod keyed_list;
pub mod misspelt;
pub mod names;
pub mod operand;
pub mod ownership;
pub mod pipeline;
pub mod record_call;
pub mod rule;
pub mod settings;
pub mod shared;
pub mod standing;
mod states;
pub mod system;
pub mod system_names;
pub mod table;
pub mod test;
mod test_value;

pub use allowed::Allowed;
pub use check::{Checked, CheckedRules, check};
