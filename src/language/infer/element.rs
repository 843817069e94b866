//! What `.` is behind `where`.

use std::sync::Arc;

use super::scope::{Meaning, Scope};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::Segment;

/// What `.` is behind `where`: a place in the record where the list is one of its fields.
pub(super) fn element_of(scope: &Scope, list: &Expression) -> Meaning {
    let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &list.kind else { return Meaning::Any };
    let Some(Meaning::Record(kind, start)) = scope.heads.get(&head.text) else { return Meaning::Any };
    let mut at = start.clone();
    at.0.extend(steps.iter().map(|step| match &step.segment {
        Segment::Index(_) => Segment::Each,
        other => other.clone(),
    }));
    if at.0.last() != Some(&Segment::Each) {
        at.0.push(Segment::Each);
    }
    let known = kind.fields.iter().any(|field| field.path.0.len() > at.0.len() && field.path.0.starts_with(&at.0));
    if known { Meaning::Record(Arc::clone(kind), at) } else { Meaning::Any }
}
