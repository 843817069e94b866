//! Value tables: which value on one side becomes which on the other, and in which states.
//!
//! Rows are tried in file order; the checker has shown that at most one applies. Looking up is
//! pure and says which row spoke.

use crate::diagnostic::Span;
use crate::language::plan::pipeline::{Arrow, RuleLine};
use crate::value::Value;

/// A value table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The fields that it stands between, `system.record.field`.
    pub sides: [String; 2],
    /// Where its name stands.
    pub span: Span,
    /// Its rows in file order.
    pub rows: Vec<Row>,
}

/// A row. Left and right are as in the table's `between`.
#[derive(Clone, Debug)]
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
    /// Its place.
    pub span: Span,
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
    /// The same table read from its other side.
    #[must_use]
    pub fn flipped(&self) -> Self {
        let rows = self.rows.iter().map(|row| Row {
            left: row.right.clone(),
            right: row.left.clone(),
            arrow: match row.arrow {
                Arrow::Right => Arrow::Left,
                Arrow::Left => Arrow::Right,
                Arrow::Both => Arrow::Both,
            },
            ..row.clone()
        });
        let [left, right] = self.sides.clone();
        Self { sides: [right, left], rows: rows.collect(), ..self.clone() }
    }

    /// The row for a source value, with its outcome. `forward` reads left to right; `state` is
    /// the target's present value where it exists, `None` on create. An `otherwise` row speaks
    /// only where no other does.
    pub fn look_up(&self, forward: bool, source: &Value, state: Option<&Value>) -> Option<(Outcome, &Row)> {
        let text = source.to_key()?;
        let state = state.map(|value| value.to_key().unwrap_or_default());
        let speaking = |otherwise: bool| {
            self.rows
                .iter()
                .filter(move |row| row.is_otherwise(forward) == otherwise)
                .find(|row| row.applies(forward, &text, state.as_deref()))
        };
        let row = speaking(false).or_else(|| speaking(true))?;
        row.outcome_to(forward).map(|outcome| (outcome, row))
    }

    /// The row for a source value, read left to right; a value that no row names goes by one that differs in case only.
    pub fn look_up_any_case(&self, source: &Value) -> Option<(Outcome, &Row)> {
        let text = source.to_key()?;
        let spellings = || self.rows.iter().filter(|row| row.points(true)).flat_map(|row| row.sources(true)).flatten();
        let same = || spellings().find(|spelling| spelling.to_lowercase() == text.to_lowercase());
        match spellings().any(|spelling| *spelling == text).then_some(&text).or_else(same) {
            Some(spelling) => self.look_up(true, &Value::text(spelling.as_str()), None),
            None => self.look_up(true, source, None),
        }
    }

    /// Whether some row, in whatever state of the target, makes `present` of a source value.
    pub fn leads_to(&self, forward: bool, source: &str, present: &str) -> bool {
        self.leading(forward, source).any(|row| row.is_held(forward, present))
    }

    /// Whether two values are what the rules mean by one another, read in either direction. A row with a `because`
    /// makes the nearest there is, which goes on being told.
    pub fn in_step(&self, forward: bool, source: &str, present: &str) -> bool {
        let meant = |forward: bool, from: &str, to: &str| {
            self.leading(forward, from).any(|row| row.because.is_none() && row.is_held(forward, to))
        };
        meant(forward, source, present) || meant(!forward, present, source)
    }

    fn leading(&self, forward: bool, source: &str) -> impl Iterator<Item = &Row> {
        let named = move |row: &&Row| row.sources(forward).iter().flatten().any(|spelling| spelling == source);
        self.rows.iter().filter(move |row| row.points(forward)).filter(named)
    }
}

impl Row {
    /// Whether the arrow points this way.
    pub fn points(&self, forward: bool) -> bool {
        match self.arrow {
            Arrow::Both => true,
            Arrow::Right => forward,
            Arrow::Left => !forward,
        }
    }

    /// The values that it reads in a direction; empty: `otherwise`.
    pub fn sources(&self, forward: bool) -> &[Vec<String>] {
        if forward { &self.left } else { &self.right }
    }

    /// The values that it asks for in a direction.
    pub fn targets(&self, forward: bool) -> &[Vec<String>] {
        if forward { &self.right } else { &self.left }
    }

    /// Whether it closes a direction.
    pub fn is_otherwise(&self, forward: bool) -> bool {
        self.points(forward) && self.sources(forward).is_empty()
    }

    /// Whether it speaks for a source value in a state of the target (`None`: on create). An
    /// `otherwise` row would speak for every value.
    pub fn applies(&self, forward: bool, source: &str, state: Option<&str>) -> bool {
        let sources = self.sources(forward);
        let named = sources.is_empty() || sources.iter().flatten().any(|spelling| spelling == source);
        let stands = match state {
            None => self.from.is_empty(),
            Some(_) if self.on_create => false,
            Some(present) => self.from.is_empty() || self.from.iter().any(|from| from == present),
        };
        self.points(forward) && named && stands
    }

    /// What it comes to in a direction.
    pub fn outcome_to(&self, forward: bool) -> Option<Outcome> {
        match &self.outcome {
            Some(outcome) => Some(outcome.clone()),
            None => self.targets(forward).first().and_then(|spellings| spellings.first()).cloned().map(Outcome::Value),
        }
    }

    /// Whether the target holds already what the row asks for, in any of its spellings.
    pub fn is_held(&self, forward: bool, present: &str) -> bool {
        self.targets(forward).iter().flatten().any(|spelling| spelling == present)
    }
}
