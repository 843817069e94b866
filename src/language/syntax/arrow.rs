//! The language's one idea: what can flow, and which way.

use std::fmt;

/// Which way an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrow {
    /// `->`
    Right,
    /// `<-`
    Left,
    /// `<->`
    Both,
}

impl Arrow {
    /// The same arrow, seen with the sides changed.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Right => Self::Left,
            Self::Left => Self::Right,
            Self::Both => Self::Both,
        }
    }
}

/// As it is written.
impl fmt::Display for Arrow {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Right => "->",
            Self::Left => "<-",
            Self::Both => "<->",
        })
    }
}
