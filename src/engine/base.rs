//! The base: the raw values last seen on both sides, kept per rule.
//!
//! A side has changed when its value differs from its own half, so an echo of our own write is
//! no change.

use std::collections::BTreeMap;

use crate::language::plan::Side;
use crate::value::Value;

/// The raw values last seen on both sides, of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseValues {
    /// The left side's.
    pub left: Value,
    /// The right side's.
    pub right: Value,
}

impl BaseValues {
    /// The half of a side.
    pub fn of(&self, side: Side) -> &Value {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The half of a side, to be changed.
    pub fn of_mut(&mut self, side: Side) -> &mut Value {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }
}

/// Bases by rule.
pub type Base = BTreeMap<String, BaseValues>;
