//! One direction of a table between two state fields, as lints walk it.

use crate::diagnostic::Diagnostic;
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::in_step::{InStep, own_row};
use crate::language::plan::{Outcome, Row, Side, States};

/// One direction of a table between two state fields.
pub(super) struct Way<'a> {
    pub(super) lint: &'a Lint,
    pub(super) view: &'a View<'a>,
    pub(super) bridge: &'a Bridge<'a>,
    pub(super) in_step: &'a InStep<'a>,
    pub(super) target: Side,
    pub(super) source: &'a States,
    pub(super) goal: &'a States,
}

impl Way<'_> {
    /// The values of the side that asks.
    pub(super) fn sources(&self) -> Vec<String> {
        self.bridge.values(self.target.other()).unwrap_or_default()
    }

    /// Whether a row of this direction, whatever it says, names a value.
    pub(super) fn is_named(&self, value: &str) -> bool {
        self.bridge.table.names(self.target, value)
    }

    /// A finding at the `otherwise` row.
    pub(super) fn flag(&self, message: String, at: impl Into<String>) -> Diagnostic {
        let closing = self.bridge.table.closing(self.target).next();
        let span = closing.map_or(self.bridge.table.span, |row| row.span);
        let finding = self.lint.found(message, span, at).label(self.bridge.rule.span, "used here");
        finding.help("give it a row of its own, with `nothing` and a `because` if that is what is meant")
    }

    /// The `otherwise` row that leaves a pair of states alone, where no row speaks of just these two.
    pub(super) fn hidden(&self, value: &str, state: &str) -> Option<&Row> {
        let back = own_row(self.bridge, self.target.other(), state, value);
        let explained = back.is_some_and(|(outcome, _)| !matches!(outcome, Outcome::Value(_)));
        match self.bridge.outcome(self.target, value, Some(state)) {
            Some((Outcome::Nothing | Outcome::Held, row)) if row.is_otherwise(self.target) && !explained => Some(row),
            _ => None,
        }
    }
}
