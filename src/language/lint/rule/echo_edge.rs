//! A rule in one direction, from a field that some rule writes to a field.

use std::fmt;

use crate::language::lint::model::View;
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side, Table};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Kind, Path, Segment};

/// A field of a kind of record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node<'a> {
    system: &'a str,
    record: &'a str,
    path: Path,
}

impl fmt::Display for Node<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.system, self.path)
    }
}

/// A rule in one direction, from a field to a field.
pub(super) struct Edge<'a> {
    pub(super) pipeline: &'a Pipeline,
    pub(super) rule: &'a FieldRule,
    pub(super) target: Side,
    pub(super) expression: &'a CompiledExpression,
    pub(super) table: Option<&'a Table>,
    /// What the expression calls the record with the field; `None`: the element.
    pub(super) head: Option<&'a str>,
    /// The field from there.
    pub(super) read: Path,
    pub(super) from: Node<'a>,
    pub(super) to: Node<'a>,
    /// The kind of the field that it reads.
    pub(super) kind: Option<Kind>,
}

impl Edge<'_> {
    /// The script's function through which the value goes, if it does.
    pub(super) fn script(&self) -> Option<&str> {
        let mut found = None;
        self.expression.tree().visit(&mut |part| {
            if let ExpressionKind::Call(name, arguments) = &part.kind
                && self.expression.is_script(&name.text)
                && arguments.iter().any(|argument| is_read(argument, self.head, &self.read))
            {
                found = Some(name.text.as_str());
            }
        });
        found
    }
}

/// A rule that writes, with the lists around it on both sides.
struct Write<'a> {
    pipeline: &'a Pipeline,
    rule: &'a FieldRule,
    target: Side,
    lists: [Path; 2],
}

/// Every rule from a field that some rule writes, in every direction in which it may flow.
pub(super) fn edges<'a>(view: &View<'a>) -> Vec<Edge<'a>> {
    let mut writes = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        gather(view, pipeline, (&pipeline.rules, &[Path::default(), Path::default()]), &mut writes);
    }
    let written: Vec<Node<'_>> = writes.iter().filter_map(Write::to).collect();
    writes.iter().flat_map(|write| write.edges(&written)).collect()
}

fn gather<'a>(
    view: &View<'_>,
    pipeline: &'a Pipeline,
    (rules, lists): (&'a [FieldRule], &[Path; 2]),
    writes: &mut Vec<Write<'a>>,
) {
    for rule in rules.iter().filter(|rule| !rule.on_create) {
        match &rule.body {
            RuleBody::Value { .. } => {
                let sides = Side::BOTH.into_iter().filter(|target| view.may_flow(pipeline, rule, *target));
                writes.extend(sides.map(|target| Write { pipeline, rule, target, lists: lists.clone() }));
            }
            RuleBody::List(list) => {
                let [left, right] = lists;
                let lists = [below(left, &list.left), below(right, &list.right)];
                gather(view, pipeline, (&list.rules, &lists), writes);
            }
        }
    }
}

fn below(outer: &Path, list: &Path) -> Path {
    Path(outer.0.iter().chain(&list.0).cloned().chain([Segment::Each]).collect())
}

impl<'a> Write<'a> {
    fn list(&self, side: Side) -> &Path {
        let [left, right] = &self.lists;
        if side == Side::Left { left } else { right }
    }

    fn to(&self) -> Option<Node<'a>> {
        let own = self.rule.path(self.target)?;
        let record = self.pipeline.record(self.target);
        let path = Path(self.list(self.target).0.iter().chain(&own.0).cloned().collect());
        Some(Node { system: &record.system, record: &record.name, path })
    }

    fn edges(&self, written: &[Node<'a>]) -> Vec<Edge<'a>> {
        let (pipeline, rule, target) = (self.pipeline, self.rule, self.target);
        let RuleBody::Value { left, right, table, via: None, .. } = &rule.body else { return Vec::new() };
        let Some(to) = self.to() else { return Vec::new() };
        let expression = if target == Side::Right { left } else { right };
        let source = pipeline.record(target.other());
        let list = self.list(target.other());
        let mut edges: Vec<Edge<'a>> = Vec::new();
        let of_source = |node: &&Node<'a>| node.system == source.system && node.record == source.name;
        for from in written.iter().filter(of_source) {
            let (head, read) = match from.path.0.strip_prefix(list.0.as_slice()) {
                Some(inner) if !list.0.is_empty() => (None, Path(inner.to_vec())),
                _ => (Some(source.system.as_str()), from.path.clone()),
            };
            let known = edges.iter().any(|edge| edge.from == *from);
            if !known && is_read(expression.tree(), head, &read) {
                let kind = source.field(&from.path).map(|field| field.kind.clone());
                let (from, to, table) = (from.clone(), to.clone(), table.as_deref());
                edges.push(Edge { pipeline, rule, target, expression, table, head, read, from, to, kind });
            }
        }
        edges
    }
}

/// Whether a path in a tree leads to a place behind a name, or the element, or into it.
fn is_read(tree: &Expression, head: Option<&str>, place: &Path) -> bool {
    let mut found = false;
    tree.visit(&mut |part| {
        if let ExpressionKind::Path(path) = &part.kind {
            let own = path.head.as_ref().map(|name| name.text.as_str());
            found |= own == head && path.segments.starts_with(&place.0);
        }
    });
    found
}
