//! Text to trees: shape without meaning.
//!
//! Never fails: gives a tree with holes, and findings. No name has a meaning here.

pub mod expression;
pub mod expression_parser;
