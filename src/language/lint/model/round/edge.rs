//! A rule in one direction, from a field that some rule writes and on which it depends to the field that it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::place::{Ground, Lies, Place};
use crate::language::lint::model::meaning::Reading;
use crate::language::lint::model::view::View;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, Table};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::{Kind, Path, Segment};

/// A rule in one direction, from a field to a field.
pub(crate) struct Edge<'a> {
    pub(crate) ground: Ground<'a>,
    pub(crate) rule: &'a FieldRule,
    pub(crate) target: Side,
    pub(crate) expression: &'a CompiledExpression,
    pub(crate) table: Option<&'a Table>,
    pub(crate) via: Option<&'a Pipeline>,
    /// What must hold before it speaks, each with the side that `.` is on.
    pub(crate) conditions: Vec<(&'a CompiledExpression, Side)>,
    pub(crate) from: Place<'a>,
    pub(crate) to: Place<'a>,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.record.system, self.path)
    }
}

impl<'a> Edge<'a> {
    /// The pipeline of the rule.
    pub(crate) fn pipeline(&self) -> &'a Pipeline {
        self.ground.pipeline
    }

    /// The side that it reads.
    pub(crate) fn source(&self) -> Side {
        self.target.other()
    }

    /// Whether it names its own side, so that it reads the very record that it writes.
    pub(crate) fn reads_own(&self) -> bool {
        let own = &self.pipeline().record(self.target).system;
        let conditions = self.conditions.iter().map(|(condition, _)| condition.tree());
        let mut found = false;
        for tree in conditions.chain([self.expression.tree()]) {
            tree.visit(&mut |part| {
                let ExpressionKind::Path(path) = &part.kind else { return };
                found |= path.head.as_ref().is_some_and(|head| head.text == *own);
            });
        }
        found
    }

    /// What the field that it reads may hold.
    pub(crate) fn kind(&self) -> Kind {
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
pub(crate) fn edges<'a>(view: &'a View<'a>) -> Vec<Edge<'a>> {
    let mut writes = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let ground = Ground { view, pipeline, lists: [Path::default(), Path::default()], names: Vec::new() };
        let held = pipeline.when.iter().map(|(condition, _)| (condition, Side::Left)).collect();
        gather(&ground, (&pipeline.rules, held), &mut writes);
    }
    let (mut written, mut known) = (Written::new(), BTreeSet::new());
    for (at, write) in writes.iter().enumerate() {
        let (system, record, path) = write.to.name();
        if known.insert((system, record, path)) {
            written.entry((system.to_owned(), record.to_owned())).or_default().push((at, &write.to));
        }
    }
    writes.iter().flat_map(|write| write.edges(&written)).collect()
}

/// What rules write, by the kind of record: each place once, with which rule writes it first.
type Written<'w, 'a> = BTreeMap<(String, String), Vec<(usize, &'w Place<'a>)>>;

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
    fn edges(&self, written: &Written<'_, 'a>) -> Vec<Edge<'a>> {
        let Self { rule, target, .. } = *self;
        let RuleBody::Value { left, right, table, via, .. } = &rule.body else { return Vec::new() };
        let expression = if target == Side::Right { left } else { right };
        let via = via.as_ref().and_then(|name| self.ground.view.rules.pipelines.get(name));
        let trees = || {
            let conditions = self.conditions.iter().map(|(condition, side)| (condition.tree(), *side));
            std::iter::once((expression.tree(), target.other())).chain(conditions)
        };
        // Of few kinds of records anything is read at all.
        let mut kinds = BTreeSet::new();
        for (tree, side) in trees() {
            self.ground.reads(tree, (side, None), &mut |place, _| {
                kinds.insert((place.record.system.clone(), place.record.name.clone()));
            });
        }
        let mut places: Vec<(usize, &Place<'a>)> =
            kinds.iter().filter_map(|kind| written.get(kind)).flatten().copied().collect();
        places.sort_by_key(|(at, _)| *at);
        let mut edges: Vec<Edge<'a>> = Vec::new();
        for (_, from) in places {
            if !trees().any(|(tree, side)| self.ground.touches(tree, side, from) != Lies::Apart) {
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
                from: Place::clone(from),
                to: self.to.clone(),
            });
        }
        edges
    }
}
