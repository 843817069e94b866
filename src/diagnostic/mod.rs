//! What is wrong, where, and how to mend it.
//!
//! One type for every finding of parse, check, lint, reload and run time, and its faces:
//! text as rustc prints it, JSON and SARIF. Knows no rule, no file format and no lint.

pub mod advice;
pub mod code;
#[allow(clippy::module_inception, reason = "the room is named after its main type")]
pub mod diagnostic;
pub mod edit;
pub mod json;
pub mod places;
pub mod render;
pub mod sarif;
pub mod span;
pub mod suggest;

pub use advice::Advice;
pub use code::Code;
pub use diagnostic::{Diagnostic, Edit, Label, Severity};
pub use span::{FileId, Sources, Span};
