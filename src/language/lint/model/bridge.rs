//! A table where a rule uses it: its values on both sides, the states they pass through, and what
//! a direction says for each value and state.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::language::check::CheckedRules;
use crate::language::plan::{FieldRule, Outcome, Pipeline, RecordType, Row, RuleBody, Side, States, Table};
use crate::value::{Kind, Path};

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

/// A value of the side that asks, in a state of the side that is asked.
pub struct Case<'a> {
    /// The side that is asked.
    pub target: Side,
    /// The value of the other side.
    pub source: &'a str,
    /// The state of the target; `None`: it is created.
    pub state: Option<&'a str>,
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
            let cells = self.table.rows.iter().flat_map(|row| row.sources(side.other())).flatten();
            cells.cloned().collect::<BTreeSet<_>>().into_iter().collect()
        })
    }

    /// The states of a side, where its field is the record's state.
    pub fn states(&self, side: Side) -> Option<&'a States> {
        let states = self.kind(side).states.as_ref()?;
        (self.path(side)? == &Path::field(states.field.as_str())).then_some(states)
    }

    /// The states of `target` that make a difference to a source value, each with how many there are of which the same
    /// is true: those that a row for it speaks of, and the first of all others. In the order of the field.
    pub fn telling_states<'s>(&self, target: Side, source: &str, states: &'s [String]) -> Vec<(&'s str, usize)> {
        let rows = self.table.naming(target, source).chain(self.table.closing(target));
        let spoken: BTreeSet<&str> = rows
            .flat_map(|row| row.from.iter().chain(row.targets(target).iter().flatten()))
            .map(String::as_str)
            .collect();
        let mut telling: Vec<(&str, usize)> = Vec::new();
        let mut first_other = None;
        for state in states {
            if spoken.contains(state.as_str()) {
                telling.push((state, 1));
                continue;
            }
            let at = *first_other.get_or_insert(telling.len());
            match telling.get_mut(at) {
                Some((_, count)) => *count += 1,
                None => telling.push((state, 1)),
            }
        }
        telling
    }

    /// The rows that speak towards `target` for a source value and the target's state (`None`: on create).
    pub fn speaking(&self, target: Side, source: &str, state: Option<&str>) -> Vec<&'a Row> {
        self.table.naming(target, source).filter(|row| row.stands(state)).collect()
    }

    /// What a source value comes to on `target`, and the row that says so, as the engine follows it.
    pub fn outcome(&self, target: Side, source: &str, state: Option<&str>) -> Option<(Outcome, &'a Row)> {
        self.table.outcome(target, source, state)
    }
}
