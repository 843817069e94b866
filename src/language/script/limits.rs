//! The limits of a script call, each with its unit.

use std::time::Duration;

/// Operations of one call.
pub const OPERATIONS_MAX: u64 = 100_000;

/// Nested calls.
pub const CALL_LEVELS_MAX: usize = 32;

/// Nesting of an expression in a script.
pub const EXPRESSION_DEPTH_MAX: usize = 64;

/// Bytes of one text.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

/// Elements of one list.
pub const LIST_ELEMENTS_MAX: usize = 2_000;

/// Entries of one map.
pub const MAP_ENTRIES_MAX: usize = 500;

/// Wall time of one call.
pub const CALL_TIME_MAX: Duration = Duration::from_millis(100);

/// Operations between two looks at the clock: one operation can be a long native call.
pub const OPERATIONS_PER_LOOK: u64 = 64;
