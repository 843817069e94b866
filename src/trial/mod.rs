//! Runs the tests beside the rules.
//!
//! Each test has the real runtime, engine and connector to itself, between peers in memory that
//! are made from the system files, on a clock that stands and with a store that is forgotten.
//! Knows what a test says and what came of it; decides nothing about records.

mod asserted;
mod came;
pub mod coverage;
mod gap;
mod given;
mod in_step;
mod judge;
mod look;
mod machine;
mod met;
pub mod mutate;
mod placed;
mod report;
mod stage;
mod stated;
mod telling;
#[allow(clippy::module_inception, reason = "the room is named after its main function")]
pub mod trial;
mod unmentioned;
mod wire;
mod words;

pub use coverage::{Coverage, Never};
pub use gap::Gap;
pub use judge::Failure;
pub use machine::{json, junit};
pub use report::{Told, text};
pub use trial::{Outcome, Trial, run};
pub use unmentioned::Unmentioned;
