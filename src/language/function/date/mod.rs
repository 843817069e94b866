//! Functions of dates.

#[allow(clippy::module_inception, reason = "one function per file, named after it")]
pub mod date;
