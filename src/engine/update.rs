//! Two linked records: what changed, which way it flows, and the one write that follows.
//!
//! Works rule by rule and stops group by group: a group that stops never holds up another.

use super::agree;
use super::base::{self, Base, BaseValues};
use super::conflict::winner;
use super::effect::{Decision, Effect, Lost};
use super::flow::{Ask, ask, seen};
use super::ledger::{Came, Ledger};
use super::park::Stop;
use super::rule::applies;
use super::scope::Context;
use super::wiping::WIPING;
use crate::language::plan::{FieldRule, Outcome, Row, RuleBody, RuleLine, Side};
use crate::value::{Path, Record, Value};

/// Changes for one side, gathered over rules.
struct Gathered {
    side: Side,
    fields: Record,
    rules: Vec<String>,
    lines: Vec<RuleLine>,
    groups: Vec<String>,
}

/// What a rule comes to.
enum Flow {
    /// Both sides agree as far as this rule goes: remember these values.
    Settled(BaseValues),
    /// Nothing to do, nothing new to remember.
    Rest,
    /// One side asks the other for something; the other may have lost a value by it.
    Asks(Side, (Ask, Vec<RuleLine>), Option<Lost>),
}

/// The decision for a linked pair.
pub fn update(context: &Context<'_>, base: &Base) -> Decision {
    let mut sides = [Side::Left, Side::Right].map(Gathered::of);
    let mut moves = Vec::new();
    let mut stops = Vec::new();
    let mut lost = Vec::new();
    let mut left_alone = Vec::new();
    let mut settled = base.clone();
    let held = &context.situation.held;
    let whole = context.situation.left.is_some() && context.situation.right.is_some();
    let folded = context.folded();
    let silent = |rule: &FieldRule| match rule {
        rule if rule.on_create => Some(Came::OnCreate),
        rule if !folded.is_live(rule) => Some(Came::NotOwner),
        rule if held.contains(&rule.group) => Some(Came::Held),
        rule => (!whole && !rule.also_when_gone).then_some(Came::Gone),
    };
    for rule in &context.pipeline.rules {
        if let Some(came) = silent(rule) {
            context.came(&rule.line, None, |_| came);
            continue;
        }
        let come_to = flow(context, rule, base);
        let unmoved = context.left_alone();
        match come_to {
            Ok(Flow::Settled(values)) => {
                base::keep(&mut settled, context.pipeline, rule, &values, None);
                left_alone.extend(unmoved);
            }
            Ok(Flow::Rest) => left_alone.extend(unmoved),
            Ok(Flow::Asks(side, (wish, lines), loser)) => {
                lost.extend(loser);
                match wish {
                    Ask::Write(path, value) => {
                        for gathered in sides.iter_mut().filter(|gathered| gathered.side == side) {
                            gathered.take(context, rule, (&path, value.clone()), &lines);
                        }
                    }
                    Ask::Move { from, to, goal } => moves.push(Effect::Move {
                        side,
                        from,
                        to,
                        goal,
                        rule: rule.id.clone(),
                        group: rule.group.clone(),
                        lines,
                    }),
                }
            }
            Err(found) => {
                note_stop(context, rule, None, &found);
                stops.extend(found.into_iter().map(|stop| Stop { group: Some(rule.group.clone()), ..stop }));
            }
        }
    }
    let disagreements = if whole { agree::disagreements(context, &mut settled) } else { Vec::new() };
    let mut effect = None;
    for gathered in sides {
        effect = effect.or(written(context, gathered, &mut stops));
    }
    let effect = effect.or(moves.into_iter().next());
    let effect = effect.or((settled != *base).then_some(Effect::Settle { base: settled }));
    Decision { effect, stops, lines: context.lines(), lost, left_alone, disagreements, ..Decision::default() }
}

/// Notes that a rule could not be carried out.
pub(super) fn note_stop(context: &Context<'_>, rule: &FieldRule, target: Option<Side>, stops: &[Stop]) {
    if let Some(stop) = stops.first() {
        let came = |_: &Ledger| Came::Stopped { code: stop.code.clone(), message: stop.message.clone() };
        context.came(&rule.line, target, came);
    }
}

/// Notes why a rule does not point at a side that its arrow points at.
pub(super) fn note_barred(context: &Context<'_>, rule: &FieldRule, target: Side) {
    let why = |_: &Ledger| match context.not_carried(target) {
        Some(line) => Came::NotCarried(line.clone()),
        None if context.situation.base.is_some() && context.situation.record(target).is_none() => Came::Gone,
        None => Came::NotOwner,
    };
    if rule.points(target) {
        context.came(&rule.line, Some(target), why);
    }
}

impl Gathered {
    fn of(side: Side) -> Self {
        Self { side, fields: Record::new(), rules: Vec::new(), lines: Vec::new(), groups: Vec::new() }
    }

    fn take(&mut self, context: &Context<'_>, rule: &FieldRule, (path, value): (&Path, Value), lines: &[RuleLine]) {
        let apart = context.situation.apart && self.groups.first().is_some_and(|group| *group != rule.group);
        // A list with a call of its own to add to it is written by itself.
        let own = |path: &Path| context.pipeline.record(self.side).adds_to(path);
        let mixed = self.fields.keys().next().is_some_and(|first| own(path) || own(&Path::field(first.as_str())));
        if apart || mixed {
            return;
        }
        path.write(&mut self.fields, value);
        self.rules.push(rule.id.clone());
        self.lines.extend(lines.iter().filter(|line| !self.lines.contains(line)).cloned().collect::<Vec<_>>());
        if !self.groups.contains(&rule.group) {
            self.groups.push(rule.group.clone());
        }
    }
}

/// The write of one value by a rule, unless the peer does not allow it now.
///
/// # Errors
/// The stops that keep it from being written.
pub(super) fn single(
    context: &Context<'_>,
    rule: &FieldRule,
    (side, value): (Side, Value),
) -> Result<Effect, Vec<Stop>> {
    let mut gathered = Gathered::of(side);
    if let Some(path) = rule.path(side) {
        gathered.take(context, rule, (path, value), std::slice::from_ref(&rule.line));
    }
    let mut stops = Vec::new();
    written(context, gathered, &mut stops).ok_or(stops)
}

/// The update of a side, unless the peer does not allow it now: then its groups stop, with both versions told.
fn written(context: &Context<'_>, gathered: Gathered, stops: &mut Vec<Stop>) -> Option<Effect> {
    if gathered.rules.is_empty() {
        return None;
    }
    let side = gathered.side;
    let kind = context.pipeline.record(side);
    let present = context.situation.record(side).cloned().unwrap_or_default();
    let allowed = kind.change(&gathered.fields).is_none_or(|call| {
        let held = |condition: &crate::language::plan::expression::CompiledExpression| {
            condition.evaluate_in(&present).is_ok_and(|held| held == Value::Bool(true))
        };
        call.allowed_when.as_ref().is_none_or(held)
    });
    let Gathered { fields, rules, lines, groups, .. } = gathered;
    if allowed {
        if let Err(stop) = context.needs(side) {
            stops.extend(groups.into_iter().map(|group| Stop { group: Some(group), ..stop.clone() }));
            return None;
        }
        return Some(Effect::Update { side, fields, rules, groups, lines });
    }
    let line = lines.first().cloned().unwrap_or_default();
    let names: Vec<String> = fields.keys().map(|name| format!("`{name}`")).collect();
    let versions = |(name, wanted): (&ecow::EcoString, &Value)| {
        let of = |when: &str| format!("{}.{name} {when}", kind.system);
        [(of("now"), present.field(name).clone()), (of("by the rules"), wanted.clone())]
    };
    let values: Vec<(String, Value)> = fields.iter().flat_map(versions).collect();
    let message =
        format!("{} does not allow changes of this {} now: {} would change", kind.system, kind.name, names.join(", "));
    for group in groups {
        let stop = Stop::new("update-not-allowed", "the peer no longer allows it", message.as_str(), &line);
        stops.push(Stop { group: Some(group), values: values.clone(), ..stop });
    }
    None
}

fn flow(context: &Context<'_>, rule: &FieldRule, all: &Base) -> Result<Flow, Vec<Stop>> {
    let found = base::known(all, rule);
    let base = found.as_ref();
    let one = |stop: Stop| vec![stop];
    let live = [Side::Right, Side::Left]
        .map(|target| (target, context.situation.record(target).is_some() && context.flows(rule, target)));
    live.iter().filter(|(_, flows)| !*flows).for_each(|(target, _)| note_barred(context, rule, *target));
    let live: Vec<Side> = live.into_iter().filter(|(_, flows)| *flows).map(|(target, _)| target).collect();
    if live.is_empty() {
        return Ok(Flow::Rest);
    }
    if !applies(context, rule, None, &rule.line).map_err(one)? {
        context.came(&rule.line, None, Ledger::unmet);
        kept_back(context, rule, base, &live).map_err(one)?;
        return Ok(Flow::Rest);
    }
    let [left, right] = [Side::Left, Side::Right].map(|side| seen(context, rule, side, base).map_err(one));
    let values = BaseValues::new(left?, right?);
    let mut asked: Option<(Side, (Ask, Vec<RuleLine>))> = None;
    let due = targets(context, rule, base, (&live, &values));
    for target in live.iter().filter(|target| !due.contains(target)) {
        context.came(&rule.line, Some(*target), |_| Came::Unchanged);
    }
    if due.is_empty() && context.situation.sweep && live.len() > 1 {
        // Nothing changed, so nothing is asked for; a sweep tells once more what goes nowhere.
        live.iter().for_each(|target| drop(ask(context, rule, *target, (&values, base::sent_to(all, rule, *target)))));
    }
    let mut wiping = Vec::new();
    for target in due {
        context.begin();
        context.spoke(&rule.line);
        match (ask(context, rule, target, (&values, base::sent_to(all, rule, target))), &asked) {
            (Ok(None), _) => {}
            (Ok(Some(wish)), None) => {
                context.came(&rule.line, Some(target), |_| came_of(&wish));
                asked = Some((target, (wish, context.recent())));
            }
            // Who has nothing to say does not keep the other from being heard.
            (Err(stops), None) if stops.iter().all(|stop| stop.code == WIPING) => wiping = stops,
            (Err(stops), None) => return Err(with_values(context, rule, stops, &values)),
            // What comes to apply only now gives way to what was changed, and nothing of it is lost.
            (_, Some(_)) if is_awoken(rule, target, base, &values) => {
                context.came(&rule.line, Some(target), |_| Came::GaveWay);
            }
            // Both sides want the other to change: the first to be asked won.
            (_, Some((won, _))) => {
                context.came(&rule.line, Some(target), |_| Came::GaveWay);
                let lost = lost(rule, won.other(), &values);
                return Ok(asked.map_or(Flow::Rest, |(side, wish)| Flow::Asks(side, wish, Some(lost))));
            }
        }
    }
    if asked.is_none() && !wiping.is_empty() {
        return Err(with_values(context, rule, wiping, &values));
    }
    Ok(match asked {
        Some((side, wish)) => Flow::Asks(side, wish, None),
        None if base.is_some_and(|base| base.same(&values) && base.by.is_some()) => Flow::Rest,
        None => Flow::Settled(values),
    })
}

/// What is asked for, as a note.
fn came_of(wish: &Ask) -> Came {
    match wish {
        Ask::Write(_, value) => Came::Write(value.clone()),
        Ask::Move { to, goal, .. } => Came::Move { to: to.clone(), goal: goal.clone() },
    }
}

/// Tells what the condition of a rule keeps back, with the rule's `because`, where the two sides differ.
fn kept_back(context: &Context<'_>, rule: &FieldRule, base: Option<&BaseValues>, targets: &[Side]) -> Result<(), Stop> {
    let Some(because) = rule.because.as_ref() else { return Ok(()) };
    for target in targets {
        let source = seen(context, rule, target.other(), base)?;
        let present = seen(context, rule, *target, base)?;
        if !source.is_null() && !in_step(rule, *target, &source, &present) {
            context.leave_alone(rule, target.other(), &source, (because, &rule.line));
        }
    }
    Ok(())
}

/// Whether two values of a rule agree without a write, as far as its own lines and its table say.
fn in_step(rule: &FieldRule, target: Side, source: &Value, present: &Value) -> bool {
    match &rule.body {
        RuleBody::Value { table: Some(table), .. } => {
            let (Some(source), Some(present)) = (source.to_key(), present.to_key()) else { return false };
            table.in_step(target, &source, &present)
        }
        _ => source == present,
    }
}

/// Stops of a rule between two fields, with what each holds.
fn with_values(context: &Context<'_>, rule: &FieldRule, stops: Vec<Stop>, values: &BaseValues) -> Vec<Stop> {
    let held = [(Side::Left, &values.left), (Side::Right, &values.right)];
    let named: Vec<(String, Value)> = held
        .into_iter()
        .filter_map(|(side, value)| Some((rule.path(side)?, side, value)))
        .filter(|_| !matches!(rule.body, RuleBody::List(_)))
        .map(|(path, side, value)| (format!("{}.{path}", context.pipeline.record(side).system), value.clone()))
        .collect();
    let valued = |stop: Stop| Stop { values: if stop.values.is_empty() { named.clone() } else { stop.values }, ..stop };
    stops.into_iter().map(valued).collect()
}

fn lost(rule: &FieldRule, winner: Side, values: &BaseValues) -> Lost {
    Lost {
        group: rule.group.clone(),
        side: winner.other(),
        value: values.of(winner.other()).clone(),
        winner: values.of(winner).clone(),
        line: rule.line.clone(),
    }
}

/// The sides that may have to be written, the winner's wish first.
fn targets(
    context: &Context<'_>,
    rule: &FieldRule,
    base: Option<&BaseValues>,
    (live, values): (&[Side], &BaseValues),
) -> Vec<Side> {
    let changed = |side: Side| base.is_none_or(|base| base.of(side) != values.of(side));
    if let [target] = live {
        let due = context.situation.sweep || rule.always || changed(target.other());
        return due.then_some(*target).into_iter().collect();
    }
    let mut targets: Vec<Side> = live.iter().copied().filter(|target| changed(target.other())).collect();
    if base.is_none() && is_left_alone(context, rule, &targets) {
        targets.truncate(1);
    }
    if targets.len() > 1 && base.is_some() && winner_of(context, rule, values) == Side::Right {
        targets.reverse();
    }
    targets.extend(live.iter().copied().filter(|target| is_awoken(rule, *target, base, values)));
    targets
}

/// Whether a row with `from` comes to apply only by the target's own change: what its source holds is as it was, and
/// went nowhere while the target stood elsewhere. A target that left what the row asks for went by its own will.
fn is_awoken(rule: &FieldRule, target: Side, base: Option<&BaseValues>, values: &BaseValues) -> bool {
    let RuleBody::Value { table: Some(table), .. } = &rule.body else { return false };
    let Some(base) = base.filter(|base| base.of(target.other()) == values.of(target.other())) else { return false };
    let [source, before, now] =
        [values.of(target.other()), base.of(target), values.of(target)].map(|value| value.to_key().unwrap_or_default());
    let spoken = |state: &str| table.outcome(target, &source, Some(state));
    let asks = |found: &(Outcome, &Row)| matches!(found.0, Outcome::Value(_) | Outcome::Park);
    let is_other = |row: &Row| spoken(&before).is_none_or(|(_, known)| !std::ptr::eq(known, row));
    before != now
        && !table.leads_to(target, &source, &before)
        && spoken(&now).filter(asks).is_some_and(|(_, row)| !row.from.is_empty() && is_other(row))
}

/// Whether two that meet for the first time differ in a field that is left alone on the side that would follow: then
/// the other does not follow it either, or what it says would be lost to what nobody keeps.
fn is_left_alone(context: &Context<'_>, rule: &FieldRule, targets: &[Side]) -> bool {
    let [first, _] = targets else { return false };
    rule.path(*first).is_some_and(|path| context.untouched(*first, path).unwrap_or(false))
}

fn winner_of(context: &Context<'_>, rule: &FieldRule, values: &BaseValues) -> Side {
    let null = Value::Null;
    let records = [Side::Left, Side::Right].map(|side| context.situation.record(side).unwrap_or(&null));
    winner(
        [&context.pipeline.left, &context.pipeline.right],
        records,
        [rule.path(Side::Left), rule.path(Side::Right)],
        [&values.left, &values.right],
    )
}
