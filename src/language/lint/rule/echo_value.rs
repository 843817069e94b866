//! Echoes of values without states: through a table that leads both ways, and through rules that
//! lead a field back to itself.
//!
//! A round is walked with concrete values. One that comes back as another value is an echo.

use crate::diagnostic::Diagnostic;
use crate::language::lint::lint::Lint;
use crate::language::lint::model::View;
use crate::language::lint::model::bridge::Bridge;
use crate::language::lint::model::meaning::{Condition, Reading};
use crate::language::plan::expression::{CompiledExpression, Scope};
use crate::language::plan::{FieldRule, Outcome, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind};
use crate::value::{Path, Record, Segment, Value};

/// A round of more rules than this is not followed.
const ROUND_MAX: usize = 6;

/// A value of a table without states that is carried over and comes back as another.
pub(super) fn through_table(lint: &Lint, bridge: &Bridge<'_>) -> Option<Diagnostic> {
    for side in [Side::Left, Side::Right] {
        let target = side.other();
        let states = bridge.known_values(target);
        for value in bridge.known_values(side) {
            for (state, _) in bridge.telling_states(target, &value, &states) {
                let Some((there, first)) = carried(bridge, target, &value, state) else { continue };
                let Some((back, second)) = carried(bridge, side, &there, &value) else { continue };
                if back != value && first.span != second.span {
                    let (one, other) = (bridge.name(side), bridge.name(target));
                    let message = format!("a change comes back: `{one}` {value} → `{other}` {there} → `{one}` {back}");
                    let finding = lint.found(message, second.span, "by this row").label(first.span, "after this one");
                    return Some(finding.help(format!(
                        "give {value} a `<->` row of its own, or say `nothing` for {there} while the other is {value}"
                    )));
                }
            }
        }
    }
    None
}

/// What a target in some state becomes, and by which row; `None`: nothing is asked of it.
fn carried<'a>(
    bridge: &Bridge<'a>,
    target: Side,
    source: &str,
    state: &str,
) -> Option<(String, &'a crate::language::plan::Row)> {
    match bridge.outcome(target, source, Some(state))? {
        (Outcome::Value(goal), row) => Some((goal, row)),
        _ => None,
    }
}

/// A rule in one direction, from a field to a field.
#[derive(Clone, Copy)]
struct Edge<'a> {
    pipeline: &'a Pipeline,
    rule: &'a FieldRule,
    target: Side,
    expression: &'a CompiledExpression,
    from: (&'a str, &'a Path),
    to: (&'a str, &'a Path),
}

/// Rounds of rules of one pipeline that lead a value back to its field as another value.
pub(super) fn through_rules(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for pipeline in view.rules.pipelines.values() {
        let edges = edges(view, pipeline);
        let mut told: Vec<Vec<usize>> = Vec::new();
        for start in &edges {
            for round in rounds(start, &edges) {
                let mut name: Vec<usize> = round.iter().map(|edge| edge.rule.span.start).collect();
                name.sort_unstable();
                if !told.contains(&name)
                    && is_live(view, &round)
                    && let Some(values) = walk(&round)
                {
                    told.push(name);
                    found.extend(flag(lint, &round, &values));
                }
            }
        }
    }
    found
}

fn edges<'a>(view: &View<'_>, pipeline: &'a Pipeline) -> Vec<Edge<'a>> {
    let mut edges = Vec::new();
    for rule in pipeline.rules.iter().filter(|rule| !rule.on_create) {
        let RuleBody::Value { left, right, left_path, right_path, table: None, via: None } = &rule.body else {
            continue;
        };
        for target in [Side::Left, Side::Right] {
            let (expression, path) = if target == Side::Right { (left, right_path) } else { (right, left_path) };
            let Some(path) = path.as_ref().filter(|_| view.may_flow(pipeline, rule, target)) else { continue };
            let from = pipeline.record(target.other()).system.as_str();
            let to = (pipeline.record(target).system.as_str(), path);
            // What is read is a field that another rule writes.
            let written = pipeline.rules.iter().filter_map(|other| match &other.body {
                RuleBody::Value { left_path, right_path, .. } if other.points(target.other()) => {
                    if target == Side::Right { left_path.as_ref() } else { right_path.as_ref() }
                }
                _ => None,
            });
            for source in written.filter(|path| reads(expression.tree(), from, path)) {
                edges.push(Edge { pipeline, rule, target, expression, from: (from, source), to });
            }
        }
    }
    edges
}

fn reads(tree: &Expression, system: &str, path: &Path) -> bool {
    let mut found = false;
    tree.visit(&mut |at| {
        if let ExpressionKind::Path(read) = &at.kind {
            let steps: Vec<Segment> = read.steps.iter().map(|step| step.segment.clone()).collect();
            found |= read.head.as_ref().is_some_and(|head| head.text == system) && steps.starts_with(&path.0);
        }
    });
    found
}

/// Rounds that begin with an edge and lead back to its source over other rules.
fn rounds<'a>(start: &Edge<'a>, edges: &[Edge<'a>]) -> Vec<Vec<Edge<'a>>> {
    let mut open = vec![vec![*start]];
    let mut closed = Vec::new();
    while let Some(way) = open.pop() {
        let Some(last) = way.last() else { continue };
        if last.to == start.from && way.len() > 1 {
            closed.push(way);
            continue;
        }
        let next = edges.iter().filter(|edge| edge.from == last.to);
        for edge in next.filter(|edge| !way.iter().any(|known| std::ptr::eq(known.rule, edge.rule))) {
            if way.len() < ROUND_MAX {
                open.push(way.iter().chain([edge]).copied().collect());
            }
        }
    }
    closed
}

/// Whether all rules of a round can be live at once.
fn is_live(view: &View<'_>, round: &[Edge<'_>]) -> bool {
    let owners = round.iter().map(|edge| &edge.rule.owner);
    let live = |world: &Value| round.iter().all(|edge| edge.pipeline.flows(edge.rule, edge.target, world));
    let Some(first) = round.first() else { return false };
    let reading = Reading::of(view, first.pipeline);
    let apart = Condition::all(round.iter().map(|edge| reading.of_rule(edge.rule))).is_never();
    !apart && view.worlds(owners).iter().any(live)
}

/// Only the field that a round reads is known.
struct One<'a> {
    head: &'a str,
    record: Value,
}

impl Scope for One<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let known = head == Some(self.head);
        Some(if known { Path(segments.to_vec()).read(&self.record) } else { Value::Null })
    }
}

/// The values of a round that does not bring back what it began with.
fn walk(round: &[Edge<'_>]) -> Option<Vec<Value>> {
    let samples = [
        Value::text(" Some Text 1 "),
        Value::Integer(3),
        Value::Decimal(rust_decimal::Decimal::new(1_005, 3)),
        Value::Bool(true),
        Value::Null,
    ];
    let first = round.first()?;
    let field = first.pipeline.record(first.target.other()).field(first.from.1);
    samples.into_iter().filter(|sample| field.is_none_or(|field| field.kind.fits(sample))).find_map(|sample| {
        let mut values = vec![sample];
        for edge in round {
            let mut record = Record::new();
            edge.from.1.write(&mut record, values.last()?.clone());
            let scope = One { head: edge.from.0, record: Value::Record(record) };
            values.push(edge.expression.evaluate(&scope).ok()?);
        }
        (values.first() != values.last()).then_some(values)
    })
}

fn flag(lint: &Lint, round: &[Edge<'_>], values: &[Value]) -> Option<Diagnostic> {
    let last = round.last()?;
    let first = round.first()?;
    let names = std::iter::once(first.from).chain(round.iter().map(|edge| edge.to));
    let way: Vec<String> =
        names.zip(values).map(|((system, path), value)| format!("`{system}.{path}` {value}")).collect();
    let message = format!("a change comes back: {}", way.join(" → "));
    let finding = lint.found(message, last.rule.span, "by this rule");
    let before = round.iter().take(round.len() - 1);
    let finding = before.fold(finding, |finding, edge| finding.label(edge.rule.span, "after this one"));
    Some(finding.help("say `on create` in one of these rules, or let one system own both groups"))
}
