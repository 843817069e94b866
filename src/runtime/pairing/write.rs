//! One write outside: ready to be journalled, and then with what the peer answered.

use crate::connector::Row;
use crate::engine::Decision;
use crate::language::plan::{RuleLine, Side};
use crate::value::Value;

/// One write outside.
pub(crate) struct Write<'a> {
    pub side: Side,
    pub id: Option<String>,
    pub fields: Value,
    pub rules: Option<&'a [String]>,
    pub lines: &'a [RuleLine],
    pub partial: bool,
    /// What led to it.
    pub decision: &'a Decision,
    /// The peer's answer, where there is one by now.
    pub answer: Option<Row>,
}

/// The word for an action that was carried out.
pub(super) fn past(action: &str) -> &'static str {
    match action {
        "create" => "created",
        "move" => "moved",
        "remove" => "removed",
        _ => "updated",
    }
}

/// The word for an action.
pub(super) fn action_word(action: &str) -> &'static str {
    ["create", "move"].into_iter().find(|known| *known == action).unwrap_or("update")
}
