//! Value tables: which value on one side becomes which on the other, and in which states.
//!
//! Rows are tried in file order; the checker has shown that at most one applies. Looking up is
//! pure and says which row spoke; what lint proves of a table and what the engine does is this.

use std::collections::HashMap;

use crate::diagnostic::Span;
use crate::language::plan::rule_line::RuleLine;
use crate::language::plan::side::Side;
use crate::language::syntax::arrow::Arrow;
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
    /// The rows that point to the right.
    to_right: Towards,
    /// The rows that point to the left.
    to_left: Towards,
}

/// The rows of one direction, by their places.
#[derive(Clone, Debug, Default)]
struct Towards {
    /// Those that name a value, in file order.
    named: HashMap<String, Vec<usize>>,
    /// Values that differ in case only, as the first row spells them.
    any_case: HashMap<String, String>,
    /// Those that say `otherwise`.
    closing: Vec<usize>,
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
    /// What stands at the arrow's head in place of a value, if anything: nothing, or a person.
    pub instead: Option<Instead>,
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

/// What a row says in place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instead {
    /// Nothing is to be done.
    Nothing,
    /// A person is told.
    Park,
}

/// What a source value comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This value is wanted.
    Value(String),
    /// The target holds already what the row asks for.
    Held,
    /// Nothing is to be done.
    Nothing,
    /// A person is told.
    Park,
}

impl Towards {
    fn new(rows: &[Row], target: Side) -> Self {
        let mut found = Self::default();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.points(target)) {
            for spelling in row.sources(target).iter().flatten() {
                let known = found.named.entry(spelling.clone()).or_default();
                if known.last() != Some(&at) {
                    known.push(at);
                }
                found.any_case.entry(spelling.to_lowercase()).or_insert_with(|| spelling.clone());
            }
            if row.is_otherwise(target) {
                found.closing.push(at);
            }
        }
        found
    }
}

impl Table {
    /// A table between two fields, `system.record.field`.
    pub fn new(name: impl Into<String>, sides: [String; 2], rows: Vec<Row>, span: Span) -> Self {
        let [to_right, to_left] = [Side::Right, Side::Left].map(|target| Towards::new(&rows, target));
        Self { name: name.into(), sides, span, rows, to_right, to_left }
    }

    /// The same table read from its other side.
    #[must_use]
    pub fn flipped(&self) -> Self {
        let rows = self.rows.iter().map(|row| Row {
            left: row.right.clone(),
            right: row.left.clone(),
            arrow: row.arrow.flipped(),
            ..row.clone()
        });
        let [left, right] = self.sides.clone();
        Self::new(self.name.clone(), [right, left], rows.collect(), self.span)
    }

    /// The field that it is read towards, `system.record.field`.
    pub fn field(&self, target: Side) -> &str {
        let [left, right] = &self.sides;
        if target == Side::Left { left } else { right }
    }

    fn towards(&self, target: Side) -> &Towards {
        match target {
            Side::Right => &self.to_right,
            Side::Left => &self.to_left,
        }
    }

    fn rows_at<'t>(&'t self, places: Option<&'t Vec<usize>>) -> impl Iterator<Item = &'t Row> {
        places.into_iter().flatten().filter_map(|at| self.rows.get(*at))
    }

    /// The rows towards `target` that name a value, whatever the state, in file order.
    pub fn naming<'t>(&'t self, target: Side, source: &str) -> impl Iterator<Item = &'t Row> {
        self.rows_at(self.towards(target).named.get(source))
    }

    /// Whether a row towards `target` names a value, whatever it says.
    pub fn names(&self, target: Side, source: &str) -> bool {
        self.towards(target).named.contains_key(source)
    }

    /// The `otherwise` rows of a direction.
    pub fn closing(&self, target: Side) -> impl Iterator<Item = &Row> {
        self.rows_at(Some(&self.towards(target).closing))
    }

    /// What a source value comes to on `target`, whose present value is `state` (`None`: on create), and the row that
    /// says so. An `otherwise` row speaks only where no other does.
    pub fn outcome(&self, target: Side, source: &str, state: Option<&str>) -> Option<(Outcome, &Row)> {
        let row = self.naming(target, source).find(|row| row.stands(state));
        let row = row.or_else(|| self.closing(target).find(|row| row.stands(state)))?;
        let outcome = row.outcome(target)?;
        let held = matches!(outcome, Outcome::Value(_)) && state.is_some_and(|present| row.is_held(target, present));
        Some((if held { Outcome::Held } else { outcome }, row))
    }

    /// What a value is mapped to, read left to right; a value that no row names goes by one that differs in case only.
    pub fn mapped(&self, source: &Value) -> Option<(Outcome, &Row)> {
        let text = source.to_key()?;
        let rows = self.towards(Side::Right);
        let named = match rows.any_case.get(&text.to_lowercase()) {
            Some(spelling) if !rows.named.contains_key(&text) => spelling,
            _ => &text,
        };
        self.outcome(Side::Right, named, None)
    }

    /// Whether some row, in whatever state of the target, makes `present` of a source value.
    pub fn leads_to(&self, target: Side, source: &str, present: &str) -> bool {
        self.naming(target, source).any(|row| row.is_held(target, present))
    }

    /// Whether two values are what the rules mean by one another, read in either direction. A row with a `because`
    /// makes the nearest there is, which goes on being told.
    pub fn in_step(&self, target: Side, source: &str, present: &str) -> bool {
        let meant = |target: Side, from: &str, to: &str| {
            self.naming(target, from).any(|row| row.because.is_none() && row.is_held(target, to))
        };
        meant(target, source, present) || meant(target.other(), present, source)
    }
}

impl Row {
    /// Whether the arrow points at a side.
    pub fn points(&self, target: Side) -> bool {
        self.arrow.points(target)
    }

    /// The values that it reads towards a side; empty: `otherwise`.
    pub fn sources(&self, target: Side) -> &[Vec<String>] {
        self.cell(target.other())
    }

    /// The values that it asks for on a side.
    pub fn targets(&self, target: Side) -> &[Vec<String>] {
        self.cell(target)
    }

    fn cell(&self, side: Side) -> &[Vec<String>] {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// Whether it closes a direction.
    pub fn is_otherwise(&self, target: Side) -> bool {
        self.points(target) && self.sources(target).is_empty()
    }

    /// Whether it applies in a state of the target; `None`: on create.
    pub fn stands(&self, state: Option<&str>) -> bool {
        match state {
            None => self.from.is_empty(),
            Some(_) if self.on_create => false,
            Some(present) => self.from.is_empty() || self.from.iter().any(|from| from == present),
        }
    }

    /// What it asks of a side, whatever that holds.
    pub fn outcome(&self, target: Side) -> Option<Outcome> {
        match &self.instead {
            Some(Instead::Nothing) => Some(Outcome::Nothing),
            Some(Instead::Park) => Some(Outcome::Park),
            None => self.targets(target).first().and_then(|spellings| spellings.first()).cloned().map(Outcome::Value),
        }
    }

    /// What `mapped` gives for a value that leads to this row, or why a person is asked.
    ///
    /// # Errors
    /// The row's own words, or that it asks for a person.
    pub fn given(&self, outcome: Outcome, value: &Value) -> Result<Value, String> {
        match outcome {
            Outcome::Value(text) => Ok(Value::text(text)),
            Outcome::Nothing | Outcome::Held => Ok(Value::Null),
            Outcome::Park => Err(self.because.clone().unwrap_or_else(|| format!("{value} asks for a person"))),
        }
    }

    /// Whether a side holds already what the row asks for, in any of its spellings.
    pub fn is_held(&self, target: Side, present: &str) -> bool {
        self.targets(target).iter().flatten().any(|spelling| spelling == present)
    }
}
