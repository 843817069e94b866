//! Text to trees: shape without meaning.
//!
//! Never fails: gives a tree with holes, and findings. No name has a meaning here.

pub mod arrow;
pub mod constant;
pub mod expression;
pub mod expression_advice;
pub mod expression_origin;
pub mod expression_parser;
mod expression_quick;
pub mod expression_scan;
mod expression_text;
pub mod field_spec;
pub mod file;
pub mod graphql;
pub mod indentation;
pub mod keys_said;
pub mod layout;
pub mod mapping;
mod modifier_advice;
mod rule_advice;
pub mod rule_line;
mod rule_quick;
pub mod rule_tree;
pub mod slips;
pub mod system_line;
pub mod template;
pub mod yaml;

pub use rule_tree::{RuleTree, parse};
