//! One rule in one direction: what the source asks of the target, if anything.

use super::base::BaseValues;
use super::hidden::Hidden;
use super::ledger::Came;
use super::list_rule;
use super::park::Stop;
use super::rule::{Wanted, raw, wanted};
use super::scope::Context;
use super::target_field::{is_state, write_only};
use super::wiping;
use crate::language::plan::heard;
use crate::language::plan::{FieldRule, RuleBody, Side, States};
use crate::value::{Path, Value};

/// What the target is asked for.
pub enum Ask {
    /// To hold this value at this path.
    Write(Path, Value),
    /// To take a step towards a state.
    Move {
        /// From.
        from: String,
        /// To.
        to: String,
        /// The state that is wanted in the end.
        goal: String,
    },
}

/// The raw value of a rule on a side; of a field that the peer never gives back, what was last sent.
///
/// # Errors
/// [`Stop`] where the expression fails.
pub fn seen(context: &Context<'_>, rule: &FieldRule, side: Side, base: Option<&BaseValues>) -> Result<Value, Stop> {
    if write_only(context.pipeline, rule, side).is_some() {
        return Ok(base.map(|base| base.of(side).clone()).unwrap_or_default());
    }
    let raw = raw(context, rule, side)?;
    Ok(match Hidden::of(context.pipeline, rule, side) {
        Some(hidden) => hidden.known(raw, base),
        None => raw,
    })
}

/// What the other side's value asks of `target`; `None`: it holds that already, the rules say that nothing is to be
/// done, or the peer was `sent` that before and still holds what it made of it.
///
/// # Errors
/// Every [`Stop`] that keeps the value from being carried over.
pub fn ask(
    context: &Context<'_>,
    rule: &FieldRule,
    target: Side,
    (values, sent): (&BaseValues, Option<&BaseValues>),
) -> Result<Option<Ask>, Vec<Stop>> {
    let one = |stop: Stop| vec![stop];
    let Some(path) = rule.path(target).cloned() else { return Ok(None) };
    let _speaking = context.speaks(&rule.line);
    heard::towards(target);
    if context.untouched(target, &path).map_err(one)? {
        return rests(context, rule, target, Came::Untouched);
    }
    let held = context.situation.record(target).cloned().unwrap_or_default();
    let present = match write_only(context.pipeline, rule, target) {
        Some(_) => values.of(target).clone(),
        None => path.read(&held),
    };
    let value = match &rule.body {
        RuleBody::List(list) => {
            let rows = list_rule::desired(context, list, target, None)?;
            let present = match Hidden::of(context.pipeline, rule, target) {
                Some(hidden) => hidden.held(&present, values.of(target), &rows),
                None => present,
            };
            let named = |name: &str| format!("{}.{path}{name}", context.pipeline.record(target).system);
            let source = rule.path(target.other()).zip(context.situation.record(target.other()));
            let source = source.map(|(path, record)| path.read(record)).unwrap_or_default();
            let mut wiped = Vec::new();
            let change = if context.pipeline.record(target).adds_to(&path) {
                list_rule::additions(list, &rows, &present, sent.and_then(|entry| entry.sent.as_ref()))
            } else {
                if source.is_null() && present.as_list().is_some_and(|rows| !rows.is_empty()) && !rule.or_clear {
                    return Err(vec![wiping::stop(rule, &named(""), (&source, &present))]);
                }
                list_rule::change(list, target, &rows, &present, &mut wiped)
            };
            if let Some(wiped) = wiped.first() {
                let name = named(&format!("[].{}", wiped.name));
                return Err(vec![wiping::stop(wiped.rule, &name, (&wiped.wanted, &wiped.present))]);
            }
            match change {
                Some(value) => value,
                None => return rests(context, rule, target, Came::InStep),
            }
        }
        RuleBody::Value { .. } => {
            let source = values.of(target.other()).clone();
            match wanted(context, rule, target, source, Some(&present)).map_err(one)? {
                Wanted::Value(value) if wiping::wipes(rule, &value, &present) => {
                    let name = format!("{}.{path}", context.pipeline.record(target).system);
                    return Err(vec![wiping::stop(rule, &name, (&value, &present))]);
                }
                Wanted::Value(value) if value != present => value,
                Wanted::Value(_) => return rests(context, rule, target, Came::InStep),
                Wanted::Nothing => return Ok(None),
            }
        }
    };
    if sent.is_some_and(|entry| entry.sent.as_ref() == Some(&value) && entry.of(target) == values.of(target)) {
        return rests(context, rule, target, Came::Sent(value));
    }
    match context.pipeline.record(target).states.as_ref().filter(|_| is_state(context.pipeline, rule, target)) {
        Some(states) => step_towards(states, rule, (&held, &value)).map(Some).map_err(one),
        None => Ok(Some(Ask::Write(path, value))),
    }
}

/// Nothing is asked for, which is noted with its reason.
fn rests(context: &Context<'_>, rule: &FieldRule, target: Side, came: Came) -> Result<Option<Ask>, Vec<Stop>> {
    context.came(&rule.line, Some(target), |_| came);
    Ok(None)
}

/// A legal step towards a state.
///
/// # Errors
/// [`Stop`] where none leads there.
pub(super) fn step_towards(states: &States, rule: &FieldRule, (held, goal): (&Value, &Value)) -> Result<Ask, Stop> {
    let from = held.field(&states.field).to_key().unwrap_or_default();
    let goal = goal.to_key().unwrap_or_default();
    match states.first_step(&from, &goal) {
        Some(step) => Ok(Ask::Move { from: step.from.clone(), to: step.to.clone(), goal }),
        None => {
            let message = format!("no call leads from {from} to {goal}");
            Err(Stop::new("unreachable-state", "no legal way to the state", message, &rule.line))
        }
    }
}
