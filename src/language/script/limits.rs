//! The limits of a script call, each with its unit.

use std::time::Duration;

/// Operations of one call. An operation can make a text of [`TEXT_BYTES_MAX`], and not every
/// place that keeps one is counted: the product of the two, shared by the operations that a turn
/// of a loop takes, bounds what a call holds at about 200 MiB.
pub const OPERATIONS_MAX: u64 = 30_000;

/// Nested calls.
pub const CALL_LEVELS_MAX: usize = 32;

/// Nesting of an expression in a script.
pub const EXPRESSION_DEPTH_MAX: usize = 64;

/// Stack of one call, in bytes: three times what the deepest expression in every nested call takes
/// in a debug build. Only what is used is ever held.
pub const STACK_BYTES: usize = 32 * 1024 * 1024;

/// Stack of a worker, in bytes: room for a call, and for what is under way when it begins.
pub const WORKER_STACK_BYTES: usize = STACK_BYTES + 8 * 1024 * 1024;

/// Bytes of a script file.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// Bytes of one text, and of all texts in one list or map.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;

/// Elements of one list, with those of lists inside it.
pub const LIST_ELEMENTS_MAX: usize = 2_000;

/// Entries of one map, with those of maps inside it: an order with a thousand lines has about 9,000.
pub const MAP_ENTRIES_MAX: usize = 10_000;

/// Variables in scope at once.
pub const VARIABLES_MAX: usize = 200;

/// How deep an answer may nest.
pub const ANSWER_DEPTH_MAX: usize = 32;

/// Wall time of one call: a watchdog only, tens of times what [`OPERATIONS_MAX`] take, so that no value ever hangs
/// on how busy a machine is.
pub const CALL_TIME_MAX: Duration = Duration::from_secs(1);

/// Operations between two looks at the clock: one operation can be a long native call.
pub const OPERATIONS_PER_LOOK: u64 = 64;
