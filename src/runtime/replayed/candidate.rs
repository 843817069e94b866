//! The rules that decisions are made again under, and those that they were made under. Plain data.

use crate::language::plan::Plan;
use crate::world::Environment;

/// The rules that decisions are made again under.
#[derive(Clone, Copy)]
pub struct Candidate<'a> {
    /// The rules.
    pub plan: &'a Plan,
    /// Those that served last, where they can still be read. Of older ones the store keeps no text.
    pub served: Option<Served<'a>>,
    /// What settings may come from that the rules of then did not have.
    pub environment: &'a dyn Environment,
}

/// Rules that served.
#[derive(Clone, Copy)]
pub struct Served<'a> {
    /// Their generation.
    pub generation: i64,
    /// The rules.
    pub plan: &'a Plan,
}
