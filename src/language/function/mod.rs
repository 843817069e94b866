//! The expression library, one function per file.
//!
//! Pure functions of values; what can fail answers with a sentence that `??` catches. Knows
//! nothing of rules or records.

pub mod date;
pub mod list;

pub mod number;
pub mod reference;
pub mod registry;
pub mod signature;
pub mod text;

pub use signature::{Function, Parameter};
