//! Rhai behind bars: pure, bounded.
//!
//! A script maps values to a value. It cannot read clock, network, files or store, and every
//! resource it uses has a limit.

pub mod convert;
pub mod host;
pub mod limits;

pub use host::{ScriptFunction, ScriptSet};
