//! `with:`, the further records that rules read: which, how many, and by what they are searched.

use std::sync::Arc;

use super::checker::Checker;
use super::first_path::first_path;
use super::narrowing;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Cardinality, RecordType, WithRead};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator, PathExpression, Step};
use crate::language::syntax::file::pipeline::WithEntry;
use crate::value::{Kind, Path, Segment, Value};

/// Judges `with:`; what an entry names, later ones may use.
pub(super) fn check(
    checker: &mut Checker<'_>,
    entries: Vec<(Name, Option<WithEntry>)>,
    scope: &mut Scope,
) -> Vec<WithRead> {
    let mut reads = Vec::new();
    for (key, entry) in entries {
        reserved(checker, &key);
        let meaning = match entry.and_then(|entry| read(checker, (&key.text, entry), scope, &reads)) {
            Some(read) => {
                let meaning = match read.cardinality {
                    Cardinality::Many => Meaning::Group(Arc::clone(&read.record)),
                    Cardinality::AtMostOne => Meaning::AtMostOne(Arc::clone(&read.record)),
                };
                reads.push(read);
                meaning
            }
            None => Meaning::Any,
        };
        scope.heads.insert(key.text, meaning);
    }
    reads
}

/// A name that a pipeline gives is nobody's already.
pub(super) fn reserved(checker: &mut Checker<'_>, name: &Name) {
    let what = if name.text == "settings" {
        "the settings are called"
    } else if checker.names.systems.contains_key(&name.text) {
        "a system is called"
    } else {
        return;
    };
    let message = format!("{what} `{}`, and rules would read this in its place", name.text);
    checker.sink.error("reserved-name", message, name.span, "give it another name");
}

fn read(
    checker: &mut Checker<'_>,
    (name, entry): (&str, WithEntry),
    scope: &Scope,
    earlier: &[WithRead],
) -> Option<WithRead> {
    let WithEntry { line, span } = entry;
    let Some(system) = checker.names.systems.get(&line.system.text).cloned() else {
        let known: Vec<String> = checker.names.systems.keys().cloned().collect();
        let message = format!("there is no system `{}`", line.system.text);
        checker.sink.unknown(
            "unknown-system",
            message,
            (&line.system.text, line.system.span),
            known.iter().map(String::as_str),
        );
        return None;
    };
    let Some(record) = system.records.get(&line.record.text).cloned() else {
        let message = format!("system `{}` has no record `{}`", line.system.text, line.record.text);
        checker.sink.unknown(
            "unknown-record",
            message,
            (&line.record.text, line.record.span),
            system.records.keys().map(String::as_str),
        );
        return None;
    };
    let inner = scope.over(Meaning::Record(Arc::clone(&record), Path::default()));
    checker.condition(&inner, &line.condition);
    if line.many == line.at_most_one {
        checker.sink.error(
            "type-cardinality",
            "say how many there may be",
            span,
            "end with `, at most one`, or write `record[]` for a list",
        );
    }
    let made = line.made.and_then(|fields| made(checker, (fields, scope), &record));
    let search = searchable(&record, &line.condition).map(|(field, value)| (field, checker.names.compile(value)));
    let compared =
        compared(&line.condition).map(|(own, asked)| (checker.names.compile(own), checker.names.compile(asked)));
    let narrowings = narrowing::of(checker, (&record, &line.condition), scope, earlier);
    Some(WithRead {
        name: name.to_owned(),
        record,
        narrowings,
        asked: asked(&line.condition).into_iter().map(|tree| checker.names.compile(tree.clone())).collect(),
        guard: guard(&line.condition).map(|tree| checker.names.compile(tree)),
        search,
        condition: checker.names.compile(line.condition),
        compared,
        made,
        every_account: line.every_account,
        newest: false,
        cardinality: if line.many { Cardinality::Many } else { Cardinality::AtMostOne },
        line: checker.names.line(span),
    })
}

/// The fields with which a record that is not there is created.
fn made(
    checker: &mut Checker<'_>,
    (fields, scope): (Expression, &Scope),
    record: &RecordType,
) -> Option<CompiledExpression> {
    let kind = checker.kind_of(scope, &fields).kind;
    if record.create.is_none() {
        let message = format!("system `{}` has no call that creates a `{}`", record.system, record.name);
        checker.sink.error("read-only", message, fields.span, "cannot be made");
        return None;
    }
    if !matches!(kind, Kind::Record(_) | Kind::Any) {
        checker.sink.error(
            "type-mismatch",
            format!("a record is made by its fields, and this is {kind}"),
            fields.span,
            "is no record",
        );
        return None;
    }
    Some(checker.names.compile(fields))
}

/// The first part of `… and …` that names nothing of the candidate.
fn guard(condition: &Expression) -> Option<Expression> {
    let about = |tree: &Expression| {
        let mut found = false;
        tree.visit(&mut |part| found |= matches!(&part.kind, ExpressionKind::Path(path) if path.head.is_none()));
        found
    };
    match &condition.kind {
        _ if !about(condition) => Some(condition.clone()),
        ExpressionKind::Binary(Operator::And, left, _) => guard(left),
        _ => None,
    }
}

/// What something of the candidate must equal in every part of `… and …`. Who writes a constant there means it.
fn asked(condition: &Expression) -> Vec<&Expression> {
    let ExpressionKind::Binary(operator, left, right) = &condition.kind else { return Vec::new() };
    let own = |tree: &Expression| first_path(tree).is_some_and(|path| path.head.is_none());
    let named = |tree: &Expression| first_path(tree).is_some_and(|path| path.head.is_some());
    match operator {
        Operator::And => asked(left).into_iter().chain(asked(right)).collect(),
        Operator::Equal if matches!(right.kind, ExpressionKind::Literal(Value::Bool(true))) => asked(left),
        Operator::Equal if own(left) && named(right) => vec![right.as_ref()],
        Operator::Equal if own(right) && named(left) => vec![left.as_ref()],
        _ => Vec::new(),
    }
}

/// The last comparison of something of the candidate with something else: by what people tell the candidates apart.
fn compared(condition: &Expression) -> Option<(Expression, Expression)> {
    let own = |tree: &Expression| first_path(tree).is_some_and(|path| path.head.is_none());
    let mut found = None;
    condition.visit(&mut |tree| {
        if let ExpressionKind::Binary(Operator::Equal, left, right) = &tree.kind {
            match (own(left), own(right)) {
                (true, false) => found = Some((left.as_ref().clone(), right.as_ref().clone())),
                (false, true) => found = Some((right.as_ref().clone(), left.as_ref().clone())),
                _ => {}
            }
        }
    });
    found
}

/// `.field == value`, alone or joined by `and`, where the record has a search by that field.
fn searchable(record: &RecordType, condition: &Expression) -> Option<(String, Expression)> {
    let ExpressionKind::Binary(operator, left, right) = &condition.kind else { return None };
    if *operator == Operator::And {
        return searchable(record, left).or_else(|| searchable(record, right));
    }
    let own = |tree: &Expression| match &tree.kind {
        ExpressionKind::Path(PathExpression { head: None, steps, .. }) => match steps.as_slice() {
            [Step { segment: Segment::Field(name), .. }] if record.find.contains_key(name.as_str()) => {
                Some(name.to_string())
            }
            _ => None,
        },
        _ => None,
    };
    let outside = |tree: &Expression| first_path(tree).is_none_or(|path| path.head.is_some());
    match (operator, own(left), own(right)) {
        (Operator::Equal, Some(field), _) if outside(right) => Some((field, right.as_ref().clone())),
        (Operator::Equal, _, Some(field)) if outside(left) => Some((field, left.as_ref().clone())),
        _ => None,
    }
}
