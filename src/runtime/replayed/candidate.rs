//! The rules that decisions are made again under. Plain data.

use crate::language::plan::Plan;
use crate::world::Environment;

/// The rules that decisions are made again under.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The rules.
    pub plan: &'a Plan,
    /// What settings may come from that the rules of then did not have.
    pub environment: &'a dyn Environment,
}
