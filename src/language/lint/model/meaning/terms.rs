//! Expressions that are compared: constants among them, and a text by which two that are the same are known as one.

use super::head::{Head, Heads};
use crate::language::function::registry;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Path, Segment, Value};

/// The value of an expression that reads nothing.
pub(super) fn constant(tree: &Expression) -> Option<Value> {
    match &tree.kind {
        ExpressionKind::Literal(value) => Some(value.clone()),
        ExpressionKind::Negate(inner) => {
            let number = constant(inner)?.as_decimal()?;
            Some(Value::Decimal(-number))
        }
        ExpressionKind::Call(name, arguments) => {
            let arguments: Option<Vec<Value>> = arguments.iter().map(constant).collect();
            (registry::find(&name.text)?.body)(&arguments?).ok()
        }
        _ => None,
    }
}

/// The dotted name of a setting that a path reads.
pub(super) fn setting_of(path: &PathExpression) -> Option<String> {
    path.head.as_ref().filter(|head| head.text == "settings")?;
    let name = |step: &Segment| if let Segment::Field(name) = step { Some(name.to_string()) } else { None };
    let names: Option<Vec<String>> = path.segments.iter().map(name).collect();
    names.map(|names| names.join("."))
}

/// An expression as text, names replaced by what they stand for: what asks the same reads the same.
pub(super) fn key(heads: &Heads, element: Option<&Head>, tree: &Expression) -> String {
    let of = |tree: &Expression| key(heads, element, tree);
    let all = |items: &[Expression]| items.iter().map(of).collect::<Vec<_>>().join(", ");
    match &tree.kind {
        ExpressionKind::Literal(value) => value.to_string(),
        ExpressionKind::List(items) => format!("[{}]", all(items)),
        ExpressionKind::Path(path) => path_key(heads, element, path),
        ExpressionKind::Steps(base, steps) => {
            let steps: Vec<Segment> = steps.iter().map(|step| step.segment.clone()).collect();
            format!("({}).{}", of(base), Path(steps))
        }
        ExpressionKind::Call(name, arguments) => format!("{}({})", name.text, all(arguments)),
        ExpressionKind::Binary(operator, left, right) => {
            let (mut left, mut right) = (of(left), of(right));
            if matches!(operator, Operator::Equal | Operator::NotEqual | Operator::And | Operator::Or) && right < left {
                std::mem::swap(&mut left, &mut right);
            }
            format!("({left} {operator:?} {right})")
        }
        ExpressionKind::Not(inner) => format!("not ({})", of(inner)),
        ExpressionKind::Negate(inner) => format!("-({})", of(inner)),
        ExpressionKind::Choice(parts) => format!("if({})", all(parts.as_ref())),
        // Inside, `.` is an element of that very list.
        ExpressionKind::Filter(list, condition) => format!("({} where {})", of(list), key(heads, None, condition)),
        ExpressionKind::Park(_) => "park".to_owned(),
    }
}

fn path_key(heads: &Heads, element: Option<&Head>, path: &PathExpression) -> String {
    let head = match &path.head {
        None => element,
        Some(name) => heads.get(&name.text),
    };
    let root = match (head, &path.head) {
        (Some(head), _) => head.root.as_str(),
        (None, Some(name)) => name.text.as_str(),
        (None, None) => "",
    };
    format!("{root}.{}", Path(path.segments.clone()))
}
