//! A table where a rule uses it: its values on both sides, the states they pass through, and what
//! a direction says for each value and state.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::viewpoint::Viewpoint;
use crate::language::check::CheckedRules;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Field, FieldRule, Outcome, Pipeline, RecordType, Row, RuleBody, Side, States, Table};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::{Kind, Path, Value};

/// What stands for every value of a field that no row names.
const ANY_OTHER: &str = "(any other)";

/// A table between two fields of a pipeline.
pub struct Bridge<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// The rule.
    pub rule: &'a FieldRule,
    /// The table, as the pipeline's sides stand.
    pub table: &'a Table,
    /// What stands on both sides of the arrow.
    expressions: [&'a CompiledExpression; 2],
    /// Where those stand that are fields, from their records.
    paths: [Option<Path>; 2],
    /// Where the rule stands.
    viewpoint: Viewpoint<'a>,
    /// What must hold before the rule speaks.
    conditions: Vec<&'a CompiledExpression>,
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
        let viewpoint = Viewpoint::new(rules, pipeline, Side::Left);
        gather((&pipeline.rules, &[]), &viewpoint, &mut found);
    }
    found
}

fn gather<'a>(
    (rules, held): (&'a [FieldRule], &[&'a CompiledExpression]),
    viewpoint: &Viewpoint<'a>,
    found: &mut Vec<Bridge<'a>>,
) {
    for rule in rules {
        let conditions: Vec<&CompiledExpression> = held.iter().copied().chain(&rule.when).collect();
        match &rule.body {
            RuleBody::Value { table: Some(table), left, right, left_path, right_path, .. } => {
                let whole = |side: Side, path: &Option<Path>| path.as_ref().map(|path| viewpoint.whole(side, path));
                found.push(Bridge {
                    pipeline: viewpoint.pipeline,
                    rule,
                    table,
                    expressions: [left, right],
                    paths: [whole(Side::Left, left_path), whole(Side::Right, right_path)],
                    viewpoint: viewpoint.clone(),
                    conditions,
                });
            }
            RuleBody::Value { .. } => {}
            RuleBody::List(list) => {
                let inner = viewpoint.inside(list.element.as_deref(), [&list.left, &list.right]);
                gather((&list.rules, &conditions), &inner, found);
            }
        }
    }
}

impl<'a> Bridge<'a> {
    /// The record type of a side.
    pub fn kind(&self, side: Side) -> &'a Arc<RecordType> {
        self.pipeline.record(side)
    }

    fn path(&self, side: Side) -> Option<&Path> {
        let [left, right] = &self.paths;
        if side == Side::Left { left.as_ref() } else { right.as_ref() }
    }

    fn expression(&self, side: Side) -> &'a CompiledExpression {
        let [left, right] = self.expressions;
        if side == Side::Left { left } else { right }
    }

    /// The field of a side, where it is one.
    pub fn declared(&self, side: Side) -> Option<&'a Field> {
        self.kind(side).field(self.path(side)?)
    }

    /// A side's system and field, where the side is a field.
    pub fn field(&self, side: Side) -> Option<(&'a str, String)> {
        self.path(side).map(|path| (self.kind(side).system.as_str(), path.to_string()))
    }

    /// The side as a reader calls it: `system.record`; inside a list with the field of its elements.
    pub fn name(&self, side: Side) -> String {
        let kind = self.kind(side);
        match self.path(side).filter(|_| self.viewpoint.is_inside()) {
            Some(path) => format!("{}.{}.{path}", kind.system, kind.name),
            None => format!("{}.{}", kind.system, kind.name),
        }
    }

    /// Whether the rule asks a row about a side. (A table may be turned round for its rule.)
    pub fn points(&self, row: &Row, target: Side) -> bool {
        let own = self.table.rows.iter().find(|own| own.span == row.span);
        own.is_some_and(|own| own.points(target)) && self.rule.points(target)
    }

    /// The side as its rule says it; a field as a reader calls it.
    pub fn written(&self, side: Side) -> String {
        match self.field(side) {
            Some((_, field)) if self.viewpoint.is_inside() => {
                field.rsplit_once("[].").map_or(field.clone(), |(_, own)| format!(".{own}"))
            }
            Some((system, field)) => format!("{system}.{field}"),
            None => self.name(side),
        }
    }

    /// The values that a side may have; `None` where they cannot be counted.
    pub fn values(&self, side: Side) -> Option<Vec<String>> {
        if self.path(side).is_none() {
            let values = self.viewpoint.over(side).values(self.expression(side).tree(), &[])?;
            return Some(values.keys());
        }
        match &self.declared(side)?.kind {
            Kind::Enum(values) => Some(values.to_vec()),
            Kind::Bool => Some(vec!["true".to_owned(), "false".to_owned()]),
            _ => None,
        }
    }

    /// The values of a side for which the rule may speak; `None` where they cannot be counted.
    pub fn asking(&self, side: Side) -> Option<Vec<String>> {
        let values = self.values(side)?;
        Some(values.into_iter().filter(|value| self.speaks_for(side, &self.value(side, value))).collect())
    }

    /// Whether the rule may speak where nothing stands on a side.
    pub fn may_lack(&self, side: Side) -> bool {
        let nullable = match self.declared(side) {
            Some(field) => !self.kind(side).is_filled(field),
            None => match self.viewpoint.over(side).values(self.expression(side).tree(), &[]) {
                Some(values) => values.may_be_null(),
                None => self.viewpoint.over(side).may_be_null(self.expression(side).tree()),
            },
        };
        nullable && self.speaks_for(side, &Value::Null)
    }

    /// Whether the rule's conditions may hold while a side has a value.
    fn speaks_for(&self, side: Side, value: &Value) -> bool {
        let viewpoint = self.viewpoint.over(side);
        let known = match &self.expression(side).tree().kind {
            ExpressionKind::Path(path) => vec![(path, value.clone())],
            _ => Vec::new(),
        };
        self.conditions.iter().all(|condition| viewpoint.may_hold(condition.tree(), &known))
    }

    /// Whether a condition may fail while the source has a value and the target is in a state.
    pub fn may_be_kept_back(&self, target: Side, condition: &CompiledExpression, [value, state]: [&str; 2]) -> bool {
        let sides = [(target.other(), value), (target, state)];
        let known: Vec<_> = sides
            .into_iter()
            .filter_map(|(side, text)| match &self.expression(side).tree().kind {
                ExpressionKind::Path(path) => Some((path, self.value(side, text))),
                _ => None,
            })
            .collect();
        let found = self.viewpoint.over(target.other()).values(condition.tree(), &known);
        found.is_none_or(|values| values.0.iter().any(|one| *one != Value::Bool(true)))
    }

    fn value(&self, side: Side, text: &str) -> Value {
        match self.declared(side).map(|field| &field.kind) {
            Some(Kind::Bool) => Value::Bool(text == "true"),
            _ => Value::text(text),
        }
    }

    /// Whether the rule stands in a list.
    pub fn is_inside(&self) -> bool {
        self.viewpoint.is_inside()
    }

    /// Whether another rule of the pipeline writes the same field.
    pub fn has_twin(&self, target: Side) -> bool {
        let path = self.rule.path(target);
        let twin = |one: &FieldRule| one.points(target) && one.path(target) == path && one.span != self.rule.span;
        self.pipeline.rules.iter().any(twin)
    }

    /// Whether the table is only asked for what is new.
    pub fn is_for_new(&self) -> bool {
        self.viewpoint.is_inside() || self.rule.on_create
    }

    /// What a side may hold when the table is asked: its values, or where they cannot be counted and rows tell them
    /// apart with `from`, those that rows name and one that stands for all others. None where the table is only asked
    /// for what is new: elements of lists are always written as new ones.
    pub fn present(&self, side: Side) -> Vec<String> {
        if self.is_for_new() {
            return Vec::new();
        }
        if let Some(values) = self.values(side) {
            return values;
        }
        let told_apart = |row: &&Row| row.points(side) && !row.from.is_empty();
        if !self.table.rows.iter().any(|row| told_apart(&row)) {
            return Vec::new();
        }
        let from = self.table.rows.iter().filter(told_apart).flat_map(|row| &row.from);
        let named: BTreeSet<String> = from.cloned().chain(self.known_values(side)).collect();
        named.into_iter().chain([ANY_OTHER.to_owned()]).collect()
    }

    /// The values of a side, or at least those that the table names.
    pub fn known_values(&self, side: Side) -> Vec<String> {
        self.values(side).unwrap_or_else(|| {
            let cells = self.table.rows.iter().flat_map(|row| row.targets(side)).flatten();
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
