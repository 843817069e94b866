//! An expression as text again: as its author could have written it, with no more brackets than it needs.
//!
//! What is printed here reads as the same tree. Knows no file: places, blanks and comments are gone.

use std::fmt;

use super::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::Segment;

/// How tightly the parts of an expression hold together, loosest first, as the grammar has them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hold {
    Choice,
    Or,
    And,
    Not,
    Comparison,
    Fallback,
    Sum,
    Product,
    Sign,
    Postfix,
}

impl fmt::Display for Expression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, Hold::Choice, out)
    }
}

/// Writes a part where one that holds at least so tightly may stand.
fn write(part: &Expression, least: Hold, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    if hold(part) < least {
        out.write_str("(")?;
        bare(part, out)?;
        return out.write_str(")");
    }
    bare(part, out)
}

fn hold(part: &Expression) -> Hold {
    match &part.kind {
        // Behind `where` everything belongs to its condition.
        ExpressionKind::Choice(_) | ExpressionKind::Filter(..) => Hold::Choice,
        ExpressionKind::Not(_) => Hold::Not,
        ExpressionKind::Negate(_) => Hold::Sign,
        ExpressionKind::Binary(operator, ..) => of_operator(*operator),
        ExpressionKind::Park(_) => Hold::Sum,
        ExpressionKind::Literal(value) if value.as_decimal().is_some_and(|number| number.is_sign_negative()) => {
            Hold::Sign
        }
        ExpressionKind::Literal(_)
        | ExpressionKind::List(_)
        | ExpressionKind::Path(_)
        | ExpressionKind::Steps(..)
        | ExpressionKind::Call(..) => Hold::Postfix,
    }
}

fn of_operator(operator: Operator) -> Hold {
    match operator {
        Operator::Or => Hold::Or,
        Operator::And => Hold::And,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessEqual
        | Operator::Greater
        | Operator::GreaterEqual
        | Operator::In => Hold::Comparison,
        Operator::Else => Hold::Fallback,
        Operator::Add | Operator::Subtract => Hold::Sum,
        Operator::Multiply | Operator::Divide => Hold::Product,
    }
}

/// What may stand left and right of an operator: chains lean to the left, and comparisons make none.
fn beside(operator: Operator) -> (Hold, Hold) {
    match of_operator(operator) {
        Hold::Or => (Hold::Or, Hold::And),
        Hold::And => (Hold::And, Hold::Not),
        Hold::Comparison => (Hold::Fallback, Hold::Fallback),
        Hold::Fallback => (Hold::Fallback, Hold::Sum),
        Hold::Sum => (Hold::Sum, Hold::Product),
        _ => (Hold::Product, Hold::Sign),
    }
}

fn bare(part: &Expression, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match &part.kind {
        ExpressionKind::Literal(value) => write!(out, "{value}"),
        ExpressionKind::List(items) => {
            out.write_str("[")?;
            listed(items, out)?;
            out.write_str("]")
        }
        ExpressionKind::Path(path) => path_text(path, out),
        ExpressionKind::Steps(base, steps) => {
            // Behind a path further steps would be its own, and lead through what it refers to.
            match base.kind {
                ExpressionKind::Path(_) | ExpressionKind::Steps(..) => write!(out, "({base})")?,
                _ => write(base, Hold::Postfix, out)?,
            }
            steps.iter().try_for_each(|step| step_text(&step.segment, out))
        }
        ExpressionKind::Call(name, arguments) => {
            write!(out, "{}(", name.text)?;
            listed(arguments, out)?;
            out.write_str(")")
        }
        ExpressionKind::Binary(operator, left, right) => {
            let (before, after) = beside(*operator);
            write(left, before, out)?;
            write!(out, " {} ", operator.written())?;
            write(right, after, out)
        }
        ExpressionKind::Not(inner) => {
            out.write_str("not ")?;
            write(inner, Hold::Not, out)
        }
        ExpressionKind::Negate(inner) => {
            out.write_str("-")?;
            write(inner, Hold::Sign, out)
        }
        ExpressionKind::Choice(parts) => {
            let [condition, yes, no] = parts.as_ref();
            write!(out, "if {condition} then {yes} else {no}")
        }
        ExpressionKind::Filter(list, condition) => {
            write(list, Hold::Postfix, out)?;
            out.write_str(" where ")?;
            write(condition, Hold::Or, out)
        }
        ExpressionKind::Park(text) => write!(out, "park {text:?}"),
    }
}

fn listed(items: &[Expression], out: &mut fmt::Formatter<'_>) -> fmt::Result {
    items.iter().enumerate().try_for_each(|(at, item)| {
        if at > 0 {
            out.write_str(", ")?;
        }
        write(item, Hold::Choice, out)
    })
}

fn path_text(path: &PathExpression, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match (&path.head, path.segments.first()) {
        (Some(head), _) => out.write_str(&head.text)?,
        (None, Some(Segment::Field(_))) => {}
        (None, _) => out.write_str(".")?,
    }
    path.segments.iter().try_for_each(|segment| step_text(segment, out))
}

fn step_text(segment: &Segment, out: &mut fmt::Formatter<'_>) -> fmt::Result {
    match segment {
        Segment::Field(name) => write!(out, ".{name}"),
        Segment::Index(at) => write!(out, "[{at}]"),
        Segment::Each => out.write_str("[]"),
    }
}
