//! One write outside, ready to be journalled.

use crate::engine::Lost;
use crate::language::plan::{RuleLine, Side};
use crate::value::Value;

/// One write outside, ready to be journalled.
pub(crate) struct Write<'a> {
    pub side: Side,
    pub id: Option<String>,
    pub fields: Value,
    pub rules: Option<&'a [String]>,
    pub lines: &'a [RuleLine],
    pub partial: bool,
    pub lost: &'a [Lost],
}
