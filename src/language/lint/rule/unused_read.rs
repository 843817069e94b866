//! A `with:` entry that no rule reads.

use super::missing_required;
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::plan::WithRead;

/// The lint.
pub const LINT: Lint = Lint {
    name: "unused-read",
    severity: Severity::Warning,
    summary: "no rule reads this `with:` entry",
    why: "It costs calls at every decision and changes none.",
    flagged: "with:\n  rep: depot.person where .email == shop.email, at most one   # and no rule says `rep`",
    mended: "- rep.number -> depot.seller",
    check,
};

fn check(view: &View<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let lacking = missing_required::lacking(view, pipeline);
        for read in &pipeline.with {
            let by_rules = pipeline.expressions().any(|one| one.mentions(&read.name));
            let by_reads = pipeline.with.iter().flat_map(WithRead::expressions).any(|part| part.mentions(&read.name));
            // What creating lacks is what was meant to read it.
            let is_lacking = || lacking.contains(&read.name);
            if !by_rules && !by_reads && !is_lacking() {
                let span = read.condition.tree().span;
                found.push(LINT.found(format!("no rule reads `{}`", read.name), span, "read for nothing"));
            }
        }
    }
    found
}
