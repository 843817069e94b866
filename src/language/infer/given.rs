//! What an expression gives, and what inferring it works with.

use crate::language::resolve::{Names, Sink};
use crate::value::Kind;

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What kind of value, as far as that is known.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

impl Given {
    /// A value of a kind, which is always there.
    pub fn always(kind: Kind) -> Self {
        Self { kind, nullable: false }
    }

    /// A value of a kind, or null.
    pub fn or_null(kind: Kind) -> Self {
        Self { kind, nullable: true }
    }
}

/// Names, and where findings go.
pub(super) struct Inference<'a, 'n> {
    pub(super) names: &'a Names<'n>,
    pub(super) sink: &'a mut Sink,
}
