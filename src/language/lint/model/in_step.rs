//! Which pairs of states a table brings about: the states that are in step.
//!
//! Only rows that ask for a value are looked at; what `otherwise` leaves alone is in step with nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::bridge::Bridge;
use super::view::View;
use crate::language::plan::{Outcome, Row, Side};

/// Pairs in step, left state first, each with the row that brings it about and the side that the row asks.
pub struct InStep<'a> {
    pairs: BTreeMap<(String, String), (&'a Row, Side)>,
}

impl<'a> InStep<'a> {
    /// What a table brings about where a rule uses it, in every direction in which the rule may ever flow.
    pub fn of(view: &View<'_>, bridge: &Bridge<'a>) -> Self {
        let mut pairs = BTreeMap::new();
        for target in [Side::Right, Side::Left] {
            if !view.may_flow(bridge.pipeline, bridge.rule, target) {
                continue;
            }
            let creates = view.may_create(bridge.pipeline, target).is_some();
            let asking = bridge.table.rows.iter().filter(|row| row.points(target) && row.instead.is_none());
            for row in asking.filter(|row| creates || !row.on_create) {
                for source in row.sources(target).iter().flatten() {
                    for goal in row.targets(target).iter().flatten() {
                        let (source, goal) = (source.clone(), goal.clone());
                        let pair = if target == Side::Right { (source, goal) } else { (goal, source) };
                        pairs.entry(pair).or_insert((row, target));
                    }
                }
            }
        }
        Self { pairs }
    }

    /// The pairs, each as the state of the side that asks and of the side that is asked.
    pub fn towards(&self, target: Side) -> impl Iterator<Item = (&str, &str, &'a Row, Side)> {
        self.pairs.iter().map(move |((left, right), (row, by))| match target {
            Side::Right => (left.as_str(), right.as_str(), *row, *by),
            Side::Left => (right.as_str(), left.as_str(), *row, *by),
        })
    }

    /// Whether two states are in step, the state of the side that asks first.
    pub fn has(&self, target: Side, source: &str, state: &str) -> bool {
        let pair = match target {
            Side::Right => (source.to_owned(), state.to_owned()),
            Side::Left => (state.to_owned(), source.to_owned()),
        };
        self.pairs.contains_key(&pair)
    }

    /// The states of `target` that are in step with a state of the other side.
    pub fn partners(&self, target: Side, source: &str) -> BTreeSet<String> {
        self.towards(target).filter(|(one, ..)| *one == source).map(|(_, state, ..)| state.to_owned()).collect()
    }
}

/// The row of its own that a table has for a source value in a state of the target, with what it asks for.
pub fn own_row<'a>(bridge: &Bridge<'a>, target: Side, source: &str, state: &str) -> Option<(Outcome, &'a Row)> {
    let row = bridge.speaking(target, source, Some(state)).into_iter().next()?;
    row.outcome(target).map(|outcome| (outcome, row))
}
