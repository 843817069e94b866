//! Echoes through rules that lead a field back to itself: over all pipelines, inside lists, through tables.
//!
//! A round is walked with the values that make a difference to it: those of the field where they can be counted, else
//! the constants of its rules and what lies beside them. One that comes back as another value is an echo; a round
//! through a script cannot be seen through, and is told for that.

use super::echo_edge::{Edge, edges};
use crate::diagnostic::{Diagnostic, Span};
use crate::language::lint::lint::Lint;
use crate::language::lint::model::{Condition, Reading, View};
use crate::language::plan::expression::Scope;
use crate::language::plan::{Outcome, Side};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::{Kind, Path, Record, Segment, Value};

/// A round of more rules than this is not followed.
const ROUND_MAX: usize = 6;

/// More rounds than this are not looked for from one field.
const ROUNDS_MAX: usize = 1_000;

/// How often a value is sent round to see whether it rests.
const TURNS: usize = 3;

/// Rounds of rules that lead a value back to its field as another value, or nobody knows as what.
pub(super) fn through_rules(lint: &Lint, view: &View<'_>) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    let edges = edges(view);
    let mut told: Vec<Vec<Span>> = Vec::new();
    for start in &edges {
        for round in rounds(start, &edges) {
            let mut name: Vec<Span> = round.iter().map(|edge| edge.rule.span).collect();
            name.sort_unstable();
            if told.contains(&name) || !is_live(view, &round) {
                continue;
            }
            if let Some(finding) = echo(lint, &round) {
                told.push(name);
                found.push(finding);
            }
        }
    }
    found
}

/// Rounds that begin with an edge and lead back to its source over other rules.
fn rounds<'e, 'a>(start: &'e Edge<'a>, edges: &'e [Edge<'a>]) -> Vec<Vec<&'e Edge<'a>>> {
    let mut open = vec![vec![start]];
    let mut closed = Vec::new();
    while let Some(way) = open.pop() {
        let Some(last) = way.last() else { continue };
        if last.to == start.from && way.len() > 1 {
            closed.push(way);
            continue;
        }
        let next = edges.iter().filter(|edge| edge.from == last.to);
        for edge in next.filter(|edge| !way.iter().any(|known| std::ptr::eq(known.rule, edge.rule))) {
            if way.len() < ROUND_MAX && open.len() < ROUNDS_MAX {
                open.push(way.iter().copied().chain([edge]).collect());
            }
        }
    }
    closed
}

/// Whether all rules of a round can be live at once.
fn is_live(view: &View<'_>, round: &[&Edge<'_>]) -> bool {
    let conditions = round.iter().map(|edge| {
        let [left, right] = Side::BOTH.map(|side| {
            let record = edge.pipeline.record(side);
            let by = Side::BOTH.map(|side| view.written(edge.pipeline.match_of(side).tree()));
            format!("{}.{} by {by:?}", record.system, record.name)
        });
        Reading::rooted(view, edge.pipeline, [left, right]).of_rule(edge.rule)
    });
    let owners = round.iter().flat_map(|edge| edge.pipeline.deciding(edge.rule, edge.target));
    let live = |world: &Value| round.iter().all(|edge| edge.pipeline.flows(edge.rule, edge.target, world));
    view.worlds(owners).iter().any(live) && !Condition::all(conditions).is_never()
}

/// The field that a round reads, and what all others are.
struct One<'a> {
    head: Option<&'a str>,
    record: Value,
    others: &'a Value,
}

impl Scope for One<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let known = head == self.head && segments.first().is_some_and(|first| is_in(&self.record, first));
        Some(if known { Path(segments.to_vec()).read(&self.record) } else { self.others.clone() })
    }
}

fn is_in(record: &Value, step: &Segment) -> bool {
    matches!(step, Segment::Field(name) if record.as_record().is_some_and(|record| record.get(name).is_some()))
}

/// What a round makes of a value, step by step; `None`: it ends on the way.
fn turn(round: &[&Edge<'_>], value: &Value, others: &Value) -> Option<Vec<Value>> {
    let mut values = vec![value.clone()];
    for edge in round {
        let mut record = Record::new();
        edge.read.write(&mut record, values.last()?.clone());
        let scope = One { head: edge.head, record: Value::Record(record), others };
        let given = edge.expression.evaluate(&scope).ok()?;
        values.push(match edge.table {
            None => given,
            // Rows that depend on what the target is, or speak on create alone, are not counted on.
            Some(table) => match table.outcome(edge.target, &given.to_key()?, Some(""))? {
                (Outcome::Value(goal), _) => Value::text(goal),
                _ => return None,
            },
        });
    }
    Some(values)
}

/// The values of a round that does not bring back what it began with.
fn walk(round: &[&Edge<'_>]) -> Option<Vec<Value>> {
    let samples = samples(round);
    let comes_back = |sample: &Value| {
        let values = turn(round, sample, &Value::Null)?;
        (values.first() != values.last()).then_some(values)
    };
    // With other fields in it, it is an echo where it goes on changing.
    let others = [Value::Integer(2), Value::text("x")];
    let goes_on = |sample: &Value| {
        others.iter().find_map(|others| {
            let first = turn(round, sample, others)?;
            let mut last = first.last()?.clone();
            for _ in 1..TURNS {
                let next = turn(round, &last, others)?.last()?.clone();
                if next == last {
                    return None;
                }
                last = next;
            }
            (first.first() != first.last()).then_some(first)
        })
    };
    samples.iter().find_map(comes_back).or_else(|| samples.iter().find_map(goes_on))
}

/// Values of which some would come back as others, if any do.
fn samples(round: &[&Edge<'_>]) -> Vec<Value> {
    let kind = round.first().and_then(|first| first.kind.clone()).unwrap_or(Kind::Any);
    if let Kind::Enum(values) = &kind {
        return values.iter().map(|value| Value::text(value.as_str())).chain([Value::Null]).collect();
    }
    let mut samples = vec![
        Value::text(" Some Text 1 "),
        Value::text("plain"),
        Value::Integer(3),
        Value::Integer(-7),
        Value::Decimal(rust_decimal::Decimal::new(1_005, 3)),
        Value::Bool(true),
        Value::Bool(false),
        Value::Null,
    ];
    for edge in round {
        edge.expression.tree().visit(&mut |part| {
            if let ExpressionKind::Literal(value) = &part.kind {
                let beside = value.as_decimal().into_iter().flat_map(|number| {
                    let one = rust_decimal::Decimal::ONE;
                    [number.checked_add(one), number.checked_sub(one)].into_iter().flatten().map(Value::Decimal)
                });
                samples.extend(beside);
                samples.push(value.clone());
            }
        });
        let rows = edge.table.into_iter().flat_map(|table| &table.rows);
        let cells = rows.flat_map(|row| row.sources(edge.target)).flatten();
        samples.extend(cells.map(|cell| Value::text(cell.as_str())));
    }
    samples.retain(|sample| kind.fits(sample));
    samples
}

fn echo(lint: &Lint, round: &[&Edge<'_>]) -> Option<Diagnostic> {
    let last = round.last()?;
    let first = round.first()?;
    let names = std::iter::once(&first.from).chain(round.iter().map(|edge| &edge.to)).map(ToString::to_string);
    let (message, at) = match walk(round) {
        Some(values) => {
            let way: Vec<String> = names.zip(values).map(|(name, value)| format!("`{name}` {value}")).collect();
            (format!("a change comes back: {}", way.join(" → ")), "by this rule")
        }
        None => {
            let script = round.iter().find_map(|edge| edge.script())?;
            let way: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            let why = format!("nobody can tell what script function `{script}` makes of it");
            (format!("a change may come back: {}; {why}", way.join(" → ")), "back to where it came from by this rule")
        }
    };
    let finding = lint.found(message, last.rule.span, at);
    let before = round.iter().take(round.len() - 1);
    let finding = before.fold(finding, |finding, edge| finding.label(edge.rule.span, "after this one"));
    Some(finding.help("say `on create` in one of these rules, or let one system own both groups"))
}
