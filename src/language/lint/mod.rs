//! What is wrong with the meaning of rules that are well formed.
//!
//! A lint looks at checked rules and proves, or shows with concrete values, what they would do at
//! run time, for every value that the settings may take. Adding one: its file in `rule/`, a line in
//! `registry.rs`, a folder in `tests/lint/`.

pub mod allow;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod lint;
pub mod model;
pub mod page;
pub mod park;
pub mod registry;
pub mod rule;
pub mod run;
pub mod summary;

pub use lint::Lint;
pub use model::View;
pub use run::run;
