//! What is named in a rule set, and every place where it is: for definitions, references and new names.
//!
//! Places outside expressions are read from the trees, those inside from what the compiler took each name for. Knows no
//! protocol.

pub mod index;
mod pipelines;
mod settings;
pub mod symbol;
mod systems;
mod tests;
mod walk;

pub use index::Index;
pub use symbol::{Occurrence, Symbol};
