//! From rule text to an immutable plan: load, parse, resolve, check, lint, lower.

pub mod check;
pub mod compile;
pub mod evaluation;
pub mod function;
pub mod infer;
pub mod lint;
pub mod lower;
pub mod mend;
pub mod plan;
pub mod resolve;
pub mod script;
pub mod source;
pub mod syntax;

pub use compile::{Compilation, compile, compile_loaded, compile_noting, compile_texts};
