//! Conditions that a system file states over its records: `allowed when` and `required when`.

use std::sync::Arc;

use super::checker::Checker;
use crate::language::infer::{Meaning, Scope};
use crate::language::plan::RecordType;
use crate::language::resolve::{Meant, SystemCondition};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::{Kind, Path, Segment};

/// Judges a condition: over the record's own fields, and what these refer to where that is read before.
pub(super) fn check(checker: &mut Checker<'_>, condition: &SystemCondition) {
    let Some(record) = checker.names.record(&condition.system, &condition.record).cloned() else { return };
    let scope = fields(checker, &record, condition.reads_on);
    checker.condition(&scope, &condition.tree);
    condition.tree.visit(&mut |part| named(checker, &record, part));
    let mut through = Vec::new();
    condition.tree.visit(&mut |part| through.extend(reference(&record, part).map(|target| (target, part.span))));
    for (target, span) in through {
        if !condition.reads_on {
            let message = format!("`allowed when` reads the record's own fields, and this is a field of a `{target}`");
            checker.sink.error("syntax-system", message, span, "not read before the call");
            continue;
        }
        let readable = |kind: &Arc<RecordType>| kind.read.is_some() || kind.list.is_some();
        if checker.names.record(&record.system, &target).is_some_and(|kind| !readable(kind)) {
            let message = format!("system `{}` has no call that reads a `{target}`", record.system);
            checker.sink.error("unknown-record", message, span, "cannot be followed");
        }
    }
}

/// A field by its bare name.
fn named(checker: &mut Checker<'_>, record: &Arc<RecordType>, part: &Expression) {
    let ExpressionKind::Path(PathExpression { head: Some(head), .. }) = &part.kind else { return };
    let place = Path::field(head.text.as_str());
    if record.fields.iter().any(|field| field.path.0.starts_with(&place.0)) {
        checker.sink.meet(head.span, || Meant::Field(Arc::clone(record), place));
    }
}

/// The record's fields, which stand there by their bare names.
fn fields(checker: &Checker<'_>, record: &Arc<RecordType>, reads_on: bool) -> Scope {
    let mut scope = Scope::default();
    for field in &record.fields {
        let Some(Segment::Field(first)) = field.path.0.first() else { continue };
        let meaning = match &field.kind {
            Kind::Reference(target) if field.path.0.len() == 1 => {
                let target = checker.names.record(&record.system, target).filter(|_| reads_on);
                target.map_or(Meaning::Any, |kind| Meaning::AtMostOne(Arc::clone(kind)))
            }
            Kind::Reference(_) | Kind::Record(_) | Kind::Any => Meaning::Any,
            _ => Meaning::Record(Arc::clone(record), Path::field(first.as_str())),
        };
        scope.heads.insert(first.to_string(), meaning);
    }
    scope
}

/// The record that a path goes through from a field of this one.
fn reference(record: &RecordType, part: &Expression) -> Option<String> {
    let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &part.kind else { return None };
    match record.field(&Path::field(head.text.as_str())).map(|field| &field.kind) {
        Some(Kind::Reference(target)) if !steps.is_empty() => Some(target.to_string()),
        _ => None,
    }
}
