//! What `.` is behind `where`.

use std::sync::Arc;

use super::scope::{Meaning, Scope};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::{Kind, Path, Segment};

/// What `.` is behind `where`: a record of a list of records, or a place in a record where the list is a field of it.
pub(super) fn element_of(scope: &Scope, list: &Expression) -> Meaning {
    let ExpressionKind::Path(PathExpression { head, segments, .. }) = &list.kind else { return Meaning::Any };
    let around = match head {
        Some(head) => scope.heads.get(&head.text),
        None => scope.element.as_ref(),
    };
    let (kind, start, steps) = match around {
        Some(Meaning::Record(kind, start)) => (kind, start.clone(), segments.as_slice()),
        Some(Meaning::AtMostOne(kind)) => (kind, Path::default(), segments.as_slice()),
        Some(Meaning::Group(kind)) => match segments.split_first() {
            None => return Meaning::Record(Arc::clone(kind), Path::default()),
            Some((Segment::Each, [])) => return Meaning::Record(Arc::clone(kind), Path::default()),
            Some((Segment::Field(_), _)) => return Meaning::Any,
            Some((_, steps)) => (kind, Path::default(), steps),
        },
        _ => return Meaning::Any,
    };
    let mut at = start;
    at.0.extend(steps.iter().map(|step| match step {
        Segment::Index(_) => Segment::Each,
        other => other.clone(),
    }));
    if at.0.last() != Some(&Segment::Each) {
        at.0.push(Segment::Each);
    }
    let known = kind.fields.iter().any(|field| field.path.0.len() > at.0.len() && field.path.0.starts_with(&at.0));
    if known {
        return Meaning::Record(Arc::clone(kind), at);
    }
    at.0.pop();
    match kind.field(&at).map(|field| &field.kind) {
        Some(Kind::List(inner)) if !matches!(**inner, Kind::Any | Kind::Record(_) | Kind::Reference(_)) => {
            Meaning::Value(inner.as_ref().clone())
        }
        _ => Meaning::Any,
    }
}
