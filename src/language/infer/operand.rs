//! Operators and conditions get what they can work with, as far as kinds are known.
//!
//! Knows which kinds calculate, compare and decide; knows no names. Silent wherever a kind may
//! be anything, so it never refuses what could be right.

use super::given::Given;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::resolve::Sink;
use crate::language::syntax::expression::Operator;
use crate::value::Kind;

/// What values of a kind can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Unknown,
    Truth,
    Number,
    Text,
    Instant,
    Day,
    Many,
}

fn class(kind: &Kind) -> Class {
    match kind {
        Kind::Any | Kind::Null | Kind::Reference(_) => Class::Unknown,
        Kind::Bool => Class::Truth,
        Kind::Integer | Kind::Decimal => Class::Number,
        Kind::Text | Kind::Enum(_) => Class::Text,
        Kind::Timestamp => Class::Instant,
        Kind::Date => Class::Day,
        Kind::List(_) | Kind::Record(_) => Class::Many,
    }
}

/// Checks the two operands; answers the kind that the operator gives.
pub fn binary(sink: &mut Sink, operator: Operator, [left, right]: [(&Kind, Span); 2]) -> Kind {
    let classes = [class(left.0), class(right.0)];
    let known = !classes.contains(&Class::Unknown);
    let whole = left.1.to(right.1);
    match operator {
        Operator::Or | Operator::And => {
            condition(sink, left, "decides nothing here");
            condition(sink, right, "decides nothing here");
            Kind::Bool
        }
        Operator::Equal | Operator::NotEqual => {
            if known && classes[0] != classes[1] {
                let message = format!("{} and {} are never equal", left.0, right.0);
                refuse(sink, message, whole, help_to_compare(classes));
            } else if disjoint(left.0, right.0) {
                let message = format!("{} and {} are never equal", left.0, right.0);
                refuse(sink, message, whole, "no value stands in both");
            }
            Kind::Bool
        }
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            if known && classes[0] != classes[1] || classes.contains(&Class::Many) || classes.contains(&Class::Truth) {
                let message = format!("{} and {} have no order", left.0, right.0);
                refuse(sink, message, whole, help_to_compare(classes));
            }
            Kind::Bool
        }
        Operator::In => {
            if !matches!(right.0, Kind::List(_) | Kind::Any | Kind::Null) {
                let message = format!("`in` looks into a list, and this is {}", right.0);
                refuse(sink, message, right.1, "write `[…]`, or `contains(text, part)` for text");
            }
            if let Kind::List(inner) = right.0 {
                let classes = [classes[0], class(inner)];
                let known = !classes.contains(&Class::Unknown);
                if known && classes[0] != classes[1] || disjoint(left.0, inner) {
                    let message = format!("{} is never in {}", left.0, right.0);
                    refuse(sink, message, whole, help_to_compare(classes));
                }
            }
            Kind::Bool
        }
        Operator::Else => {
            if known && classes[0] != classes[1] && !is_spelt(classes) {
                let message = format!("what stands in is {}, and what it stands in for is {}", right.0, left.0);
                refuse(sink, message, right.1, &stand_in(left.0));
            }
            either(left.0, right.0)
        }
        _ => calculated(sink, operator, [left, right]),
    }
}

/// Whether one is a day or an instant and the other a text, which may spell it.
fn is_spelt(classes: [Class; 2]) -> bool {
    let is_time = |class| matches!(class, Class::Day | Class::Instant);
    classes.contains(&Class::Text) && classes.iter().any(|class| is_time(*class))
        || classes.iter().all(|class| is_time(*class))
}

/// What may stand in for a value of a kind.
fn stand_in(kind: &Kind) -> String {
    let example = match class(kind) {
        Class::Text => "`?? \"\"`",
        Class::Number => "`?? 0`",
        Class::Truth => "`?? false`",
        Class::Many => "`?? []`",
        _ => "`?? null`",
    };
    let what = match kind {
        Kind::Text | Kind::Enum(_) => "a text".to_owned(),
        Kind::Integer | Kind::Decimal => "a number".to_owned(),
        other => other.to_string(),
    };
    format!("write {what} behind `??`, such as {example}, or `?? park \"why\"`")
}

/// Whether both have their values named, and none of them in common.
fn disjoint(one: &Kind, other: &Kind) -> bool {
    matches!((one, other), (Kind::Enum(one), Kind::Enum(other)) if !one.iter().any(|value| other.contains(value)))
}

/// A value that goes into a field as it is: any value that it may be is one that the field can have.
pub fn assigned(sink: &mut Sink, field: &Kind, (given, span): (&Given, Span)) {
    let both = given.apart.as_ref();
    let (given, texts) = (&given.kind, given.texts.as_ref().filter(|_| class(&given.kind) == Class::Text));
    let message = match (field, texts) {
        (Kind::Enum(known), Some(texts)) => match texts.iter().find(|value| !known.contains(value)) {
            Some(value) => format!("the field has no value `{value}`, which this may be"),
            None => return,
        },
        _ if both.is_some() => match both.into_iter().flatten().find(|kind| !field.takes(kind)) {
            Some(kind) => format!("the field is {field} and this may be {kind}"),
            None => return,
        },
        _ if field.takes(given) => return,
        _ => format!("the field is {field} and this is {given}"),
    };
    let help = match (class(field), class(given)) {
        (Class::Text, Class::Number | Class::Truth | Class::Day | Class::Instant) => "write `text(…)`",
        (Class::Number, Class::Number) => "write `round(…)`, `floor(…)` or `ceil(…)`",
        (Class::Number, Class::Text) => "write `number(…) ?? park \"why\"`",
        (Class::Text, Class::Text) => "carry it over by a table: `via table T`",
        (Class::Day, Class::Text | Class::Instant) => "write `date(…)`",
        (_, Class::Many) => taken_from(given),
        _ => "carry over a value of the field's kind",
    };
    refuse(sink, message, span, help);
}

/// How one value is taken from several.
fn taken_from(given: &Kind) -> &'static str {
    match given {
        Kind::List(inner) => match class(inner) {
            Class::Number => "take one value of them: `sum(…)`, `first(…)`, `max(…)`",
            Class::Many => {
                "take a field of each, `list[].field`, and one value of those: `first(…)`, `sum(…)`, `join(…)`"
            }
            _ => "take one value of them: `first(…)`, or `join(…, \", \")`",
        },
        _ => "take a field of it: `….field`",
    }
}

/// What fails where a value is null is given one, or says what happens then.
pub(super) fn present(sink: &mut Sink, (given, span): (&Given, Span), then: &str) {
    if !given.nullable {
        return;
    }
    let finding = Diagnostic::error(Code("type-null"), format!("this may be null, and {then}"), span, "may be null");
    let help = match class(&given.kind) {
        Class::Number => "write `(… ?? 0)`, or ask for it first: `… != null and …`, `when … != null`",
        Class::Text => "write `(… ?? \"\")`, or ask for it first: `… != null and …`, `when … != null`",
        _ => "write `(… ?? VALUE)`, or ask for it first: `… != null and …`, `when … != null`",
    };
    let note = "a field is always there where its system file says `always`";
    sink.found.push(finding.help(help).note(note));
}

/// What may fail says what happens then, by `??` behind it.
pub fn fallible(sink: &mut Sink, message: String, span: Span) {
    let finding = Diagnostic::error(Code("type-fallible"), message, span, "nobody says what happens then");
    sink.found.push(finding.help("write `… ?? VALUE`, or `… ?? park \"why\"`"));
}

/// Whether a value is text, as far as is known.
pub fn is_text(kind: &Kind) -> bool {
    class(kind) == Class::Text
}

/// What decides is true or false; everything else counts as not true.
pub fn condition(sink: &mut Sink, (kind, span): (&Kind, Span), at: &str) {
    if !matches!(class(kind), Class::Unknown | Class::Truth) {
        let message = format!("a condition is true or false, and this is {kind}");
        let finding = Diagnostic::error(Code("type-mismatch"), message, span, at);
        sink.found.push(finding.help("compare it, as in `… != null`"));
    }
}

/// Whether a value of one kind is surely none of the other, so that nothing works with both.
pub fn are_apart(one: &Kind, other: &Kind) -> bool {
    let classes = [class(one), class(other)];
    !classes.contains(&Class::Unknown) && classes[0] != classes[1]
}

/// What to write so that two values are of one kind.
pub fn made_alike(one: &Kind, other: &Kind) -> &'static str {
    let classes = [class(one), class(other)];
    let has = |class| classes.contains(&class);
    if has(Class::Day) && has(Class::Instant) || has(Class::Text) && (has(Class::Day) || has(Class::Instant)) {
        "write `date(…)` around it"
    } else if has(Class::Text) && !has(Class::Many) {
        "write `text(…)` around what is no text, or `number(…)` around the text"
    } else {
        "give a value of one kind either way"
    }
}

/// The kind of a value that is one or the other.
pub fn either(one: &Kind, other: &Kind) -> Kind {
    match (one, other) {
        (Kind::Null, kind) | (kind, Kind::Null) => kind.clone(),
        (Kind::Any, _) | (_, Kind::Any) => Kind::Any,
        (one, other) if one.takes(other) => one.clone(),
        (one, other) if other.takes(one) => other.clone(),
        (Kind::Enum(_), Kind::Enum(_)) => Kind::Text,
        _ => Kind::Any,
    }
}

fn calculated(sink: &mut Sink, operator: Operator, [left, right]: [(&Kind, Span); 2]) -> Kind {
    let classes = [class(left.0), class(right.0)];
    if operator == Operator::Add && classes.contains(&Class::Text) {
        for (kind, span) in [left, right] {
            if !matches!(class(kind), Class::Text | Class::Unknown) {
                let message = format!("`+` joins texts or adds numbers, and this is {kind}");
                refuse(sink, message, span, "write `text(…)` to join it, `number(…)` to add");
            }
        }
        return Kind::Text;
    }
    for (kind, span) in [left, right] {
        if !matches!(class(kind), Class::Number | Class::Unknown) {
            let help = if class(kind) == Class::Text { "write `number(…)`" } else { "calculate with numbers" };
            refuse(sink, format!("this is {kind}, and cannot be calculated with"), span, help);
        }
    }
    match (operator, left.0, right.0) {
        (Operator::Add, _, _) if classes.contains(&Class::Unknown) => Kind::Any,
        (Operator::Divide, _, _) => Kind::Decimal,
        (_, Kind::Integer, Kind::Integer) => Kind::Integer,
        _ => Kind::Decimal,
    }
}

fn help_to_compare(classes: [Class; 2]) -> &'static str {
    let has = |class| classes.contains(&class);
    if has(Class::Truth) && has(Class::Number) {
        "compare a number with a number: `< 0.05`"
    } else if has(Class::Truth) && has(Class::Text) {
        "compare a text with a text in quotes, what is true or false with `true` or `false`"
    } else if has(Class::Text) && has(Class::Number) {
        "write `number(…)` around the text, or `text(…)` around the number"
    } else if has(Class::Text) && (has(Class::Day) || has(Class::Instant)) || has(Class::Day) && has(Class::Instant) {
        "write `date(…)` on both sides"
    } else if has(Class::Many) {
        "write `in`, `any`, `count` or `first` for lists"
    } else {
        "compare values of one kind"
    }
}

fn refuse(sink: &mut Sink, message: String, span: Span, help: &str) {
    sink.found.push(Diagnostic::error(Code("type-mismatch"), message, span, "does not fit").help(help));
}
