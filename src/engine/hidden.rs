//! Fields of list elements that a peer takes and never shows: what stands there is what was sent last.
//!
//! Elements are told apart by the rest of their key, those with the same one in order. Knows no values of its own:
//! where nothing was sent yet, what is asked for counts as held.

use std::collections::{HashMap, VecDeque};

use super::base::BaseValues;
use crate::language::plan::{FieldRule, ListRule, Pipeline, RuleBody, Side};
use crate::value::{Path, Record, Segment, Value, digest};

/// The hidden fields of a list rule on a side: where each rule carries its value, and which of them are hidden.
pub(super) struct Hidden<'r> {
    list: &'r ListRule,
    side: Side,
    rules: Vec<usize>,
}

impl<'r> Hidden<'r> {
    /// Those of a rule, if it is about a list with any.
    pub(super) fn of(pipeline: &Pipeline, rule: &'r FieldRule, side: Side) -> Option<Self> {
        let RuleBody::List(list) = &rule.body else { return None };
        let within = if side == Side::Left { &list.left } else { &list.right };
        let hidden = |own: &Path| {
            let steps = within.0.iter().cloned().chain([Segment::Each]).chain(own.0.iter().cloned());
            pipeline.record(side).field(&Path(steps.collect())).is_some_and(|field| field.write_only)
        };
        let rules = list.rules.iter().enumerate();
        let rules: Vec<usize> =
            rules.filter(|(_, rule)| rule.path(side).is_some_and(hidden)).map(|(at, _)| at).collect();
        (!rules.is_empty()).then_some(Self { list, side, rules })
    }

    /// Raw rows of the side with what was sent last, as the base has it.
    pub(super) fn known(&self, raw: Value, base: Option<&BaseValues>) -> Value {
        let sent = base.and_then(|base| base.of(self.side).as_list()).unwrap_or_default();
        self.filled(raw, sent.to_vec())
    }

    /// Raw rows of the side with what was sent just now.
    pub(super) fn sent(&self, raw: Value, sent: &Value) -> Value {
        let rows = sent.as_list().unwrap_or_default().iter().map(|row| self.raw_of(row)).collect();
        self.filled(raw, rows)
    }

    /// The elements that the side holds, with what its raw rows know of them, and else with what is asked for.
    pub(super) fn held(&self, held: &Value, raw: &Value, desired: &[Record]) -> Value {
        let rows = held.as_list().unwrap_or_default();
        let asked = desired.iter().map(|row| self.raw_of(&Value::Record(row.clone()))).collect();
        let filled = self.filled(raw.clone(), asked);
        let filled = filled.as_list().unwrap_or_default();
        let whole = rows.iter().zip(filled).map(|(row, raw)| {
            let mut row = row.as_record().cloned().unwrap_or_default();
            for (path, value) in self.rules.iter().filter_map(|at| Some((self.path(*at)?, part(raw, *at)))) {
                let value = value.as_list().and_then(|sent| sent.first()).cloned();
                path.write(&mut row, value.unwrap_or_default());
            }
            Value::Record(row)
        });
        Value::List(whole.collect())
    }

    /// Fills rows where all that is hidden is unknown, each from the first row of the same key that is left.
    fn filled(&self, raw: Value, from: Vec<Value>) -> Value {
        let Value::List(mut rows) = raw else { return raw };
        let mut left: HashMap<String, VecDeque<Value>> = HashMap::new();
        for known in from {
            left.entry(self.key(&known)).or_default().push_back(known);
        }
        for row in rows.make_mut() {
            if self.rules.iter().any(|at| !part(row, *at).is_null()) {
                continue;
            }
            let Some(known) = left.get_mut(&self.key(row)).and_then(VecDeque::pop_front) else { continue };
            if let Value::List(parts) = row {
                let hidden = |at: usize| self.rules.contains(&at);
                for (at, place) in parts.make_mut().iter_mut().enumerate().filter(|(at, _)| hidden(*at)) {
                    place.clone_from(part(&known, at));
                }
            }
        }
        Value::List(rows)
    }

    /// What tells rows apart beside what is hidden: the same text for equal values.
    fn key(&self, row: &Value) -> String {
        let named = |rule: &FieldRule| {
            let path = rule.path(self.side).map(ToString::to_string);
            path.is_some_and(|path| self.list.key.contains(&path))
        };
        let rules = self.list.rules.iter().enumerate();
        let told = rules.filter(|(at, rule)| named(rule) && !self.rules.contains(at));
        digest::canonical(&told.map(|(at, _)| part(row, at).clone()).collect::<Vec<_>>().into())
    }

    /// An element of the side as its raw row. What is hidden stands in a list of its own, so that nothing that was sent
    /// is not taken for nothing that is known.
    fn raw_of(&self, row: &Value) -> Value {
        let part = |(at, rule): (usize, &FieldRule)| {
            let value = rule.path(self.side).map(|path| path.read(row)).unwrap_or_default();
            if self.rules.contains(&at) { Value::List(ecow::eco_vec![value]) } else { value }
        };
        Value::List(self.list.rules.iter().enumerate().map(part).collect())
    }

    fn path(&self, at: usize) -> Option<&'r Path> {
        self.list.rules.get(at)?.path(self.side)
    }
}

fn part(row: &Value, at: usize) -> &Value {
    row.as_list().and_then(|parts| parts.get(at)).unwrap_or(&Value::Null)
}
