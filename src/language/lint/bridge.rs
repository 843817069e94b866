//! A table where a rule uses it: its values on both sides, the states they pass through, and what
//! a direction says for each value and state.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::language::check::CheckedRules;
use crate::language::plan::{
    FieldRule, Move, MoveBy, Outcome, Pipeline, RecordType, Row, RuleBody, Side, States, Table,
};
use crate::value::{Kind, Path, Value};

/// A table between two fields of a pipeline.
pub struct Bridge<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The rule.
    pub rule: &'a FieldRule,
    /// The table, as the pipeline's sides stand.
    pub table: &'a Table,
    paths: [Option<&'a Path>; 2],
}

/// Every use of a table by a rule, rules inside lists among them.
pub fn bridges(rules: &CheckedRules) -> Vec<Bridge<'_>> {
    let mut found = Vec::new();
    for pipeline in rules.pipelines.values() {
        gather(pipeline, &pipeline.rules, &mut found);
    }
    found
}

fn gather<'a>(pipeline: &'a Pipeline, rules: &'a [FieldRule], found: &mut Vec<Bridge<'a>>) {
    for rule in rules {
        match &rule.body {
            RuleBody::Value { table: Some(table), left_path, right_path, .. } => {
                let paths = [left_path.as_ref(), right_path.as_ref()];
                found.push(Bridge { pipeline, rule, table, paths });
            }
            RuleBody::Value { .. } => {}
            RuleBody::List(list) => gather(pipeline, &list.rules, found),
        }
    }
}

impl<'a> Bridge<'a> {
    /// The record type of a side.
    pub fn kind(&self, side: Side) -> &'a Arc<RecordType> {
        self.pipeline.record(side)
    }

    fn path(&self, side: Side) -> Option<&'a Path> {
        let [left, right] = self.paths;
        if side == Side::Left { left } else { right }
    }

    /// A side's system and field, where the field stands in the record itself.
    pub fn field(&self, side: Side) -> Option<(&'a str, String)> {
        self.path(side).map(|path| (self.kind(side).system.as_str(), path.to_string()))
    }

    /// The side as a reader calls it: `system.record`.
    pub fn name(&self, side: Side) -> String {
        format!("{}.{}", self.kind(side).system, self.kind(side).name)
    }

    /// Whether the reading direction towards `target` is left to right.
    pub fn forward(target: Side) -> bool {
        target == Side::Right
    }

    /// The values that a side's field may have; `None` where they cannot be counted.
    pub fn values(&self, side: Side) -> Option<Vec<String>> {
        let field = self.kind(side).field(self.path(side)?)?;
        match &field.kind {
            Kind::Enum(values) => Some(values.to_vec()),
            Kind::Bool => Some(vec!["true".to_owned(), "false".to_owned()]),
            _ => None,
        }
    }

    /// The values of a side, or at least those that the table names.
    pub fn known_values(&self, side: Side) -> Vec<String> {
        self.values(side).unwrap_or_else(|| {
            let forward = side == Side::Left;
            let cells = self.table.rows.iter().flat_map(|row| row.sources(forward)).flatten();
            cells.cloned().collect::<BTreeSet<_>>().into_iter().collect()
        })
    }

    /// The states of a side, where its field is the record's state.
    pub fn states(&self, side: Side) -> Option<&'a States> {
        let states = self.kind(side).states.as_ref()?;
        (self.path(side)? == &Path::field(states.field.as_str())).then_some(states)
    }

    /// The rows that speak towards `target` for a source value and the target's state (`None`: on create).
    pub fn speaking(&self, target: Side, source: &str, state: Option<&str>) -> Vec<&'a Row> {
        let forward = Self::forward(target);
        let rows = self.table.rows.iter();
        rows.filter(|row| !row.is_otherwise(forward) && row.applies(forward, source, state)).collect()
    }

    /// The row that is followed towards `target`, with what it comes to.
    pub fn outcome(&self, target: Side, source: &str, state: Option<&str>) -> Option<(Outcome, &'a Row)> {
        let state = state.map(Value::from);
        let (outcome, row) = self.table.look_up(Self::forward(target), &Value::from(source), state.as_ref())?;
        let held = state.and_then(|state| state.to_key()).is_some_and(|now| row.is_held(Self::forward(target), &now));
        Some((if held && matches!(outcome, Outcome::Value(_)) { Outcome::Nothing } else { outcome }, row))
    }
}

/// The states to which moves lead from some, themselves among them. `by_calls`: only moves that petiole can make.
pub fn reachable(states: &States, from: &[String], by_calls: bool) -> BTreeSet<String> {
    let may = |step: &&Move| !by_calls || !matches!(step.by, MoveBy::People);
    let mut seen: BTreeSet<String> = from.iter().cloned().collect();
    let mut queue: Vec<String> = from.to_vec();
    while let Some(at) = queue.pop() {
        for step in states.moves.iter().filter(may).filter(|step| step.from == at) {
            if seen.insert(step.to.clone()) {
                queue.push(step.to.clone());
            }
        }
    }
    seen
}

/// The first step of a shortest way that petiole can go.
pub fn first_step(states: &States, from: &str, to: &str) -> Option<String> {
    let calls = states.moves.iter().filter(|step| !matches!(step.by, MoveBy::People) && step.from == from);
    let mut best: Option<(usize, String)> = None;
    for step in calls {
        let length = distance(states, &step.to, to);
        if let Some(length) = length.filter(|length| best.as_ref().is_none_or(|(known, _)| length < known)) {
            best = Some((length, step.to.clone()));
        }
    }
    best.map(|(_, step)| step)
}

fn distance(states: &States, from: &str, to: &str) -> Option<usize> {
    let mut border = BTreeSet::from([from.to_owned()]);
    let mut seen = border.clone();
    let mut steps = 0;
    while !border.is_empty() {
        if border.contains(to) {
            return Some(steps);
        }
        let next = |at: &String| {
            let at = at.clone();
            let calls = states.moves.iter().filter(|step| !matches!(step.by, MoveBy::People));
            calls.filter(move |step| step.from == at).map(|step| step.to.clone()).collect::<Vec<_>>()
        };
        border = border.iter().flat_map(next).filter(|state| seen.insert(state.clone())).collect();
        steps += 1;
    }
    None
}
