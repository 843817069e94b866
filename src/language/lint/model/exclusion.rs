//! Which conditions of rules never hold at once, as far as their words show it.

use super::view::View;
use crate::diagnostic::Sources as _;
use crate::language::plan::FieldRule;
use crate::language::plan::expression::CompiledExpression;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator};

/// Whether one condition is the other turned round, or both ask one thing for different constants.
pub fn exclude(view: &View<'_>, first: &FieldRule, second: &FieldRule) -> bool {
    let (Some(first), Some(second)) = (&first.when, &second.when) else { return false };
    let inner = |condition: &CompiledExpression| match &condition.tree().kind {
        ExpressionKind::Not(inner) => Some(text(view, inner)),
        _ => None,
    };
    let constant = |condition: &CompiledExpression| match &condition.tree().kind {
        ExpressionKind::Binary(Operator::Equal, left, right) => match &right.kind {
            ExpressionKind::Literal(value) => Some((text(view, left), value.clone())),
            _ => None,
        },
        _ => None,
    };
    let differ = constant(first).zip(constant(second)).is_some_and(|(one, two)| one.0 == two.0 && one.1 != two.1);
    differ
        || inner(first).is_some_and(|inner| inner == text(view, second.tree()))
        || inner(second).is_some_and(|inner| inner == text(view, first.tree()))
}

/// Whether one condition is the other turned round, so that one of the two always holds.
pub fn opposite(view: &View<'_>, first: &FieldRule, second: &FieldRule) -> bool {
    let turned =
        |rule: &FieldRule| rule.when.as_ref().is_some_and(|one| matches!(one.tree().kind, ExpressionKind::Not(_)));
    turned(first) != turned(second) && exclude(view, first, second)
}

fn text(view: &View<'_>, tree: &Expression) -> String {
    let file = view.sources.text(tree.span.file);
    let written = file.get(tree.span.start..tree.span.end).unwrap_or_default();
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}
