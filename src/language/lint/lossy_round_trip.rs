//! What an undirected row carries over comes back the same.

use super::lint::{Lint, View};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::plan::Arrow;

/// The lint.
pub const LINT: Lint = Lint {
    name: "lossy-round-trip",
    severity: Severity::Error,
    summary: "a `<->` row lets two values become one, so that one of them does not come back",
    why: "A value that goes over and comes back as another one overwrites what somebody chose. Several spellings of \
          one value are joined by `|`; several values need rows of their own, with a direction each.",
    flagged: "rows:\n  - Cash, Card <-> Paid",
    mended: "rows:\n  - Cash <-> Paid\n  - Card -> Paid",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for row in view.rules.tables.values().flat_map(|table| &table.rows).filter(|row| row.arrow == Arrow::Both) {
        for (many, one) in [(&row.left, &row.right), (&row.right, &row.left)] {
            let (Some([first]), Some([second])) = (
                many.first().and_then(|cell| cell.first_chunk::<1>()),
                many.get(1).and_then(|cell| cell.first_chunk::<1>()),
            ) else {
                continue;
            };
            let there = one.first().and_then(|cell| cell.first()).map_or("", String::as_str);
            let message = format!("{second} becomes {there} and comes back as {first}");
            let finding = LINT.found(message, row.span, "loses a value");
            found.push(finding.help(format!(
                "join spellings of one value with `|`; else give {second} a row of its own with `->` or `<-`"
            )));
        }
    }
    found
}
