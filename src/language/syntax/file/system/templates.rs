//! `NAME = VALUE` lines, with what is in them.

use super::call::{named_templates, scalars};
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::Found;
use crate::language::syntax::template::{Hole, Template};
use crate::language::syntax::yaml::{Node, Scalar};

/// `NAME = VALUE` lines.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    /// The lines that could be read.
    pub lines: Vec<(String, Template)>,
    /// The holes of all.
    pub holes: Vec<Hole>,
    /// Each as it is written.
    pub written: Vec<Name>,
}

impl Templates {
    /// Reads such lines.
    pub(super) fn of(node: &Node, found: &mut Found) -> Self {
        let holes = scalars(node).into_iter().flat_map(Hole::all).collect();
        let written = scalars(node).into_iter().map(Scalar::name).collect();
        Self { lines: named_templates(node, found), holes, written }
    }
}
