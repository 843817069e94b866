//! Runs the tests beside the rules.
//!
//! Each test has the real runtime, engine and connector to itself, between peers in memory that
//! are made from the system files, on a clock that stands and with a store that is forgotten.
//! Knows what a test says and what came of it; decides nothing about records.

pub mod coverage;
mod given;
mod in_step;
mod judge;
mod machine;
mod placed;
mod report;
mod stage;
#[allow(clippy::module_inception, reason = "the room is named after its main function")]
pub mod trial;
mod wire;

pub use coverage::{Coverage, Never};
pub use judge::{Failure, Gap};
pub use machine::{json, junit};
pub use report::text;
pub use trial::{Outcome, Trial, run};
