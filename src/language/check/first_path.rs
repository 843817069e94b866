//! What an expression reads first: by that people and searches know what it is about.

use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::Segment;

/// The first path in an expression.
pub(super) fn first_path(tree: &Expression) -> Option<&PathExpression> {
    match &tree.kind {
        ExpressionKind::Path(path) => Some(path),
        ExpressionKind::Call(_, arguments) => arguments.iter().find_map(first_path),
        ExpressionKind::Binary(_, left, right) => first_path(left).or_else(|| first_path(right)),
        ExpressionKind::Steps(inner, _) | ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => {
            first_path(inner)
        }
        _ => None,
    }
}

/// The name at the head of that.
pub(super) fn head_of(tree: &Expression) -> Option<String> {
    first_path(tree).and_then(|path| path.head.as_ref()).map(|name| name.text.clone())
}

/// The field in it by which records are searched.
pub(super) fn match_field(tree: &Expression) -> Option<String> {
    first_path(tree)?.steps.iter().find_map(|step| match &step.segment {
        Segment::Field(name) => Some(name.to_string()),
        _ => None,
    })
}
