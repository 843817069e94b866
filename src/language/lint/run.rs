//! All lints over checked rules.

use super::allow;
use super::model::View;
use super::registry::LINTS;
use crate::diagnostic::Diagnostic;
use crate::language::check::CheckedRules;
use crate::language::source::SourceMap;

/// What all lints find in checked rules, less what the files allow.
pub fn run(rules: &CheckedRules, sources: &SourceMap) -> Vec<Diagnostic> {
    let view = View::new(rules, sources);
    let mut found: Vec<Diagnostic> = LINTS.iter().flat_map(|lint| (lint.check)(&view)).collect();
    allow::apply(&rules.allowed, &mut found);
    found.sort_by_key(|one| (one.primary.span.file, one.primary.span.start));
    // One rule used twice is flagged once.
    found.dedup();
    found
}
