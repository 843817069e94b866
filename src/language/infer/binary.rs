//! Two operands: constants are values that the other side may have, and what comes of both.

use super::asked;
use super::given::{Given, Inference, Part};
use super::operand;
use super::scope::{Meaning, Scope};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Kind, Value};

/// What two operands give together, from themselves and what they give.
pub(super) fn binary(on: &mut Inference<'_, '_>, scope: &Scope, operator: Operator, operands: [Part<'_>; 2]) -> Given {
    let [left, right] = operands.map(|(operand, _)| operand);
    let kinds = operands.map(|(_, given)| &given.kind);
    match operator {
        Operator::Divide if !scope.is_guarded && !scope.is_divisor(right) => {
            operand::fallible(on.sink, "a division fails where this is 0".to_owned(), right.span);
        }
        Operator::Equal | Operator::NotEqual => {
            let told = on.sink.found.len();
            member(on, kinds[0], right);
            member(on, kinds[1], left);
            whole_record(on, scope, operands);
            if on.sink.found.len() == told {
                other_key(on, operands);
            }
            if on.sink.found.len() == told {
                never_said(on, operands);
                never_said(on, [operands[1], operands[0]]);
            }
        }
        Operator::Else => whole_record(on, scope, operands),
        Operator::In => {
            if let ExpressionKind::List(items) = &right.kind {
                items.iter().for_each(|item| member(on, kinds[0], item));
            }
            if let ExpressionKind::Path(PathExpression { head: Some(head), .. }) = &right.kind
                && head.text == "settings"
            {
                setting_members(on, kinds, right.span);
            }
        }
        _ => {}
    }
    let kind = operand::binary(on.sink, operator, [(kinds[0], left.span), (kinds[1], right.span)]);
    worked_out(operator, kind, operands.map(|(_, given)| given))
}

/// Operands that may be null where the operator fails then, and nobody says what happens.
pub(super) fn nulls(on: &mut Inference<'_, '_>, scope: &Scope, operator: Operator, operands: [Part<'_>; 2]) {
    if fails_on_null(operator) && !scope.is_guarded {
        for (part, given) in operands {
            operand::present(on.sink, (given, part.span), &format!("`{}` fails then", operator.written()));
        }
    }
}

/// What an operator gives. Nothing can be calculated with null: it fails, and gives no value.
fn worked_out(operator: Operator, kind: Kind, [left, right]: [&Given; 2]) -> Given {
    match operator {
        Operator::Else => {
            let apart = operand::are_apart(&left.kind, &right.kind).then(|| [left.kind.clone(), right.kind.clone()]);
            Given { nullable: left.nullable && right.nullable, apart, ..Given::either(kind, left, right) }
        }
        Operator::Add if kind == Kind::Text => {
            let longest = left.longest.zip(right.longest).map(|(one, other)| one.saturating_add(other));
            Given { longest, ..Given::always(kind) }
        }
        _ => {
            let is_rough = operator == Operator::Divide || left.is_rough || right.is_rough;
            let is_number = matches!(kind, Kind::Integer | Kind::Decimal | Kind::Any);
            let both = left.places.zip(right.places);
            let places = match operator {
                Operator::Add | Operator::Subtract => both.map(|(one, other)| one.max(other)),
                Operator::Multiply => both.map(|(one, other)| one.saturating_add(other)),
                _ => None,
            };
            Given { is_rough: is_rough && is_number, places, ..Given::always(kind) }
        }
    }
}

/// Whether an operator has no answer where one of its operands is null.
fn fails_on_null(operator: Operator) -> bool {
    match operator {
        Operator::Or | Operator::And | Operator::Equal | Operator::NotEqual | Operator::In | Operator::Else => false,
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => true,
        Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide => true,
    }
}

/// A constant compared with a field must be a value that the field can have.
pub(super) fn member(on: &mut Inference<'_, '_>, kind: &Kind, other: &Expression) {
    if let (Kind::Enum(values), ExpressionKind::Literal(Value::Text(text))) = (kind, &other.kind)
        && !values.iter().any(|one| one == text)
    {
        let message = format!("{text:?} is no value of what it is compared with");
        on.sink.unknown("unknown-value", message, (text, other.span), values.iter().map(String::as_str));
    }
}

/// A constant that is compared with what can only be one of other texts.
fn never_said(on: &mut Inference<'_, '_>, [(_, given), (other, _)]: [Part<'_>; 2]) {
    let (Some(texts), ExpressionKind::Literal(Value::Text(text))) = (&given.texts, &other.kind) else { return };
    if matches!(given.kind, Kind::Text) && !texts.is_empty() && !texts.contains(&**text) {
        let message = format!("{text:?} is no value of what it is compared with");
        on.sink.unknown("unknown-value", message, (text, other.span), texts.iter().map(String::as_str));
    }
}

/// A record where a single value is: the name of a record alone, beside what is no record.
fn whole_record(on: &mut Inference<'_, '_>, scope: &Scope, operands: [Part<'_>; 2]) {
    for [(one, _), (_, given)] in [operands, [operands[1], operands[0]]] {
        let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &one.kind else { continue };
        let (Some(Meaning::AtMostOne(record)), true) = (scope.heads.get(&head.text), steps.is_empty()) else {
            continue;
        };
        if matches!(given.kind, Kind::Any | Kind::Null | Kind::Record(_)) {
            continue;
        }
        let message = format!("`{}` is a whole {}, and this is {}", head.text, record.name, given.kind);
        let finding = Diagnostic::error(Code("type-mismatch"), message, one.span, "which field of it?");
        let help = format!("write the field that is meant, such as `{}.{}`", head.text, record.key);
        on.sink.found.push(finding.help(help));
        return;
    }
}

/// A reference holds the key of a record, and is never equal to what is of another kind than that key.
fn other_key(on: &mut Inference<'_, '_>, operands: [Part<'_>; 2]) {
    let [left, right] = operands;
    for ((_, reference), (part, other)) in [(left, right), (right, left)] {
        let Some(refers) = reference.refers.as_ref().filter(|_| matches!(reference.kind, Kind::Reference(_))) else {
            continue;
        };
        let kind = |given: &Given| match (&given.kind, &given.refers) {
            (Kind::Reference(_), Some(refers)) => asked::key_of(on, &refers.system, &refers.record).kind,
            (kind, _) => kind.clone(),
        };
        let [key, other] = [kind(reference), kind(other)];
        if operand::are_apart(&key, &other) {
            let message =
                format!("the key of a `{}.{}` is {key}, and never equal to {other}", refers.system, refers.record);
            let finding = Diagnostic::error(Code("type-mismatch"), message, part.span, "of another kind");
            let help = "write the key as its system has it: a number without quotes, a text in quotes";
            return on.sink.found.push(finding.help(help));
        }
    }
}

/// Whatever a list among the settings may hold is a value that the field can have.
fn setting_members(on: &mut Inference<'_, '_>, kinds: [&Kind; 2], span: Span) {
    let (Kind::Enum(values), Kind::List(inner)) = (kinds[0], kinds[1]) else { return };
    let Kind::Enum(listed) = inner.as_ref() else { return };
    for value in listed.iter().filter(|value| !values.contains(value)) {
        let message = format!("`{value}` may stand in this list, and is no value of what is looked for");
        on.sink.unknown("unknown-value", message, (value, span), values.iter().map(String::as_str));
    }
}
