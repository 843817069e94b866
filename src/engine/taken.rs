//! A lost conflict the other way: a person gives a side the value back that gave way, and the rules carry it over.
//!
//! What is taken stands in the pair's base until it is written, so that no restart loses it and each decision is
//! journalled with it. Only the side that lost is written here: what follows is decided as from any change of it.
//! Nothing is written once the pair has moved since, nor where nothing would follow.

use super::base::{self, Base, BaseValues};
use super::effect::{Decision, Effect, Lost, Untaken};
use super::flow::{Ask, ask, seen, step_towards};
use super::ledger::Came;
use super::park::Stop;
use super::rule::{Wanted, applies, wanted};
use super::scope::Context;
use super::target_field::is_state;
use super::update::single;
use crate::language::plan::{FieldRule, RuleBody, Side};
use crate::value::Value;

/// Why a side is not given its value back.
enum Not {
    /// What it is decided on is not read yet.
    Yet,
    /// It is not to be written any more.
    Ever(String),
}

/// Notes in a base that a side is to have back what it lost by a rule. `by`: who says so, for people.
pub fn take(base: &mut Base, rule: &FieldRule, lost: &Lost, by: &str) {
    let side = lost.side;
    let Some(key) = base::taken_key(rule, side) else { return };
    let mut entry = BaseValues { by: Some(by.to_owned()), ..BaseValues::default() };
    *entry.of_mut(side) = lost.value.clone();
    *entry.of_mut(side.other()) = lost.winner.clone();
    base.insert(key, entry);
}

/// Whether a side is to have back what it lost by a rule, and has not yet.
pub fn is_noted(base: &Base, rule: &FieldRule, side: Side) -> bool {
    base::taken_key(rule, side).is_some_and(|key| base.contains_key(&key))
}

/// The decision for a pair of which something is taken that is not written yet; `None`: it is decided as any other.
pub(super) fn decide(context: &Context<'_>, base: &Base) -> Option<Decision> {
    if context.situation.left.is_none() || context.situation.right.is_none() {
        return None;
    }
    base.keys().filter(|key| base::is_taken(key)).find_map(|key| one(context, base, key))
}

fn one(context: &Context<'_>, base: &Base, key: &str) -> Option<Decision> {
    let is_it = |rule: &FieldRule, side: Side| base::taken_key(rule, side).as_deref() == Some(key);
    let rules = context.pipeline.rules.iter().filter(|rule| !rule.on_create);
    let found = rules.flat_map(|rule| Side::BOTH.map(|side| (rule, side))).find(|(rule, side)| is_it(rule, *side));
    let Some((rule, side)) = found else {
        let (group, line) = (key.to_owned(), context.pipeline.match_line.clone());
        return Some(void(context, base, key, Untaken { group, why: "no rule carries it any more".to_owned(), line }));
    };
    if context.situation.held.contains(&rule.group) {
        return None;
    }
    let value = base.get(key)?.of(side).clone();
    match restored(context, base, rule, (side, &value)) {
        Ok(effect) => {
            context.spoke(&rule.line);
            context.came(&rule.line, Some(side), |_| Came::Write(value));
            Some(Decision { effect: Some(effect), lines: context.lines(), ..Decision::default() })
        }
        Err(Not::Yet) => None,
        Err(Not::Ever(why)) => {
            let (group, line) = (rule.group.clone(), rule.line.clone());
            Some(void(context, base, key, Untaken { group, why, line }))
        }
    }
}

/// It is taken out of the base, which is told.
fn void(context: &Context<'_>, base: &Base, key: &str, untaken: Untaken) -> Decision {
    let mut base = base.clone();
    base.remove(key);
    context.spoke(&untaken.line);
    let effect = Some(Effect::Settle { base });
    Decision { effect, lines: context.lines(), untaken: vec![untaken], ..Decision::default() }
}

/// The write that gives a side its value back.
fn restored(
    context: &Context<'_>,
    base: &Base,
    rule: &FieldRule,
    (side, value): (Side, &Value),
) -> Result<Effect, Not> {
    let ever = |why: String| Err(Not::Ever(why));
    let system = |side: Side| &context.pipeline.record(side).system;
    if let Some(barred) = Side::BOTH.into_iter().find(|target| !context.flows(rule, *target)) {
        return ever(format!("nothing of it goes to {} now", system(barred)));
    }
    let (RuleBody::Value { .. }, Some(path)) = (&rule.body, rule.path(side)) else {
        return ever("it is a list".to_owned());
    };
    let Some(known) = base::known(base, rule) else { return ever("the rules carry it otherwise now".to_owned()) };
    let now = |side: Side| seen(context, rule, side, Some(&known)).map_err(|stop| Not::Ever(stop.message));
    let now = BaseValues::new(now(Side::Left)?, now(Side::Right)?);
    if let Some(moved) = Side::BOTH.into_iter().find(|side| now.of(*side) != known.of(*side)) {
        return ever(format!("{} holds {} by now", system(moved), now.of(moved)));
    }
    if now.of(side) == value {
        return ever(format!("{} holds {value} already", system(side)));
    }
    if context.untouched(side, path).map_err(|stop| Not::Ever(stop.message))? {
        return ever(format!("the rules never touch `{path}` of {}", system(side)));
    }
    let followed = follows(context, rule, (side, value), &known)?;
    written(context, rule, (side, &spelt(context, rule, (side, value), &followed)))
}

/// The value as a side is sent it: of several spellings that a table reads it writes one.
fn spelt(context: &Context<'_>, rule: &FieldRule, (side, value): (Side, &Value), followed: &Value) -> Value {
    let RuleBody::Value { table: Some(_), .. } = &rule.body else { return value.clone() };
    let over = |target: Side, source: &Value| match wanted(context, rule, target, source.clone(), None) {
        Ok(Wanted::Value(made)) => Some(made),
        Ok(Wanted::Nothing) | Err(_) => None,
    };
    let written = over(side, followed).filter(|written| over(side.other(), written).as_ref() == Some(followed));
    written.unwrap_or_else(|| value.clone())
}

/// What the other side would be asked to hold then.
fn follows(
    context: &Context<'_>,
    rule: &FieldRule,
    (side, value): (Side, &Value),
    known: &BaseValues,
) -> Result<Value, Not> {
    let mut given = context.situation.clone();
    if let (Some(Value::Record(fields)), Some(path)) = (given.record_mut(side), rule.path(side)) {
        path.write(fields, value.clone());
    }
    let then = Context::new(context.plan, context.pipeline, &given);
    let wish = asked(&then, rule, side, known);
    let wants = then.wanted();
    if !wants.is_empty() {
        wants.into_iter().for_each(|want| _ = context.ask(want));
        return Err(Not::Yet);
    }
    let other = &context.pipeline.record(side.other()).system;
    match wish {
        Ok(Some(followed)) => Ok(followed),
        Ok(None) => Err(Not::Ever(format!("nothing of {value} would go to {other}"))),
        Err(stops) => Err(Not::Ever(stops.into_iter().next().map(|stop| stop.message).unwrap_or_default())),
    }
}

/// What a rule asks of the other side once `side` holds what is taken.
fn asked(then: &Context<'_>, rule: &FieldRule, side: Side, known: &BaseValues) -> Result<Option<Value>, Vec<Stop>> {
    let one = |stop: Stop| vec![stop];
    if !applies(then, rule, None, &rule.line).map_err(one)? {
        return Ok(None);
    }
    let held = |side: Side| seen(then, rule, side, Some(known)).map_err(one);
    let values = BaseValues::new(held(Side::Left)?, held(Side::Right)?);
    let wish = ask(then, rule, side.other(), (&values, None))?;
    Ok(wish.map(|wish| match wish {
        Ask::Write(_, value) => value,
        Ask::Move { goal, .. } => Value::text(goal),
    }))
}

fn written(context: &Context<'_>, rule: &FieldRule, (side, value): (Side, &Value)) -> Result<Effect, Not> {
    let first = |stops: Vec<Stop>| Not::Ever(stops.into_iter().next().map(|stop| stop.message).unwrap_or_default());
    let kind = context.pipeline.record(side);
    if let Some(states) = kind.states.as_ref().filter(|_| is_state(context.pipeline, rule, side)) {
        let held = context.situation.record(side).cloned().unwrap_or_default();
        let step = step_towards(states, rule, (&held, value)).map_err(|stop| first(vec![stop]))?;
        let Ask::Move { from, to, goal } = step else { return Err(first(Vec::new())) };
        let (rule, group, lines) = (rule.id.clone(), rule.group.clone(), vec![rule.line.clone()]);
        return Ok(Effect::Move { side, from, to, goal, rule, group, lines });
    }
    single(context, rule, (side, value.clone())).map_err(first)
}
