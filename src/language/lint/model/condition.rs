//! What can be told of conditions without running them: the values for which a record is certainly created.

use super::view::View;
use crate::language::plan::SettingType;
use crate::language::plan::{Create, Setting};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Segment, Value};

/// The values of a field for which a create condition holds under some value that the settings may
/// take, as far as `==`, `in`, `or` and `and` over that field show it.
pub fn certain_creates(
    view: &View<'_>,
    create: &Create,
    (system, field): (&str, &str),
    values: &[String],
) -> Vec<String> {
    match &create.when {
        None => Vec::new(),
        Some(condition) => {
            let tree = condition.tree();
            values.iter().filter(|value| holds(view, tree, (system, field), value)).cloned().collect()
        }
    }
}

/// Whether a create condition may hold for a value of a field. What is not `==`, `in`, `or` or `and` over
/// that very field may always hold.
pub fn may_create_for(view: &View<'_>, create: &Create, field: (&str, &str), value: &str) -> bool {
    create.when.as_ref().is_none_or(|condition| may_hold_for(view, condition.tree(), field, value))
}

fn may_hold_for(view: &View<'_>, tree: &Expression, field: (&str, &str), value: &str) -> bool {
    let ExpressionKind::Binary(operator, left, right) = &tree.kind else { return true };
    let text = |tree: &Expression| matches!(tree.kind, ExpressionKind::Literal(Value::Text(_)));
    let decided = match operator {
        Operator::Or => return may_hold_for(view, left, field, value) || may_hold_for(view, right, field, value),
        Operator::And => return may_hold_for(view, left, field, value) && may_hold_for(view, right, field, value),
        Operator::Equal => is_field(left, field) && text(right) || is_field(right, field) && text(left),
        Operator::In if is_field(left, field) => match &right.kind {
            ExpressionKind::List(items) => items.iter().all(text),
            ExpressionKind::Path(path) => setting_of(path).is_some_and(|name| view.rules.types.contains_key(&name)),
            _ => false,
        },
        _ => false,
    };
    !decided || holds(view, tree, field, value)
}

fn holds(view: &View<'_>, tree: &Expression, field: (&str, &str), value: &str) -> bool {
    let ExpressionKind::Binary(operator, left, right) = &tree.kind else { return false };
    match operator {
        Operator::Or => holds(view, left, field, value) || holds(view, right, field, value),
        // What is joined to it and is not about the field holds for some record.
        Operator::And => {
            let [one, other] = [left, right].map(|part| (holds(view, part, field, value), is_about(part, field)));
            let fine = |(held, about): (bool, bool)| held || !about;
            (one.0 || other.0) && fine(one) && fine(other)
        }
        Operator::Equal => {
            is_field(left, field) && is_text(right, value) || is_field(right, field) && is_text(left, value)
        }
        Operator::In if is_field(left, field) => match &right.kind {
            ExpressionKind::List(items) => items.iter().any(|item| is_text(item, value)),
            ExpressionKind::Path(path) => setting_of(path).is_some_and(|name| may_hold(view, &name, value)),
            _ => false,
        },
        _ => false,
    }
}

fn is_about(tree: &Expression, field: (&str, &str)) -> bool {
    let mut found = false;
    tree.visit(&mut |part| found |= is_field(part, field));
    found
}

fn is_field(tree: &Expression, (system, field): (&str, &str)) -> bool {
    let ExpressionKind::Path(PathExpression { head: Some(head), steps, .. }) = &tree.kind else { return false };
    let [step] = steps.as_slice() else { return false };
    head.text == system && step.segment == Segment::Field(field.into())
}

fn is_text(tree: &Expression, value: &str) -> bool {
    matches!(&tree.kind, ExpressionKind::Literal(Value::Text(text)) if text == value)
}

fn setting_of(path: &PathExpression) -> Option<String> {
    path.head.as_ref().filter(|head| head.text == "settings")?;
    let names: Option<Vec<&str>> = path
        .steps
        .iter()
        .map(|step| if let Segment::Field(name) = &step.segment { Some(name.as_str()) } else { None })
        .collect();
    names.map(|names| names.join("."))
}

/// Whether a list setting may ever hold a value.
fn may_hold(view: &View<'_>, name: &str, value: &str) -> bool {
    match (view.rules.types.get(name).map(SettingType::plain), view.rules.settings.get(name)) {
        (Some(SettingType::List(member)), _) => {
            let values = member.values();
            values.is_empty() || values.iter().any(|one| one == value)
        }
        (_, Some(Setting::List(items))) => {
            items.iter().any(|item| matches!(item, Setting::Value(Value::Text(text)) if text == value))
        }
        _ => false,
    }
}
