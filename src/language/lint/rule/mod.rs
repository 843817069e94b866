//! The lints, one in each file; what a lint needs beside itself stands in the file named after it.

pub mod ambiguous_row;
pub mod contrary_row;
pub mod dependency_cycle;
pub mod echo_loop;
mod echo_value;
pub mod hopeless_test;
mod left_behind;
pub mod lossy_round_trip;
pub mod lost_status;
pub mod missing_because;
pub mod missing_required;
pub mod muted_arrow;
mod plain_state;
mod same_match;
pub mod swallowed_value;
pub mod two_writers;
mod unfilled_by_table;
pub mod unmapped_value;
pub mod unmatched_create;
pub mod unreachable_row;
pub mod unreachable_state;
pub mod unused_function;
pub mod unused_property;
pub mod unused_read;
pub mod unused_setting;
pub mod unused_table;
mod way;
