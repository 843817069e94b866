//! The base after both sides were seen: raw values of every rule that is not only for creates.

use super::base::{self, Base, BaseValues, Fought, Wrote};
use super::hidden::Hidden;
use super::kept;
use super::rule::{applies, raw};
use super::scope::Context;
use super::situation::Situation;
use super::target_field::{is_state, write_only};
use crate::language::plan::heard;
use crate::language::plan::{FieldRule, Pipeline, Plan, RuleBody, Side};
use crate::value::Value;

/// What was written, and what of the base follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The side written.
    pub side: Side,
    /// The fields sent.
    pub sent: &'a Value,
    /// Only these rules are renewed, the rest keep what they had; `None`: the side was created, all are.
    pub rules: Option<&'a [String]>,
    /// One step of several: the source still counts as changed, so that the next step follows.
    pub partial: bool,
    /// The record as it was before; null where it was created.
    pub before: &'a Value,
    /// Whether the peer did anything at all, as far as the record's own times tell.
    pub touched: bool,
}

/// The base that follows from a situation as it stands after a write. A rule whose raw value
/// cannot be worked out keeps its old base and is decided again.
pub fn base_of(plan: &Plan, pipeline: &Pipeline, after: &Situation, seen: &Seen<'_>) -> Base {
    let mut base = after.base.clone().unwrap_or_default();
    let _silence = heard::silently();
    let context = Context::new(plan, pipeline, after);
    for rule in pipeline.rules.iter().filter(|rule| !rule.on_create && speaks(&context, rule)) {
        if seen.rules.is_some_and(|named| !named.contains(&rule.id)) {
            continue;
        }
        if seen.rules.is_none() && !rule.points(seen.side) {
            // What was created is the source of this rule, and nobody has carried it over yet.
            continue;
        }
        let added = rule.path(seen.side).is_some_and(|path| pipeline.record(seen.side).adds_to(path));
        if seen.rules.is_none() && added {
            // No create sends it: its own call has yet to be made.
            continue;
        }
        let (Ok(left), Ok(right)) = (raw(&context, rule, Side::Left), raw(&context, rule, Side::Right)) else {
            continue;
        };
        let mut values = BaseValues::new(left, right);
        if in_vain(pipeline, rule, after, seen) {
            // The peer said yes and did nothing: the source still counts as changed, and the write is made again.
            continue;
        }
        let taken = base::taken_key(rule, seen.side).filter(|_| !seen.partial);
        if taken.is_some_and(|key| base.remove(&key).is_some()) {
            // It has back what it lost: that is a change, which the other side is to follow.
            continue;
        }
        if let Some(path) = write_only(pipeline, rule, seen.side) {
            *values.of_mut(seen.side) = path.read(seen.sent);
        }
        if let Some(hidden) = Hidden::of(pipeline, rule, seen.side) {
            let sent = rule.path(seen.side).map(|path| path.read(seen.sent)).unwrap_or_default();
            let raw = hidden.sent(values.of(seen.side).clone(), &sent);
            *values.of_mut(seen.side) = raw;
        }
        let kept = match overtaken(rule, seen, &values) {
            Some(sent) => {
                *values.of_mut(seen.side) = sent;
                None
            }
            None => kept::otherwise(&context, rule, (seen.side, seen.sent), &values),
        };
        if seen.partial {
            let source = seen.side.other();
            *values.of_mut(source) = base::known(&base, rule).map(|old| old.of(source).clone()).unwrap_or_default();
        }
        let is_sent = rule.path(seen.side).is_none_or(|path| !path.read(seen.sent).is_null());
        if seen.rules.is_none() && !is_sent && !is_state(pipeline, rule, seen.side) {
            // It goes out with updates alone, or its condition asks about what was made: it is decided once more.
            *values.of_mut(seen.side.other()) = Value::Null;
        }
        if seen.rules.is_none() && is_state(pipeline, rule, seen.side) {
            // The peer chose the first state itself: that is news for the other side.
            *values.of_mut(seen.side) = Value::Null;
        }
        let wrote = Wrote { side: seen.side, kept, fought: again(&base, rule, seen, &values) };
        base::keep(&mut base, pipeline, rule, &values, Some(&wrote));
    }
    base
}

/// How often a field was sent this in the place of that although its source had not changed.
fn again(base: &Base, rule: &FieldRule, seen: &Seen<'_>, values: &BaseValues) -> Option<Fought> {
    let path = rule.path(seen.side)?;
    let sent = path.read(seen.sent);
    let source = seen.side.other();
    let drifted = base::known(base, rule).is_some_and(|old| old.of(source) == values.of(source));
    if seen.before.is_null() || sent.is_null() || !drifted {
        return None;
    }
    let held = path.read(seen.before);
    let before = base::fought(base, rule, seen.side).filter(|old| old.sent == sent && old.held == held);
    Some(Fought { sent, held, times: before.map_or(0, |old| old.times).saturating_add(1) })
}

/// Whether a write left what the rule is about as it was, although something else was sent.
fn in_vain(pipeline: &Pipeline, rule: &FieldRule, after: &Situation, seen: &Seen<'_>) -> bool {
    let (Some(path), Some(record)) = (rule.path(seen.side), after.record(seen.side)) else { return false };
    if seen.before.is_null() || write_only(pipeline, rule, seen.side).is_some() {
        return false;
    }
    let (before, held) = (path.read(seen.before), path.read(record));
    if is_state(pipeline, rule, seen.side) && !seen.sent.field("to").is_null() {
        return before == held && *seen.sent.field("to") != held;
    }
    let hides = Hidden::of(pipeline, rule, seen.side).is_some();
    let sent = path.read(seen.sent);
    !seen.touched && !hides && !sent.is_null() && before == held && sent != held
}

/// Whether a rule has a say now: of several that write one field, only the one that holds keeps what was seen.
fn speaks(context: &Context<'_>, rule: &FieldRule) -> bool {
    let writes = |known: &FieldRule, side: Side| known.points(side) && known.path(side) == rule.path(side);
    let rules = &context.pipeline.rules;
    let alone = || {
        let mut pointed = Side::BOTH.into_iter().filter(|side| rule.points(*side));
        pointed.all(|side| rules.iter().filter(|known| !known.on_create && writes(known, side)).count() < 2)
    };
    // Most are live, and need not be held against every other rule.
    let live = Side::BOTH.iter().any(|side| context.flows(rule, *side)) || alone();
    live && (rule.when.is_none() || applies(context, rule, None, &rule.line).unwrap_or(false))
}

/// What was written, where the peer holds something else by now that no row makes of the source: somebody changed it
/// in the meantime, which must still count as a change.
fn overtaken(rule: &FieldRule, seen: &Seen<'_>, values: &BaseValues) -> Option<Value> {
    let RuleBody::Value { table: Some(table), .. } = &rule.body else { return None };
    seen.rules?;
    let (held, source) = (values.of(seen.side).to_key()?, values.of(seen.side.other()).to_key()?);
    let sent = match seen.sent.field("to") {
        Value::Null => rule.path(seen.side)?.read(seen.sent),
        to => to.clone(),
    };
    let same = sent.is_null() || sent.to_key().as_ref() == Some(&held);
    let led = table.leads_to(seen.side, &source, &held);
    (!same && !led).then_some(sent)
}
