//! The fields of a pair: what both sides hold, which write made it so, and what each rule came to last.
//!
//! A value is what was last seen and kept with the link; else what the last decision was made from.

use serde_json::{Value as Json, json};

use super::Rules;
use super::known::{Known, PairOf};
use super::notes::Again;
use super::story::{self, told};
use crate::engine::{Effect, base};
use crate::language::plan::{FieldRule, RuleBody, RuleLine, Side};
use crate::store::{DecisionEntry, HistoryEntry, RecordRef};
use crate::value::json::to_json;
use crate::value::{Path, Segment, Value, timestamp};

/// Whether a path of a rule is the field that is asked for, or stands in it or around it.
pub(super) fn is_about(path: &str, field: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    within(path, field) || within(field, path)
}

/// The fields that the rules of a pair carry; of one record's field where one is asked for.
pub(super) fn fields(
    rules: &Rules<'_>,
    known: &Known<'_>,
    (pair, asked): (&PairOf<'_>, Option<&str>),
    again: Option<&Again<'_>>,
) -> Vec<Json> {
    let is_asked = |rule: &&FieldRule| {
        let path = rule.path(pair.side).map(ToString::to_string);
        asked.is_none_or(|field| path.is_some_and(|path| is_about(&path, field)))
    };
    let settings = rules.plan.switches().as_written();
    let told = |rule: &FieldRule| {
        let side = |side: Side| side_json(rules, known, pair, (rule, side));
        json!({
            "group": rule.group,
            "owner": rule.owner.under(&settings),
            "rule": rules.line(&rule.line, rules.generation),
            "means": rule.id.split_once(": ").map(|(_, text)| text),
            "because": rule.because,
            "left": side(Side::Left),
            "right": side(Side::Right),
            "came": again.map(|again| again.of(rules, (pair.pipeline, rule))),
        })
    };
    pair.pipeline.rules.iter().filter(is_asked).map(told).collect()
}

/// One side of a rule: the field, what it holds, and the write that made it so.
fn side_json(rules: &Rules<'_>, known: &Known<'_>, pair: &PairOf<'_>, (rule, side): (&FieldRule, Side)) -> Json {
    let system = &pair.pipeline.record(side).system;
    let path = rule.path(side);
    let value = value_of(known, pair, (rule, side));
    let written = path.and_then(|path| written(known, pair, (side, path)));
    json!({
        "field": path.map(|path| format!("{system}.{path}")),
        "record": pair.end(side).map(|end| end.to_string()),
        "value": value.as_ref().map(to_json),
        "known": value.is_some(),
        "written": written.map(|written| written.to_json(rules, rule)),
    })
}

/// What a side was last seen to hold; `None`: nothing is kept of it.
fn value_of(known: &Known<'_>, pair: &PairOf<'_>, (rule, side): (&FieldRule, Side)) -> Option<Value> {
    let kept = pair.link.as_ref().and_then(|link| base::known(&link.base, rule));
    let is_plain = matches!(rule.body, RuleBody::Value { .. });
    if let Some(kept) = kept.filter(|_| is_plain && !rule.on_create) {
        return Some(kept.of(side).clone());
    }
    let path = rule.path(side)?;
    let of_write = written(known, pair, (side, path)).map(|written| (written.entry.at, written.value(path)));
    let seen = known.decided(pair).and_then(|entry| Some((entry.at, path.read(entry.situation.record(side)?))));
    match (of_write, seen) {
        (Some((at, value)), Some((seen_at, _))) if at >= seen_at => Some(value),
        (_, Some((_, value))) | (Some((_, value)), None) => Some(value),
        (None, None) => None,
    }
}

/// A write that was settled, of a field of one side.
struct Written<'k> {
    side: Side,
    entry: &'k HistoryEntry,
    action: &'static str,
    decision: Option<&'k DecisionEntry>,
}

/// The last write of a field of a record, as far as its history is kept.
fn written<'k>(known: &'k Known<'_>, pair: &PairOf<'_>, (side, path): (Side, &Path)) -> Option<Written<'k>> {
    let Some(Segment::Field(first)) = path.0.first() else { return None };
    let end = pair.end(side)?;
    let is_state = pair.pipeline.record(side).states.as_ref().is_some_and(|states| states.field == **first);
    let story = known.story(&end)?;
    story.history.iter().rev().find_map(|entry| {
        let action = story::action_of(entry)?;
        let is_it = match action {
            "moved" => is_state,
            _ => entry.detail.as_record().is_some_and(|fields| fields.contains_key(first.as_str())),
        };
        let decision = || known.decisions().filter(|made| pair.is_of(made) && leads_to(made, entry, &end)).last();
        is_it.then(|| Written { side, entry, action, decision: decision() })
    })
}

/// Whether a decision is what led to a write.
fn leads_to(made: &DecisionEntry, entry: &HistoryEntry, end: &RecordRef) -> bool {
    let Some(effect) = &made.outcome.effect else { return false };
    let Some((side, _)) = effect.outward() else { return false };
    let same = match effect {
        Effect::Move { to, .. } => entry.detail.field("to").as_text() == Some(to),
        Effect::Create { fields, .. } | Effect::Update { fields, .. } => entry.detail.as_record() == Some(fields),
        _ => false,
    };
    same && made.at <= entry.at && made.situation.account(side) == end.account
}

impl Written<'_> {
    /// What a field held after it.
    fn value(&self, path: &Path) -> Value {
        if self.action == "moved" { self.entry.detail.field("to").clone() } else { path.read(&self.entry.detail) }
    }

    fn to_json(&self, rules: &Rules<'_>, rule: &FieldRule) -> Json {
        let path = rule.path(self.side);
        let before = self.decision.filter(|_| self.action != "created").and_then(|made| {
            let held = path?.read(made.situation.record(self.side)?);
            Some(to_json(&held))
        });
        json!({
            "at": timestamp::text(self.entry.at),
            "action": self.action,
            "value": path.map(|path| to_json(&self.value(path))),
            "before": before,
            "lines": self.lines(rules, rule),
            "generation": self.decision.map(|made| made.generation),
            "told": self.decision.map(told),
        })
    }

    /// The lines that spoke for this rule, among all that spoke for the write; all where they are of other rules.
    fn lines(&self, rules: &Rules<'_>, rule: &FieldRule) -> Vec<Json> {
        let spoke: Vec<RuleLine> = self.entry.lines.iter().filter_map(|line| story::line(line)).collect();
        let generation = self.decision.map_or(rules.generation, |made| made.generation);
        let rows = match &rule.body {
            RuleBody::Value { table: Some(table), .. } => table.rows.as_slice(),
            _ => &[],
        };
        let is_own = |line: &&RuleLine| **line == rule.line || rows.iter().any(|row| row.line == **line);
        let own: Vec<&RuleLine> = spoke.iter().filter(is_own).collect();
        let is_known = generation == rules.generation && own.contains(&&rule.line);
        let shown: Vec<&RuleLine> = if is_known { own } else { spoke.iter().collect() };
        shown.into_iter().map(|line| rules.line(line, generation)).collect()
    }
}
