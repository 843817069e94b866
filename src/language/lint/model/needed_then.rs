//! What a system file asks for under a condition: when the rules of a pipeline make it true.

use super::meaning::{Condition, Possible, Reading};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{FieldRule, Pipeline, RuleBody, Side};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::{Path, Segment, Value};

/// Whether a condition over the fields of a record that is created may hold while none of some others does; `None`:
/// that cannot be seen from what fills those fields.
pub(crate) fn may_hold(
    reading: &Reading<'_>,
    (pipeline, side): (&Pipeline, Side),
    (needed, filled): (&CompiledExpression, &[Condition]),
) -> Option<bool> {
    let needed = reading.read(&filled_in(needed.tree(), pipeline, side)?);
    let none = filled.iter().map(|condition| condition.clone().turned());
    match Condition::all(std::iter::once(needed).chain(none)).possible() {
        Possible::Never => Some(false),
        Possible::Where(_) => Some(true),
        Possible::CannotBeTold => None,
    }
}

/// When a rule gives a record that is created something: where it speaks, and its source is no empty field.
pub(crate) fn gives(reading: &Reading<'_>, (pipeline, side): (&Pipeline, Side), rule: &FieldRule) -> Condition {
    let speaks = reading.of_making(rule, &pipeline.record(side).system);
    let source = rule.path(side.other()).filter(|_| matches!(&rule.body, RuleBody::Value { via: None, .. }));
    let Some(source) = source else { return speaks };
    let empty = reading.is(Some(&pipeline.record(side.other()).system), source, &Value::Null);
    speaks.and(empty.turned())
}

/// A condition with what the rules put into each of its fields.
fn filled_in(tree: &Expression, pipeline: &Pipeline, side: Side) -> Option<Expression> {
    let inner = |tree: &Expression| filled_in(tree, pipeline, side);
    let kind = match &tree.kind {
        ExpressionKind::Literal(_) => tree.kind.clone(),
        ExpressionKind::Path(path) => return source(path, tree, (pipeline, side)),
        ExpressionKind::Binary(operator, left, right) => {
            ExpressionKind::Binary(*operator, inner(left)?.into(), inner(right)?.into())
        }
        ExpressionKind::Not(part) => ExpressionKind::Not(inner(part)?.into()),
        ExpressionKind::List(items) => ExpressionKind::List(items.iter().map(inner).collect::<Option<_>>()?),
        _ => return None,
    };
    Some(Expression { kind, span: tree.span })
}

/// What the only rule for a field puts there, where it always does.
fn source(path: &PathExpression, tree: &Expression, (pipeline, side): (&Pipeline, Side)) -> Option<Expression> {
    let head = path.head.as_ref().map(|head| Segment::Field(head.text.as_str().into()));
    let place = Path(head.into_iter().chain(path.segments.iter().cloned()).collect());
    let record = pipeline.record(side);
    let field = record.field(&place)?;
    if record.is_filled(field) {
        return None;
    }
    let fills = |rule: &&FieldRule| rule.points(side) && rule.path(side) == Some(&place);
    let fills: Vec<&FieldRule> = pipeline.rules.iter().filter(fills).collect();
    let [rule] = fills.as_slice() else {
        // What nobody fills is not there.
        let nothing = Expression { kind: ExpressionKind::Literal(Value::Null), span: tree.span };
        return fills.is_empty().then_some(nothing);
    };
    match &rule.body {
        RuleBody::Value { left, right, table: None, via: None, .. } if rule.when.is_none() => {
            Some(if side == Side::Left { right } else { left }.tree().clone())
        }
        _ => None,
    }
}
