//! The lints, in the order in which they are listed.

use super::lint::Lint;
use super::rule::{
    ambiguous_row, contrary_row, dependency_cycle, echo_loop, hopeless_condition, hopeless_test, impossible_create,
    lossy_round_trip, lost_status, misread_field, missing_because, missing_required, muted_arrow, odd_shape,
    over_budget, own_target, swallowed_value, two_writers, uncreated_target, undemanded_create, unmapped_value,
    unmatched_create, unowned_make, unreachable_row, unreachable_state, unused_function, unused_property, unused_read,
    unused_setting, unused_table, wiping_empty,
};

/// Every lint.
pub const LINTS: &[&Lint] = &[
    &unmapped_value::LINT,
    &missing_because::LINT,
    &ambiguous_row::LINT,
    &unreachable_row::LINT,
    &unreachable_state::LINT,
    &swallowed_value::LINT,
    &lost_status::LINT,
    &contrary_row::LINT,
    &echo_loop::LINT,
    &lossy_round_trip::LINT,
    &two_writers::LINT,
    &own_target::LINT,
    &missing_required::LINT,
    &unmatched_create::LINT,
    &dependency_cycle::LINT,
    &uncreated_target::LINT,
    &undemanded_create::LINT,
    &impossible_create::LINT,
    &hopeless_condition::LINT,
    &unowned_make::LINT,
    &hopeless_test::LINT,
    &misread_field::LINT,
    &odd_shape::LINT,
    &over_budget::LINT,
    &wiping_empty::LINT,
    &unused_table::LINT,
    &unused_read::LINT,
    &unused_setting::LINT,
    &unused_function::LINT,
    &unused_property::LINT,
    &muted_arrow::LINT,
];
