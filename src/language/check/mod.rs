//! Judgements over resolved names: what rules, tests and conditions say can be meant.
//!
//! Collects every finding; whatever could be understood goes on, so that one mistake never hides another.

mod built_on;
mod carried;
mod carries;
pub mod causes;
#[allow(clippy::module_inception, reason = "the room is named after what it does")]
pub mod check;
pub mod checker;
mod declares;
mod first_path;
mod keyed_list;
mod landing;
mod misspelt;
mod narrowing;
mod one_way;
mod owners;
mod pipeline;
mod readable;
mod rule;
mod setting_fields;
mod shared;
mod standing;
mod system_condition;
mod target;
mod test;
mod test_gone;
mod test_value;
mod when_gone;
mod with_read;

pub use check::{Checked, CheckedRules, check};
