//! Journalled decisions made again under other rules: where they come out otherwise, and by which rule line.

mod alike;
mod candidate;
mod inputs;
mod journalled;
mod lines;
mod outcome;
mod replay;
mod said;
mod shown;

pub use candidate::Candidate;
pub use journalled::{DECISIONS_MAX, Journalled, journalled};
pub use outcome::Outcome;
pub use replay::{Difference, Replayed, Verdict, replay};
