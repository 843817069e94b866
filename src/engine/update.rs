//! Two linked records: what changed, which way it flows, and the one write that follows.
//!
//! Works group by group: a group that stops never holds up another.

use super::base::{Base, BaseValues};
use super::conflict::winner;
use super::effect::{Decision, Effect};
use super::list_rule;
use super::park::Stop;
use super::rule::{Wanted, applies, raw, target_path, wanted};
use super::scope::Context;
use super::states::first_step;
use crate::language::plan::{FieldRule, RuleBody, RuleLine, Side, States};
use crate::value::{Path, Record, Value};

/// Changes for one side, gathered over rules.
#[derive(Default)]
struct Gathered {
    fields: Record,
    rules: Vec<String>,
    lines: Vec<RuleLine>,
    groups: Vec<String>,
}

/// A step towards a state.
struct Wish {
    side: Side,
    from: String,
    to: String,
    rule: String,
    line: RuleLine,
}

/// The decision for a linked pair.
pub fn update(context: &Context<'_>, base: &Base) -> Decision {
    let mut sides = [(Side::Left, Gathered::default()), (Side::Right, Gathered::default())];
    let mut moves = Vec::new();
    let mut stops = Vec::new();
    let mut settled = base.clone();
    for rule in context.pipeline.rules.iter().filter(|rule| !rule.on_create) {
        match flow(context, rule, base.get(&rule.id)) {
            Ok(Flow::Settled(values)) => {
                settled.insert(rule.id.clone(), values);
            }
            Ok(Flow::Rest) => {}
            Ok(Flow::Write { side, path, value }) => {
                for (_, gathered) in sides.iter_mut().filter(|(known, _)| *known == side) {
                    gathered.take(rule, &path, value.clone());
                }
            }
            Ok(Flow::Move(wish)) => moves.push(wish),
            Err(found) => {
                stops.extend(found.into_iter().map(|stop| Stop { group: Some(rule.group.clone()), ..stop }));
            }
        }
    }
    let mut effect = None;
    for (side, gathered) in sides {
        effect = effect.or(written(context, side, gathered, &mut stops));
    }
    let effect = effect.or(moves.into_iter().next().map(Wish::into_effect));
    let effect = effect.or((settled != *base).then_some(Effect::Settle { base: settled }));
    Decision { effect, stops, lines: context.lines(), unmatched: None }
}

impl Gathered {
    fn take(&mut self, rule: &FieldRule, path: &Path, value: Value) {
        path.write(&mut self.fields, value);
        self.rules.push(rule.id.clone());
        self.lines.push(rule.line.clone());
        self.groups.push(rule.group.clone());
    }
}

impl Wish {
    fn into_effect(self) -> Effect {
        Effect::Move { side: self.side, from: self.from, to: self.to, rules: vec![self.rule], lines: vec![self.line] }
    }
}

/// The update of a side, unless the peer does not allow it now: then its groups stop, with both versions told.
fn written(context: &Context<'_>, side: Side, gathered: Gathered, stops: &mut Vec<Stop>) -> Option<Effect> {
    if gathered.rules.is_empty() {
        return None;
    }
    let kind = context.pipeline.record(side);
    let allowed = kind.update.as_ref().is_none_or(|call| {
        call.allowed_when.as_ref().is_none_or(|condition| {
            let present = context.situation.record(side).cloned().unwrap_or_default();
            condition.evaluate_in(&present).is_ok_and(|held| held == Value::Bool(true))
        })
    });
    if allowed {
        return Some(Effect::Update { side, fields: gathered.fields, rules: gathered.rules, lines: gathered.lines });
    }
    let line = gathered.lines.first().cloned().unwrap_or_default();
    let present = context.situation.record(side).cloned().unwrap_or_default();
    for group in gathered.groups {
        let versions: Vec<String> = gathered
            .fields
            .iter()
            .map(|(name, wanted)| format!("`{name}` is {} and should be {wanted}", present.field(name)))
            .collect();
        let message =
            format!("{} does not allow changes of this {} now: {}", kind.system, kind.name, versions.join("; "));
        stops.push(Stop {
            group: Some(group),
            ..Stop::new("update-not-allowed", "the peer no longer allows it", message, &line)
        });
    }
    None
}

/// Where a rule's value goes now.
enum Flow {
    /// Both sides agree: remember these values.
    Settled(BaseValues),
    /// Nothing to do, nothing new to remember.
    Rest,
    /// Write this.
    Write { side: Side, path: Path, value: Value },
    /// Move towards a state.
    Move(Wish),
}

fn flow(context: &Context<'_>, rule: &FieldRule, base: Option<&BaseValues>) -> Result<Flow, Vec<Stop>> {
    let one = |stop: Stop| vec![stop];
    if !(rule.live_left || rule.live_right) || !applies(context, rule, None, &rule.line).map_err(one)? {
        return Ok(Flow::Rest);
    }
    let left = raw(context, rule, Side::Left).map_err(one)?;
    let right = raw(context, rule, Side::Right).map_err(one)?;
    let values = BaseValues { left, right };
    let Some(target) = direction(context, rule, base, &values) else { return Ok(Flow::Rest) };
    let (source, present) = match target {
        Side::Right => (&values.left, &values.right),
        Side::Left => (&values.right, &values.left),
    };
    let Some(path) = target_path(rule, target).cloned() else { return Ok(Flow::Rest) };
    let kind = context.pipeline.record(target);
    let held = context.situation.record(target).cloned().unwrap_or_default();
    let value = match &rule.body {
        RuleBody::List(list) => {
            let rows = list_rule::desired(context, list, target)?;
            match list_rule::change(list, &rows, &path.read(&held)) {
                Some(value) => value,
                None => return Ok(settled(base, values)),
            }
        }
        RuleBody::Value { .. } => match wanted(context, rule, target, source.clone(), Some(present)).map_err(one)? {
            Wanted::Value(value) if value != path.read(&held) => value,
            _ => return Ok(settled(base, values)),
        },
    };
    match kind.states.as_ref().filter(|states| path == Path::field(states.field.as_str())) {
        Some(states) => step_towards(states, rule, target, (&held, &value)).map_err(one),
        None => Ok(Flow::Write { side: target, path, value }),
    }
}

fn settled(base: Option<&BaseValues>, values: BaseValues) -> Flow {
    if base == Some(&values) { Flow::Rest } else { Flow::Settled(values) }
}

/// The side to be written, if the change of a side asks for it.
fn direction(context: &Context<'_>, rule: &FieldRule, base: Option<&BaseValues>, values: &BaseValues) -> Option<Side> {
    let heal = context.situation.sweep;
    match (rule.live_right, rule.live_left) {
        (true, false) => (heal || base.is_none_or(|base| base.left != values.left)).then_some(Side::Right),
        (false, true) => (heal || base.is_none_or(|base| base.right != values.right)).then_some(Side::Left),
        (false, false) => None,
        (true, true) => match base {
            None => Some(Side::Right),
            Some(base) => match (base.left != values.left, base.right != values.right) {
                (true, false) => Some(Side::Right),
                (false, true) => Some(Side::Left),
                (true, true) => Some(winner_of(context, rule, values).other()),
                (false, false) => None,
            },
        },
    }
}

fn winner_of(context: &Context<'_>, rule: &FieldRule, values: &BaseValues) -> Side {
    let null = Value::Null;
    let records = [Side::Left, Side::Right].map(|side| context.situation.record(side).unwrap_or(&null));
    winner(
        [&context.pipeline.left, &context.pipeline.right],
        records,
        [target_path(rule, Side::Left), target_path(rule, Side::Right)],
        [&values.left, &values.right],
    )
}

fn step_towards(states: &States, rule: &FieldRule, side: Side, (held, goal): (&Value, &Value)) -> Result<Flow, Stop> {
    let from = held.field(&states.field).to_key().unwrap_or_default();
    let to = goal.to_key().unwrap_or_default();
    match first_step(states, &from, &to) {
        Some(step) => Ok(Flow::Move(Wish {
            side,
            from: step.from.clone(),
            to: step.to.clone(),
            rule: rule.id.clone(),
            line: rule.line.clone(),
        })),
        None => {
            let message = format!("no call leads from {from} to {to}");
            Err(Stop::new("unreachable-state", "no legal way to the state", message, &rule.line))
        }
    }
}
