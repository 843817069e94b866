//! What is wrong with the meaning of rules that are well formed: one lint per file.
//!
//! A lint looks at checked rules and proves, or shows with concrete values, what they would do at
//! run time, for every value that the settings may take. Adding one: its file, a line in
//! `registry.rs`, a folder in `tests/lint/`.

pub mod allow;
pub mod ambiguous_row;
pub mod bridge;
pub mod contrary_row;
pub mod dependency_cycle;
pub mod echo_loop;
mod echo_value;
pub mod in_step;
pub mod left_behind;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod lint;
pub mod lossy_round_trip;
pub mod missing_because;
pub mod missing_required;
pub mod muted_arrow;
pub mod page;
pub mod registry;
pub mod summary;
pub mod swallowed_value;
pub mod two_writers;
pub mod unmapped_value;
pub mod unreachable_row;
pub mod unreachable_state;
pub mod unused_function;
pub mod unused_property;
pub mod unused_read;
pub mod unused_setting;
pub mod unused_table;
pub mod usage;
pub mod walk;

pub use lint::{Lint, View};
pub use registry::run;
