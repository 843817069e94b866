//! The two sides of a pipeline, in the order of `between`.
//!
//! Whatever goes from one side to the other names the side that it goes to; no direction is a truth value.

use serde::{Deserialize, Serialize};

use crate::language::syntax::arrow::Arrow;

/// One of the two sides of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Side {
    /// The first of `between`.
    Left,
    /// The second.
    Right,
}

impl Side {
    /// Both, the left one first.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The opposite side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// `left` or `right`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

impl Arrow {
    /// Whether it points at a side.
    pub fn points(self, target: Side) -> bool {
        match target {
            Side::Left => self != Self::Right,
            Side::Right => self != Self::Left,
        }
    }
}
