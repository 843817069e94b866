//! A table that no rule uses.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::usage;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-table",
    severity: Severity::Warning,
    summary: "no rule uses this table",
    why: "It reads as if it did something. Take it out, or let a rule go `via table` through it.",
    flagged: "table: colours   # and no rule says `via table colours`",
    mended: "- shop.colour -> depot.colour   via table colours",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut used = usage::tables(view);
    used.extend(view.bridges.iter().map(|bridge| bridge.table.name.clone()));
    let idle = view.rules.tables.values().filter(|table| !used.contains(&table.name));
    idle.map(|table| LINT.found(format!("no rule uses table `{}`", table.name), table.span, "never used")).collect()
}
