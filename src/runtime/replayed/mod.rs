//! Journalled decisions made again under other rules: where they come out otherwise, and by which rule line.

mod alike;
mod candidate;
mod inputs;
mod lines;
mod outcome;
mod replay;
mod said;
mod shown;

pub use candidate::{Candidate, Served};
pub use outcome::Outcome;
pub use replay::{DECISIONS_MAX, Difference, Journalled, Replayed, Verdict, journalled, replay};
