//! What a place may be: its values where they can be counted, else the constants that it is compared with and what
//! lies between and beside them.

use std::cmp::Ordering;
use std::fmt;

use super::formula::{Test, Told, is_so};
use crate::value::Value;

/// What is known of a place.
#[derive(Clone, Debug)]
pub(super) struct Domain {
    /// As the rules write it, for people.
    pub shown: String,
    /// All values that it may be but nothing; `None`: they cannot be counted.
    pub values: Option<Vec<Value>>,
    /// Whether it may be nothing.
    pub nullable: bool,
    /// Whether its numbers have no fraction.
    pub whole: bool,
}

/// Values of which all tests say the same.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// One value.
    Value(Value),
    /// All between two constants, or beyond the last.
    Between(Option<Value>, Option<Value>),
    /// All that no test names.
    Other,
}

impl Cell {
    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Value(Value::Null))
    }

    /// What a test says of all its values.
    pub(super) fn told(&self, test: &Test) -> Told {
        match (self, test) {
            (Self::Value(value), test) => Told::from(test.of(value)),
            (Self::Between(..) | Self::Other, Test::Is(_)) => Told::No,
            (Self::Other, Test::Ordered(..)) => Told::Fault,
            (Self::Between(after, before), Test::Ordered(operator, constant)) => {
                let is_below = before.as_ref().and_then(|before| before.order(constant)).is_some_and(Ordering::is_le);
                let is_above = after.as_ref().and_then(|after| after.order(constant)).is_some_and(Ordering::is_ge);
                Told::from(match (is_below, is_above) {
                    (true, _) => Some(is_so(*operator, Ordering::Less)),
                    (false, true) => Some(is_so(*operator, Ordering::Greater)),
                    (false, false) => None,
                })
            }
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(Value::Null) => out.write_str("nothing"),
            Self::Value(Value::Text(text)) => out.write_str(text),
            Self::Value(value) => write!(out, "{value}"),
            Self::Between(Some(after), Some(before)) => write!(out, "between {after} and {before}"),
            Self::Between(Some(after), None) => write!(out, "above {after}"),
            Self::Between(None, Some(before)) => write!(out, "below {before}"),
            Self::Between(None, None) | Self::Other => out.write_str("something else"),
        }
    }
}

/// What a place may be, as far as these tests tell its values apart.
pub(super) fn cells(domain: &Domain, tests: &[&Test]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = match &domain.values {
        Some(values) => values.iter().cloned().map(Cell::Value).collect(),
        None => open(domain, tests),
    };
    if domain.nullable {
        cells.push(Cell::Value(Value::Null));
    }
    cells
}

fn open(domain: &Domain, tests: &[&Test]) -> Vec<Cell> {
    let mut constants: Vec<&Value> = Vec::new();
    for constant in tests.iter().map(|test| test.constant()).filter(|constant| !constant.is_null()) {
        if !constants.contains(&constant) {
            constants.push(constant);
        }
    }
    let mut cells: Vec<Cell> = constants.iter().map(|constant| Cell::Value((*constant).clone())).collect();
    let ordering = tests.iter().find(|test| matches!(test, Test::Ordered(..))).map(|test| test.constant());
    let Some(ordering) = ordering else {
        cells.push(Cell::Other);
        return cells;
    };
    constants.retain(|constant| constant.order(ordering).is_some());
    constants.sort_by(|one, other| one.order(other).unwrap_or(Ordering::Equal));
    let first = constants.first().map(|first| Cell::Between(None, Some((*first).clone())));
    let last = constants.last().map(|last| Cell::Between(Some((*last).clone()), None));
    let between = constants.windows(2).filter_map(|pair| match pair {
        [low, high] if !(domain.whole && are_neighbours(low, high)) => {
            Some(Cell::Between(Some((*low).clone()), Some((*high).clone())))
        }
        _ => None,
    });
    cells.extend(first.into_iter().chain(between).chain(last));
    cells
}

/// Whether no whole number lies between two.
fn are_neighbours(low: &Value, high: &Value) -> bool {
    let numbers = low.as_decimal().zip(high.as_decimal());
    numbers
        .is_some_and(|(low, high)| low.floor().checked_add(rust_decimal::Decimal::ONE).is_some_and(|next| next >= high))
}
