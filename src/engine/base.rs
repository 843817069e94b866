//! The base: the raw values last seen on both sides, kept per field that is written.
//!
//! A side has changed when its value differs from its own half, so an echo of our own write is
//! no change. Rules that write one field in turn share its base, so that the field follows
//! whichever of them holds. Knows nothing of how a rule's text is laid out, but for bases of old.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::language::plan::{Arrow, FieldRule, Pipeline, RuleBody, Side};
use crate::value::Value;

/// The raw values last seen on both sides, of one written field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseValues {
    /// The left side's.
    pub left: Value,
    /// The right side's.
    pub right: Value,
    /// How the rule carried its values over; `None`: kept before that was noted.
    pub by: Option<String>,
    /// What was sent, where the peer keeps something else of it.
    #[serde(default, with = "super::noted")]
    pub sent: Option<Value>,
    /// What the side was sent last, and how often since its source changed.
    pub fought: Option<Fought>,
}

/// A write that may be the same each time: the side took it, and later came to hold something else, the same as before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fought {
    /// What the side was sent.
    pub sent: Value,
    /// In the place of what. What a side moves by its own trade is another value each time, and is no fight.
    #[serde(default)]
    pub held: Value,
    /// How often, one after the other.
    pub times: u32,
}

impl BaseValues {
    /// Both halves.
    pub fn new(left: Value, right: Value) -> Self {
        Self { left, right, by: None, sent: None, fought: None }
    }

    /// The half of a side.
    pub fn of(&self, side: Side) -> &Value {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }

    /// The half of a side, to be changed.
    pub fn of_mut(&mut self, side: Side) -> &mut Value {
        match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        }
    }

    /// Whether both halves are the same.
    pub fn same(&self, other: &Self) -> bool {
        self.left == other.left && self.right == other.right
    }
}

/// Bases by written field.
pub type Base = BTreeMap<String, BaseValues>;

/// The values last seen by a rule, or by the one that wrote its field in its place.
pub fn known(base: &Base, rule: &FieldRule) -> Option<BaseValues> {
    let entry = |side: Side| base.get(&field_key(rule, side)?);
    let found = match rule.arrow {
        Arrow::Right => entry(Side::Right).cloned(),
        Arrow::Left => entry(Side::Left).cloned(),
        // Each side counts as changed towards the field that it is the source of.
        Arrow::Both => entry(Side::Right)
            .zip(entry(Side::Left))
            .map(|(right, left)| BaseValues { right: left.right.clone(), ..right.clone() }),
    };
    match found {
        // Another rule carried its value over before this one held.
        Some(found) => {
            (rule.when.is_none() || found.by.as_ref().is_none_or(|by| *by == carries(rule))).then_some(found)
        }
        None if rule.when.is_some() && rule.arrow != Arrow::Both => None,
        None => of_old(base, rule).map(|(_, values)| values.clone()),
    }
}

/// What was sent to a side and is kept there as something else.
pub fn sent_to<'b>(base: &'b Base, rule: &FieldRule, target: Side) -> Option<&'b BaseValues> {
    base.get(&field_key(rule, target)?).filter(|entry| entry.sent.is_some())
}

/// What was sent to a side in the place of something else, and how often.
pub fn fought<'b>(base: &'b Base, rule: &FieldRule, target: Side) -> Option<&'b Fought> {
    base.get(&field_key(rule, target)?)?.fought.as_ref()
}

/// What follows from a write of a field for its base.
#[derive(Clone, Debug)]
pub struct Wrote {
    /// The side written.
    pub side: Side,
    /// What it was sent, where it keeps something else of that.
    pub kept: Option<Value>,
    /// How often the same was written in the place of the same.
    pub fought: Option<Fought>,
}

/// Keeps the values of a rule under each field that it writes. `wrote`: what was written just now.
pub fn keep(base: &mut Base, pipeline: &Pipeline, rule: &FieldRule, values: &BaseValues, wrote: Option<&Wrote>) {
    while let Some(old) = of_old(base, rule).map(|(key, _)| key.clone()) {
        base.remove(&old);
    }
    for side in [Side::Right, Side::Left] {
        let Some(key) = field_key(rule, side) else { continue };
        let adds = rule.path(side).is_some_and(|path| pipeline.record(side).adds_to(path));
        let before = base.get(&key).filter(|old| adds || old.of(side) == values.of(side));
        let (sent, fought) = match wrote {
            Some(wrote) if wrote.side == side => (wrote.kept.clone(), wrote.fought.clone()),
            Some(_) => (before.and_then(|old| old.sent.clone()), None),
            // Nothing was written: both sides were seen to agree.
            None => (before.and_then(|old| old.sent.clone()), None),
        };
        let (left, right) = (values.left.clone(), values.right.clone());
        let entry = BaseValues { left, right, by: Some(carries(rule)), sent, fought };
        base.insert(key, entry);
    }
}

/// What the keys of a base begin with that stand for what a person took and that is not written yet.
const TAKEN: &str = "take ";

/// The name under which a base has what a side is to be given back by a rule.
pub(super) fn taken_key(rule: &FieldRule, side: Side) -> Option<String> {
    field_key(rule, side).filter(|_| rule.arrow == Arrow::Both).map(|key| format!("{TAKEN}{key}"))
}

/// Whether a name in a base stands for something taken.
pub fn is_taken(key: &str) -> bool {
    key.starts_with(TAKEN)
}

/// Names a field that a rule writes.
fn field_key(rule: &FieldRule, side: Side) -> Option<String> {
    let arrow = if side == Side::Right { "->" } else { "<-" };
    rule.path(side).filter(|_| rule.points(side)).map(|path| format!("{arrow} {path}"))
}

/// How a rule carries values over, beyond where they stand.
fn carries(rule: &FieldRule) -> String {
    match &rule.body {
        RuleBody::Value { table: Some(table), .. } => format!("table {}", table.name),
        RuleBody::Value { via: Some(pipeline), .. } => format!("pipeline {pipeline}"),
        RuleBody::Value { .. } => String::new(),
        RuleBody::List(list) => {
            let path = |rule: &FieldRule, side| rule.path(side).map(ToString::to_string).unwrap_or_default();
            let row =
                |rule: &FieldRule| format!("{} {} {}", path(rule, Side::Left), carries(rule), path(rule, Side::Right));
            list.rules.iter().map(row).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A base as it was kept once: under the rule's own text, whatever its group was called and however it was laid out.
fn of_old<'b>(base: &'b Base, rule: &FieldRule) -> Option<(&'b String, &'b BaseValues)> {
    base.get_key_value(&rule.id).or_else(|| {
        let bare = bare(&rule.id)?;
        base.iter().find(|(key, _)| self::bare(key).as_ref() == Some(&bare))
    })
}

fn bare(id: &str) -> Option<String> {
    id.split_once(": ").map(|(_, text)| text.chars().filter(|sign| !sign.is_whitespace()).collect())
}
