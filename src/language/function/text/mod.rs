//! Functions on text.

pub mod contains;
pub mod cut;
pub mod ends_with;
pub mod join;
pub mod lower;
pub mod matches;
pub mod replace;
pub mod split;
pub mod starts_with;
pub mod text;
pub mod trim;
pub mod upper;
pub mod within;
