//! Rule files as text.
//!
//! Owns finding, reading and numbering the files of a rule set. Knows YAML's file endings, not
//! its grammar.

pub mod copies;
pub mod letters;
pub mod loader;
pub mod source_map;

pub use loader::load;
pub use source_map::{SourceFile, SourceMap};
