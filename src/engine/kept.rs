//! What a peer makes of a value that it was sent: rounded, trimmed, merged, or never shown again.
//!
//! A difference that our own write left is settled, and remembered with what was asked for. Knows nothing of why a
//! peer does so.

use super::base::{Base, BaseValues, sent_to};
use super::flow::{Ask, ask};
use super::scope::Context;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, RuleLine, Side};
use crate::value::{Path, Value};

/// Letters that are shown of the rows of a list.
const ROWS_SHOWN: usize = 200;

/// A field that a peer keeps otherwise than it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The group.
    pub group: String,
    /// In a sentence, with the system's name.
    pub text: String,
    /// The rule.
    pub line: RuleLine,
}

/// What the rule would ask of the side at once again after a write of it; `None`: the peer holds what it was sent.
pub(super) fn otherwise(
    context: &Context<'_>,
    rule: &FieldRule,
    (side, sent): (Side, &Value),
    values: &BaseValues,
) -> Option<Value> {
    let path = rule.path(side)?;
    sent.as_record().filter(|fields| fields.keys().any(|name| begins(path, name)))?;
    match ask(context, rule, side, (values, None)) {
        // A single value that was not sent like this is no repetition.
        Ok(Some(Ask::Write(_, wanted))) => {
            (matches!(rule.body, RuleBody::List(_)) || path.read(sent) == wanted).then_some(wanted)
        }
        _ => None,
    }
}

fn begins(path: &Path, name: &str) -> bool {
    let path = path.to_string();
    path.split(['.', '[']).next() == Some(name)
}

/// What a write shows for the first time of how a side keeps what it is sent.
pub fn news(pipeline: &Pipeline, side: Side, before: Option<&Base>, after: &Base) -> Vec<Kept> {
    let told = |rule: &FieldRule| {
        let entry = sent_to(after, rule, side)?;
        let sent = entry.sent.as_ref()?;
        let known = before.and_then(|before| sent_to(before, rule, side)).and_then(|entry| entry.sent.as_ref());
        (known != Some(sent)).then(|| Kept {
            group: rule.group.clone(),
            text: text(&pipeline.record(side).system, rule, side, (entry.of(side), sent)),
            line: rule.line.clone(),
        })
    };
    pipeline.rules.iter().filter(|rule| !rule.on_create).filter_map(told).collect()
}

fn text(system: &str, rule: &FieldRule, side: Side, (held, sent): (&Value, &Value)) -> String {
    let path = rule.path(side).map(ToString::to_string).unwrap_or_default();
    match &rule.body {
        RuleBody::List(_) => {
            let rows: String = sent.to_string().chars().take(ROWS_SHOWN).collect();
            format!("{system} keeps `{path}` otherwise than it was sent: {rows}")
        }
        RuleBody::Value { .. } if held.is_null() => format!("{system} does not show {sent} in `{path}`"),
        RuleBody::Value { .. } => format!("{system} keeps {held} of {sent} in `{path}`"),
    }
}
