//! Value tables: which value on one side becomes which on the other, and in which states.
//!
//! Rows are tried in file order; the checker has shown that at most one applies. Looking up is
//! pure and says which row spoke.

use crate::language::plan::pipeline::{Arrow, RuleLine};
use crate::value::Value;

/// A value table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its rows in file order.
    pub rows: Vec<Row>,
}

/// A row. Left and right are as in the table's `between`.
#[derive(Debug)]
pub struct Row {
    /// The left cell: values that share the row, each with its spellings (first is written). Empty: `otherwise`
    /// where the arrow leaves this side.
    pub left: Vec<Vec<String>>,
    /// The right cell, alike.
    pub right: Vec<Vec<String>>,
    /// Which way it reads.
    pub arrow: Arrow,
    /// What stands at the arrow's head in place of a value, if anything.
    pub outcome: Option<Outcome>,
    /// The target's present states in which it applies; empty: all.
    pub from: Vec<String>,
    /// Only for creates.
    pub on_create: bool,
    /// Why a value goes nowhere.
    pub because: Option<String>,
    /// Where it stands.
    pub line: RuleLine,
}

/// What a source value comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This value is wanted.
    Value(String),
    /// Nothing is to be done.
    Nothing,
    /// A person is told.
    Park,
}

impl Table {
    /// The row for a source value, with its outcome. `forward` reads left to right; `state` is
    /// the target's present value where it exists, `None` on create.
    pub fn look_up(&self, forward: bool, source: &Value, state: Option<&Value>) -> Option<(Outcome, &Row)> {
        let text = source.to_key()?;
        self.rows.iter().find_map(|row| row.apply(forward, &text, state).map(|outcome| (outcome, row)))
    }
}

impl Row {
    fn apply(&self, forward: bool, source: &str, state: Option<&Value>) -> Option<Outcome> {
        let speaks = match self.arrow {
            Arrow::Both => true,
            Arrow::Right => forward,
            Arrow::Left => !forward,
        };
        let (from, to) = if forward { (&self.left, &self.right) } else { (&self.right, &self.left) };
        let matches = from.is_empty() || from.iter().flatten().any(|spelling| spelling == source);
        let in_state = match state {
            None => true,
            Some(_) if self.on_create => false,
            Some(present) => self.from.is_empty() || present.to_key().is_some_and(|now| self.from.contains(&now)),
        };
        if !(speaks && matches && in_state) {
            return None;
        }
        match &self.outcome {
            Some(outcome) => Some(outcome.clone()),
            None => to.first().and_then(|spellings| spellings.first()).cloned().map(Outcome::Value),
        }
    }
}
