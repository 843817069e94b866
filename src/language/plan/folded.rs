//! A pipeline under the settings of one pair of accounts: which of its rules may carry something, and where to.
//!
//! Worked out once for a pair of accounts, so that a decision asks no setting who owns what. Knows no record: what an
//! account does not carry, and what a condition says, is asked of each.

use super::pipeline::{FieldRule, Pipeline, RuleBody};
use super::side::Side;
use crate::value::Value;

/// Which rules of a pipeline are live under some settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// By the numbers of the rules: whether they may carry something to the left side, and to the right one.
    flows: Vec<[bool; 2]>,
}

impl Folded {
    /// A pipeline under these settings.
    pub fn of(pipeline: &Pipeline, settings: &Value) -> Self {
        let mut flows = Vec::new();
        take(pipeline, &pipeline.rules, settings, &mut flows);
        Self { flows }
    }

    /// Whether a value may flow to `target` by this rule.
    pub fn flows(&self, rule: &FieldRule, target: Side) -> bool {
        let flows = self.flows.get(rule.number);
        flows.is_some_and(|[left, right]| if target == Side::Left { *left } else { *right })
    }

    /// Whether a value may flow anywhere by this rule.
    pub fn is_live(&self, rule: &FieldRule) -> bool {
        Side::BOTH.into_iter().any(|side| self.flows(rule, side))
    }
}

fn take(pipeline: &Pipeline, rules: &[FieldRule], settings: &Value, flows: &mut Vec<[bool; 2]>) {
    for rule in rules {
        flows.push([Side::Left, Side::Right].map(|side| pipeline.flows(rule, side, settings)));
        if let RuleBody::List(list) = &rule.body {
            take(pipeline, &list.rules, settings, flows);
        }
    }
}

/// Numbers the rules of a pipeline, those inside lists too, in the order in which they stand. The next number comes
/// back.
pub fn number(rules: &mut [FieldRule], first: usize) -> usize {
    rules.iter_mut().fold(first, |next, rule| {
        rule.number = next;
        match &mut rule.body {
            RuleBody::List(list) => number(&mut list.rules, next.saturating_add(1)),
            RuleBody::Value { .. } => next.saturating_add(1),
        }
    })
}
