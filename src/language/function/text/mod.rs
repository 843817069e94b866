//! Functions on text.

pub mod contains;
pub mod lower;
pub mod starts_with;
pub mod text;
pub mod trim;
pub mod upper;
