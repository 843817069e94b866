//! Expressions and records made from a row of choices, and the expressions as somebody could have written them.
//!
//! Brackets stand where `grammar/README.md` asks for them, and here and there where it does not.

use petiole::diagnostic::Span;
use petiole::language::function::registry;
use petiole::language::syntax::expression::{Expression, ExpressionKind as Kind, Name, Operator, PathExpression, Step};
use petiole::value::{Record, Segment, Value};
use rust_decimal::Decimal;

use crate::planner::choices::Choices;

/// Levels of an expression.
const DEPTH_MAX: usize = 4;

const NAMES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

const TEXTS: [&str; 7] = ["", "a", "b", " Ab é ", "it's \"so\\\"", "1.50", "2026-01-05T12:00:00Z"];

const OPERATORS: [Operator; 14] = [
    Operator::Or,
    Operator::And,
    Operator::Equal,
    Operator::NotEqual,
    Operator::Less,
    Operator::LessEqual,
    Operator::Greater,
    Operator::GreaterEqual,
    Operator::In,
    Operator::Else,
    Operator::Add,
    Operator::Subtract,
    Operator::Multiply,
    Operator::Divide,
];

fn of<T: Clone>(choices: &mut Choices<'_>, all: &[T]) -> T {
    all[choices.below(all.len())].clone()
}

/// Any expression.
pub(super) fn expression(choices: &mut Choices<'_>) -> Expression {
    part(choices, DEPTH_MAX)
}

fn part(choices: &mut Choices<'_>, depth: usize) -> Expression {
    let kind = match if depth == 0 { choices.below(5) } else { choices.below(20) } {
        0 => Kind::Literal(constant(choices)),
        1..=3 => Kind::Path(path(choices)),
        4 => Kind::List((0..choices.below(3)).map(|_| part(choices, depth.saturating_sub(1))).collect()),
        5 => Kind::Steps(Box::new(part(choices, depth - 1)), steps(choices, 1)),
        6 | 7 => {
            let name = of(choices, registry::all()).name;
            let given = (0..=choices.below(3)).map(|_| part(choices, depth - 1)).collect();
            Kind::Call(Name { text: name.to_owned(), span: Span::default() }, given)
        }
        8 => Kind::Not(Box::new(part(choices, depth - 1))),
        9 => Kind::Negate(Box::new(part(choices, depth - 1))),
        10 | 11 => Kind::Choice(Box::new([(); 3].map(|()| part(choices, depth - 1)))),
        12 | 13 => Kind::Filter(Box::new(part(choices, depth - 1)), Box::new(part(choices, depth - 1))),
        14 => {
            let park = whole(Kind::Park(of(choices, &TEXTS).to_owned()));
            Kind::Binary(Operator::Else, Box::new(part(choices, depth - 1)), Box::new(park))
        }
        _ => {
            let operator = of(choices, &OPERATORS);
            Kind::Binary(operator, Box::new(part(choices, depth - 1)), Box::new(part(choices, depth - 1)))
        }
    };
    whole(kind)
}

fn whole(kind: Kind) -> Expression {
    Expression { kind, span: Span::default() }
}

fn path(choices: &mut Choices<'_>) -> PathExpression {
    let is_named = !choices.one_in(4);
    let head = is_named.then(|| Name { text: of(choices, &NAMES).to_owned(), span: Span::default() });
    let steps = steps(choices, 0);
    let segments = steps.iter().map(|step| step.segment.clone()).collect();
    PathExpression { head, steps, segments }
}

fn steps(choices: &mut Choices<'_>, least: usize) -> Vec<Step> {
    let count = choices.below(4).max(least);
    let step = |choices: &mut Choices<'_>| match choices.below(6) {
        0 => Segment::Index(choices.below(3)),
        1 | 2 => Segment::Each,
        _ => Segment::Field(of(choices, &NAMES).into()),
    };
    (0..count).map(|_| Step { segment: step(choices), span: Span::default() }).collect()
}

/// A constant as expressions write one: numbers below zero have a sign before them.
fn constant(choices: &mut Choices<'_>) -> Value {
    match choices.below(4) {
        0 => of(choices, &[Value::Null, Value::Bool(true), Value::Bool(false)]),
        1 => Value::Integer(of(choices, &[0, 1, 2, 7, 1_000_000_007, i64::MAX])),
        2 => Value::Decimal(of(choices, &DECIMALS).parse().unwrap()),
        _ => Value::text(of(choices, &TEXTS)),
    }
}

const DECIMALS: [&str; 8] = [
    "0.0",
    "0.1",
    "1.50",
    "2.00",
    "3.333",
    "7922816251426433759.35",
    "0.0000000000000000000000000001",
    "12345678901.5",
];

/// Any value that a record may hold.
pub(super) fn value(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth == 0 { 8 } else { 14 }) {
        0 => Value::Null,
        1 => Value::Bool(choices.below(2) == 0),
        2 => Value::Integer(of(choices, &[-1, 0, 1, 2, 7, i64::MIN, i64::MAX])),
        3 => Value::Decimal(-of(choices, &DECIMALS).parse::<Decimal>().unwrap()),
        4 => Value::Decimal(of(choices, &DECIMALS).parse().unwrap()),
        5 => Value::text(of(choices, &TEXTS)),
        6 => Value::Timestamp(of(choices, &["2026-01-05T12:00:00Z", "2026-01-05T12:00:00.5Z"]).parse().unwrap()),
        7 => Value::Date(of(choices, &["2026-01-05", "0999-12-31"]).parse().unwrap()),
        8..=10 => (0..choices.below(4)).map(|_| value(choices, depth - 1)).collect::<Vec<_>>().into(),
        _ => record(choices, depth - 1),
    }
}

/// A record of fields that expressions name.
pub(super) fn record(choices: &mut Choices<'_>, depth: usize) -> Value {
    let mut fields = Record::new();
    for name in NAMES {
        if !choices.one_in(6) {
            fields.insert(name, value(choices, depth));
        }
    }
    Value::Record(fields)
}

/// What binds how tightly, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binds {
    Whole,
    Or,
    And,
    Not,
    Comparison,
    Else,
    Sum,
    Product,
    Sign,
    Steps,
}

/// An expression as it may be written.
pub(super) fn written(part: &Expression, choices: &mut Choices<'_>) -> String {
    text(part, Binds::Whole, choices)
}

fn text(part: &Expression, least: Binds, choices: &mut Choices<'_>) -> String {
    let (binds, bare) = bare(part, choices);
    let is_park = matches!(part.kind, Kind::Park(_));
    if binds < least || (!is_park && choices.one_in(9)) { format!("({bare})") } else { bare }
}

fn bare(part: &Expression, choices: &mut Choices<'_>) -> (Binds, String) {
    let listed = |items: &[Expression], choices: &mut Choices<'_>| {
        items.iter().map(|item| text(item, Binds::Whole, choices)).collect::<Vec<_>>().join(", ")
    };
    match &part.kind {
        Kind::Literal(Value::Text(said)) => (Binds::Steps, quoted(said)),
        Kind::Literal(value) => (Binds::Steps, value.to_string()),
        Kind::List(items) => (Binds::Steps, format!("[{}]", listed(items, choices))),
        Kind::Path(path) => {
            let named = path.head.as_ref().map(|head| head.text.clone());
            let is_field = matches!(path.segments.first(), Some(Segment::Field(_)));
            let start = named.unwrap_or_else(|| if is_field { String::new() } else { ".".to_owned() });
            (Binds::Steps, format!("{start}{}", along(&path.steps)))
        }
        Kind::Steps(base, steps) => (Binds::Steps, format!("({}){}", text(base, Binds::Whole, choices), along(steps))),
        Kind::Call(name, given) => (Binds::Steps, format!("{}({})", name.text, listed(given, choices))),
        Kind::Not(inner) => (Binds::Not, format!("not {}", text(inner, Binds::Not, choices))),
        Kind::Negate(inner) => (Binds::Sign, format!("-{}", text(inner, Binds::Sign, choices))),
        Kind::Choice(parts) => {
            let [condition, yes, no] = [0, 1, 2].map(|at| text(&parts[at], Binds::Whole, choices));
            (Binds::Whole, format!("if {condition} then {yes} else {no}"))
        }
        // Whatever stands behind `where` belongs to its condition.
        Kind::Filter(list, condition) => {
            let list = text(list, Binds::Steps, choices);
            (Binds::Whole, format!("{list} where {}", text(condition, Binds::Or, choices)))
        }
        Kind::Park(said) => (Binds::Sum, format!("park {}", quoted(said))),
        Kind::Binary(operator, left, right) => {
            let (binds, first, second) = operands(*operator);
            let (first, second) = (text(left, first, choices), text(right, second, choices));
            (binds, format!("{first} {} {second}", operator.written()))
        }
    }
}

/// How tightly an operator binds, and what may stand before and behind it without brackets.
fn operands(operator: Operator) -> (Binds, Binds, Binds) {
    match operator {
        Operator::Or => (Binds::Or, Binds::Or, Binds::And),
        Operator::And => (Binds::And, Binds::And, Binds::Not),
        Operator::Else => (Binds::Else, Binds::Else, Binds::Sum),
        Operator::Add | Operator::Subtract => (Binds::Sum, Binds::Sum, Binds::Product),
        Operator::Multiply | Operator::Divide => (Binds::Product, Binds::Product, Binds::Sign),
        _ => (Binds::Comparison, Binds::Else, Binds::Else),
    }
}

fn along(steps: &[Step]) -> String {
    let step = |step: &Step| match &step.segment {
        Segment::Field(name) => format!(".{name}"),
        Segment::Index(at) => format!("[{at}]"),
        Segment::Each => "[]".to_owned(),
    };
    steps.iter().map(step).collect()
}

fn quoted(said: &str) -> String {
    format!("\"{}\"", said.replace('\\', "\\\\").replace('"', "\\\""))
}
