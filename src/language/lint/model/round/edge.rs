//! A rule in one direction, from a field that some rule writes and on which it depends to the field that it writes.

use std::fmt;

use super::echo_place::{Ground, Lies, Place};
use crate::language::lint::model::{Reading, View};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, Table};
use crate::value::{Kind, Path, Segment};

/// A rule in one direction, from a field to a field.
pub(super) struct Edge<'a> {
    pub(super) ground: Ground<'a>,
    pub(super) rule: &'a FieldRule,
    pub(super) target: Side,
    pub(super) expression: &'a CompiledExpression,
    pub(super) table: Option<&'a Table>,
    pub(super) via: Option<&'a Pipeline>,
    /// What must hold before it speaks, each with the side that `.` is on.
    pub(super) conditions: Vec<(&'a CompiledExpression, Side)>,
    pub(super) from: Place<'a>,
    pub(super) to: Place<'a>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.record.system, self.path)
    }
}

impl<'a> Edge<'a> {
    /// The pipeline of the rule.
    pub(super) fn pipeline(&self) -> &'a Pipeline {
        self.ground.pipeline
    }

    /// The side that it reads.
    pub(super) fn source(&self) -> Side {
        self.target.other()
    }

    /// What the field that it reads may hold.
    pub(super) fn kind(&self) -> Kind {
        self.from.record.field(&self.from.path).map_or(Kind::Any, |field| field.kind.clone())
    }
}

/// A rule that writes, with where it stands.
struct Write<'a> {
    ground: Ground<'a>,
    rule: &'a FieldRule,
    target: Side,
    conditions: Vec<(&'a CompiledExpression, Side)>,
    to: Place<'a>,
}

/// Every rule from a field that some rule writes, in every direction in which it may flow.
pub(super) fn edges<'a>(view: &'a View<'a>) -> Vec<Edge<'a>> {
    let mut writes = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let ground = Ground { view, pipeline, lists: [Path::default(), Path::default()], names: Vec::new() };
        let held = pipeline.when.iter().map(|(condition, _)| (condition, Side::Left)).collect();
        gather(&ground, (&pipeline.rules, held), &mut writes);
    }
    writes.iter().flat_map(|write| write.edges(&writes)).collect()
}

type Conditions<'a> = Vec<(&'a CompiledExpression, Side)>;

fn gather<'a>(ground: &Ground<'a>, (rules, held): (&'a [FieldRule], Conditions<'a>), writes: &mut Vec<Write<'a>>) {
    for rule in rules.iter().filter(|rule| !rule.on_create) {
        let own = rule.when.iter().map(|condition| (condition, Reading::speaker(rule)));
        let conditions: Conditions<'a> = held.iter().copied().chain(own).collect();
        match &rule.body {
            RuleBody::Value { .. } => {
                for target in Side::BOTH.into_iter().filter(|side| ground.view.may_flow(ground.pipeline, rule, *side)) {
                    let Some(path) = rule.path(target) else { continue };
                    let to = ground.whole(target, path);
                    writes.push(Write { ground: ground.clone(), rule, target, conditions: conditions.clone(), to });
                }
            }
            RuleBody::List(list) => {
                let [left, right] = [(Side::Left, &list.left), (Side::Right, &list.right)].map(|(side, path)| {
                    let whole = ground.whole(side, path).path;
                    Path(whole.0.into_iter().chain([Segment::Each]).collect())
                });
                let mut inside = Ground { lists: [left, right], ..ground.clone() };
                inside.names.extend(list.element.as_deref().map(|name| (name, inside.lists.clone())));
                gather(&inside, (&list.rules, conditions), writes);
            }
        }
    }
}

impl<'a> Write<'a> {
    fn edges(&self, writes: &[Self]) -> Vec<Edge<'a>> {
        let Self { rule, target, .. } = *self;
        let RuleBody::Value { left, right, table, via, .. } = &rule.body else { return Vec::new() };
        let expression = if target == Side::Right { left } else { right };
        let via = via.as_ref().and_then(|name| self.ground.view.rules.pipelines.get(name));
        let mut edges: Vec<Edge<'a>> = Vec::new();
        for from in writes.iter().map(|write| &write.to) {
            let read = self.ground.touches(expression.tree(), target.other(), from) != Lies::Apart
                || self
                    .conditions
                    .iter()
                    .any(|(condition, side)| self.ground.touches(condition.tree(), *side, from) != Lies::Apart);
            if !read || edges.iter().any(|edge| edge.from.lies_to(from) == Lies::There) {
                continue;
            }
            edges.push(Edge {
                ground: self.ground.clone(),
                rule,
                target,
                expression,
                table: table.as_deref(),
                via: via.map(AsRef::as_ref),
                conditions: self.conditions.clone(),
                from: from.clone(),
                to: self.to.clone(),
            });
        }
        edges
    }
}
