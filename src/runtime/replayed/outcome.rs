//! What a decision comes to, as far as anybody outside sees it: what is written, and what stops.
//!
//! Knows no line: the same rule further down in its file is the same rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Decision, Effect, Stop};
use crate::language::plan::Side;
use crate::value::{Record, Value};

/// What a decision comes to.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// What is done: `create`, `update`, `move`, `remove`, `make`, `link`, or `nothing`.
    pub action: &'static str,
    /// To what, `account.record`: a side of the pair, or a record beside it.
    pub to: String,
    pub(super) side: Option<Side>,
    /// The fields that are written, and the states of a move.
    pub fields: BTreeMap<String, Value>,
    /// What stops: the group, where it is one alone, and the kind of finding.
    pub stops: BTreeSet<(Option<String>, String)>,
    /// The same in words.
    pub messages: Vec<String>,
}

impl PartialEq for Outcome {
    fn eq(&self, other: &Self) -> bool {
        let known = |one: &Self| (one.action, one.to.clone());
        known(self) == known(other) && self.fields == other.fields && self.stops == other.stops
    }
}

impl Outcome {
    /// What a decision comes to. `sides`: what the sides are called, the left one first.
    pub fn of(decision: &Decision, sides: &[String; 2]) -> Self {
        let [left_name, right_name] = sides;
        let name = |side: Side| if side == Side::Left { left_name.clone() } else { right_name.clone() };
        let of_stop = |stop: &Stop| (stop.group.clone(), stop.code.to_string());
        let mut outcome = Self {
            action: "nothing",
            stops: decision.stops.iter().map(of_stop).collect(),
            messages: decision.stops.iter().map(|stop| stop.message.clone()).collect(),
            ..Self::default()
        };
        let whole = |fields: &Record| fields.iter().map(|(name, value)| (name.to_string(), value.clone())).collect();
        match &decision.effect {
            None | Some(Effect::Settle { .. }) => {}
            Some(Effect::Link { left, right }) => {
                outcome.action = "link";
                outcome.fields =
                    BTreeMap::from([("left".to_owned(), left.clone()), ("right".to_owned(), right.clone())]);
            }
            Some(Effect::Make(making)) => {
                outcome.action = "make";
                outcome.to = format!("{}.{}", making.record.account, making.record.record);
                outcome.fields = whole(&making.fields);
            }
            Some(effect @ (Effect::Create { side, fields, .. } | Effect::Update { side, fields, .. })) => {
                (outcome.action, outcome.side) = (effect.action().as_str(), Some(*side));
                outcome.to = name(*side);
                outcome.fields = whole(fields);
            }
            Some(effect @ Effect::Remove { side, gone, .. }) => {
                (outcome.action, outcome.side) = (effect.action().as_str(), Some(*side));
                outcome.to = name(*side);
                outcome.fields = BTreeMap::from([("gone".to_owned(), Value::text(gone.as_str()))]);
            }
            Some(effect @ Effect::Move { side, from, to, .. }) => {
                (outcome.action, outcome.side) = (effect.action().as_str(), Some(*side));
                outcome.to = name(*side);
                let state = |state: &String| Value::text(state.as_str());
                outcome.fields = BTreeMap::from([("from".to_owned(), state(from)), ("to".to_owned(), state(to))]);
            }
        }
        outcome
    }

    /// That nothing can be decided at all.
    pub(super) fn without(why: &str) -> Self {
        Self {
            action: "nothing",
            messages: vec![why.to_owned()],
            stops: BTreeSet::from([(None, why.to_owned())]),
            ..Self::default()
        }
    }

    /// Fields that are not the same in another.
    pub(super) fn differing<'o>(&'o self, other: &'o Self) -> BTreeSet<&'o str> {
        let names = self.fields.keys().chain(other.fields.keys());
        names.filter(|name| self.fields.get(*name) != other.fields.get(*name)).map(String::as_str).collect()
    }
}
