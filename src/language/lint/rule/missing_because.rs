//! A row that lets a value go nowhere says why.

use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::Instead;

/// The lint.
pub const LINT: Lint = Lint {
    name: "missing-because",
    severity: Severity::Error,
    summary: "a row says `nothing` or `park` and not why",
    why: "`nothing` and `park` are decisions about the business. The reason is what a person reads in the report, in \
          the inbox and in this file years later; without it nobody can tell a decision from an oversight.",
    flagged: "rows:\n  - Open -> Begun\n  - otherwise -> nothing",
    mended: "rows:\n  - Open -> Begun\n  - otherwise -> nothing because the other side closes by itself",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let rows = view.rules.tables.values().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let silent = rows.filter(|(_, row)| row.because.as_ref().is_none_or(|why| why.trim().is_empty()));
    silent
        .filter_map(|(table, row)| {
            let (word, what) = match row.instead.as_ref()? {
                Instead::Nothing => ("nothing", "goes nowhere"),
                Instead::Park => ("park", "waits for a person"),
            };
            let values: Vec<&str> =
                [&row.left, &row.right].into_iter().flatten().flatten().map(String::as_str).collect();
            let whose = if values.is_empty() { "any other value".to_owned() } else { values.join(", ") };
            let message = format!("in table `{}` {whose} {what}, and nobody says why", table.name);
            Some(
                LINT.found(message, row.span, format!("`{word}` without a reason"))
                    .help("end the row with `because …`"),
            )
        })
        .collect()
}
