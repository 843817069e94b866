//! The lints, in the order in which they are listed.

use super::lint::{Lint, View};
use super::{
    allow, ambiguous_row, contrary_row, dependency_cycle, echo_loop, lossy_round_trip, missing_because,
    missing_required, muted_arrow, swallowed_value, two_writers, unmapped_value, unreachable_row, unreachable_state,
    unused_function, unused_property, unused_read, unused_setting, unused_table,
};
use crate::diagnostic::Diagnostic;
use crate::language::check::CheckedRules;
use crate::language::source::SourceMap;

/// Every lint.
pub const LINTS: &[&Lint] = &[
    &unmapped_value::LINT,
    &missing_because::LINT,
    &ambiguous_row::LINT,
    &unreachable_row::LINT,
    &unreachable_state::LINT,
    &swallowed_value::LINT,
    &contrary_row::LINT,
    &echo_loop::LINT,
    &lossy_round_trip::LINT,
    &two_writers::LINT,
    &missing_required::LINT,
    &dependency_cycle::LINT,
    &unused_table::LINT,
    &unused_read::LINT,
    &unused_setting::LINT,
    &unused_function::LINT,
    &unused_property::LINT,
    &muted_arrow::LINT,
];

/// What all lints find in checked rules, less what the files allow.
pub fn run(rules: &CheckedRules, sources: &SourceMap) -> Vec<Diagnostic> {
    let view = View { rules, sources };
    let mut found: Vec<Diagnostic> = LINTS.iter().flat_map(|lint| (lint.check)(&view)).collect();
    allow::apply(&rules.allowed, &mut found);
    found.sort_by_key(|one| (one.primary.span.file, one.primary.span.start));
    // One rule used twice is flagged once.
    found.dedup();
    found
}
