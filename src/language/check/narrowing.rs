//! Parts of a look-up's condition that few records can fulfil, told by what they hold at one place.
//!
//! Only where nothing before such a part could stop, speak or ask for a record: leaving out records that do not fulfil
//! it then changes nothing. Judges nothing.

use super::checker::Checker;
use super::first_path::head_of;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::{Narrowing, RecordType, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Path, Segment, Value};

/// The parts of a condition on records of a kind, where `earlier` are looked for by their names.
pub(super) fn of(
    checker: &Checker<'_>,
    (record, condition): (&RecordType, &Expression),
    scope: &Scope,
    earlier: &[WithRead],
) -> Vec<Narrowing> {
    let mut found = Vec::new();
    let parts = condition.all_of();
    // The first parts that are about no candidate are asked once, before any of them is.
    let asked = parts.iter().take_while(|part| !is_about_candidate(part)).count();
    for part in parts.into_iter().skip(asked) {
        if let Some((path, among)) = told_by(part, record).filter(|(_, among)| is_at_hand(among, scope)) {
            let head = head_of(among);
            let after = earlier.iter().map(|read| &read.name).find(|name| head.as_ref() == Some(*name)).cloned();
            found.push(Narrowing { path, among: checker.names.compile(among.clone()), after });
        }
        if !is_calm(part, record) {
            break;
        }
    }
    found
}

fn is_about_candidate(tree: &Expression) -> bool {
    let mut found = false;
    tree.visit(&mut |part| found |= matches!(&part.kind, ExpressionKind::Path(path) if path.head.is_none()));
    found
}

/// The place and the values that the candidate must hold one of there.
fn told_by<'e>(part: &'e Expression, record: &RecordType) -> Option<(Path, &'e Expression)> {
    let ExpressionKind::Binary(operator, left, right) = &part.kind else { return None };
    match operator {
        Operator::Equal | Operator::In => {
            let (path, among) = held_in(*operator, left, right)?;
            (!record.refers_within(&[], &path.0)).then_some((path, among))
        }
        // That some element of a list fits.
        Operator::Greater | Operator::NotEqual if is_number(right, 0) => some_element(left, record),
        Operator::GreaterEqual if is_number(right, 1) => some_element(left, record),
        _ => None,
    }
}

fn is_number(tree: &Expression, number: i64) -> bool {
    matches!(&tree.kind, ExpressionKind::Literal(value) if *value == Value::Integer(number))
}

fn held_in<'e>(operator: Operator, left: &'e Expression, right: &'e Expression) -> Option<(Path, &'e Expression)> {
    match (own(left), own(right)) {
        (Some(path), None) => Some((path, right)),
        (None, Some(path)) if operator == Operator::Equal => Some((path, left)),
        _ => None,
    }
}

/// The path of a single value of the candidate.
fn own(tree: &Expression) -> Option<Path> {
    let ExpressionKind::Path(PathExpression { head: None, segments, .. }) = &tree.kind else { return None };
    let plain = !segments.is_empty() && segments.iter().all(|step| matches!(step, Segment::Field(_)));
    plain.then(|| Path(segments.clone()))
}

/// `count(.list[] where .field in values)`
fn some_element<'e>(counted: &'e Expression, record: &RecordType) -> Option<(Path, &'e Expression)> {
    let ExpressionKind::Call(name, arguments) = &counted.kind else { return None };
    let ("count", [Expression { kind: ExpressionKind::Filter(list, condition), .. }]) =
        (name.text.as_str(), arguments.as_slice())
    else {
        return None;
    };
    let ExpressionKind::Path(PathExpression { head: None, segments, .. }) = &list.kind else { return None };
    let (last, before) = segments.split_last()?;
    let plain = !before.is_empty() && before.iter().all(|step| matches!(step, Segment::Field(_)));
    let ExpressionKind::Binary(operator @ (Operator::Equal | Operator::In), left, right) = &condition.kind else {
        return None;
    };
    let (inner, among) = held_in(*operator, left, right)?;
    let path = Path(segments.iter().cloned().chain(inner.0).collect());
    (*last == Segment::Each && plain && !record.refers_within(&[], segments)).then_some((path, among))
}

/// Whether the values can be told without asking for a record.
fn is_at_hand(among: &Expression, scope: &Scope) -> bool {
    match &among.kind {
        ExpressionKind::Literal(_) => true,
        ExpressionKind::List(items) => items.iter().all(|item| matches!(item.kind, ExpressionKind::Literal(_))),
        ExpressionKind::Path(PathExpression { head: Some(head), segments, .. }) => {
            let kind = match scope.heads.get(&head.text) {
                Some(Meaning::Record(kind, path)) if path.0.is_empty() => kind,
                Some(Meaning::AtMostOne(kind) | Meaning::Group(kind)) => kind,
                _ => return head.text == "settings",
            };
            let own = segments.iter().skip_while(|step| !matches!(step, Segment::Field(_))).cloned();
            !kind.refers_within(&[], &own.collect::<Vec<_>>())
        }
        _ => false,
    }
}

/// Whether a part is worked out from the candidate and constants alone, and cannot fail.
fn is_calm(part: &Expression, record: &RecordType) -> bool {
    match &part.kind {
        ExpressionKind::Literal(_) => true,
        ExpressionKind::List(items) => items.iter().all(|item| is_calm(item, record)),
        ExpressionKind::Path(PathExpression { head: None, segments, .. }) => !record.refers_within(&[], segments),
        ExpressionKind::Not(inner) => is_calm(inner, record),
        ExpressionKind::Binary(Operator::In, left, right) => {
            matches!(right.kind, ExpressionKind::List(_)) && is_calm(left, record) && is_calm(right, record)
        }
        ExpressionKind::Binary(operator, left, right) => {
            let whole = [Operator::Equal, Operator::NotEqual, Operator::And, Operator::Or].contains(operator);
            whole && is_calm(left, record) && is_calm(right, record)
        }
        _ => false,
    }
}
