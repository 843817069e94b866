//! Rule files as text.
//!
//! Owns finding, reading and numbering the files of a rule set, be they on the disk or open in an editor. Knows YAML's
//! file endings, not its grammar.

pub mod bare_secrets;
pub mod copies;
pub mod letters;
pub mod loader;
pub mod overlay;
pub mod rule_set;
pub mod source_map;

pub use loader::load;
pub use overlay::Overlay;
pub use rule_set::RuleSet;
pub use source_map::{SourceFile, SourceMap};
