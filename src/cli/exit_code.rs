//! What exit codes mean, for every command.

/// It worked.
pub const OK: u8 = 0;

/// The rules have errors.
pub const INVALID: u8 = 1;

/// Wrong usage.
pub const USAGE: u8 = 2;

/// Tests failed.
pub const TESTS_FAILED: u8 = 4;

/// It did not work, or something is left.
pub const FAILED: u8 = 3;

/// Whoever read the output went away: as if SIGPIPE had ended the process.
pub const NOBODY_READS: u8 = 141;
