//! What conditions say of places, where they hold and where they do not: that something is there, that it is not
//! nought.
//!
//! Knows no record and no kind; what is not understood says nothing.

use std::collections::BTreeSet;

use crate::language::function::registry;
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Path, Segment, Value};

/// A place that a path names: its head, `None` for the element, and its steps.
type Place = (Option<String>, Path);

/// What is known of places.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    /// Those that are not null.
    filled: BTreeSet<Place>,
    /// Those that are not nought; they may be null.
    not_nought: BTreeSet<Place>,
}

fn place(path: &PathExpression) -> Place {
    (path.head.as_ref().map(|name| name.text.clone()), Path(path.segments.clone()))
}

impl Facts {
    /// Whether a path is known not to be null.
    pub(super) fn is_filled(&self, path: &PathExpression) -> bool {
        self.filled.contains(&place(path))
    }

    /// Forgets what is known of an element.
    pub(super) fn leave_element(&mut self) {
        self.filled.retain(|(head, _)| head.is_some());
        self.not_nought.retain(|(head, _)| head.is_some());
    }

    /// What is not null stands in records that are not null either.
    pub(super) fn fill(&mut self, path: &PathExpression) {
        let (head, whole) = place(path);
        for count in 0..=whole.0.len() {
            let steps = whole.0.get(..count).unwrap_or_default();
            if !steps.contains(&Segment::Each) {
                self.filled.insert((head.clone(), Path(steps.to_vec())));
            }
        }
    }

    /// What a condition says, where it holds or does not.
    pub(super) fn learn(&mut self, condition: &Expression, holds: bool) {
        match &condition.kind {
            ExpressionKind::Not(inner) => self.learn(inner, !holds),
            ExpressionKind::Binary(Operator::And, left, right) if holds => {
                self.learn(left, true);
                self.learn(right, true);
            }
            ExpressionKind::Binary(Operator::Or, left, right) if !holds => {
                self.learn(left, false);
                self.learn(right, false);
            }
            ExpressionKind::Binary(operator, left, right) => {
                self.compared(*operator, (left, right), holds);
                if *operator != Operator::In {
                    self.compared(mirrored(*operator), (right, left), holds);
                }
            }
            // A field of truth that holds is there.
            ExpressionKind::Path(path) if holds => self.fill(path),
            ExpressionKind::Call(name, arguments) => self.called((&name.text, arguments), holds),
            _ => {}
        }
    }

    /// `path OPERATOR other`, and `(path ?? CONSTANT) OPERATOR other`.
    fn compared(&mut self, operator: Operator, (one, other): (&Expression, &Expression), holds: bool) {
        let (path, instead) = match &one.kind {
            ExpressionKind::Path(path) => (path, None),
            ExpressionKind::Binary(Operator::Else, value, instead) => match (&value.kind, &instead.kind) {
                (ExpressionKind::Path(path), ExpressionKind::Literal(instead)) => (path, Some(instead)),
                _ => return,
            },
            _ => return,
        };
        // What is worked out from what is null fails, or is not true.
        let is_there = match instead {
            None if operator.is_order() => true,
            instead => answers(operator, instead.unwrap_or(&Value::Null), other).is_some_and(|truth| truth != holds),
        };
        if is_there {
            self.fill(path);
        }
        if answers(operator, &Value::Integer(0), other).is_some_and(|truth| truth != holds) && parts(operator, other) {
            self.not_nought.insert(place(path));
        }
    }

    /// `matches(path, "…")`: where it would say another of null, or of what stands in for it, the path is there.
    fn called(&mut self, (name, arguments): (&str, &[Expression]), holds: bool) {
        let (Some(function), Some((first, rest))) = (registry::find(name), arguments.split_first()) else { return };
        let (path, instead) = match &first.kind {
            ExpressionKind::Path(path) => (path, Value::Null),
            ExpressionKind::Binary(Operator::Else, value, instead) => match (&value.kind, &instead.kind) {
                (ExpressionKind::Path(path), ExpressionKind::Literal(instead)) => (path, instead.clone()),
                _ => return,
            },
            _ => return,
        };
        let constant = |argument: &Expression| match &argument.kind {
            ExpressionKind::Literal(value) => Some(value.clone()),
            _ => None,
        };
        let Some(rest) = rest.iter().map(constant).collect::<Option<Vec<Value>>>() else { return };
        let values: Vec<Value> = std::iter::once(instead).chain(rest).collect();
        match (function.body)(&values) {
            Ok(Value::Bool(truth)) if truth != holds => self.fill(path),
            _ => {}
        }
    }

    /// Whether a number that is divided by is known not to be nought.
    pub(super) fn is_divisor(&self, tree: &Expression) -> bool {
        match &tree.kind {
            ExpressionKind::Literal(value) => value.as_decimal().is_some_and(|number| !number.is_zero()),
            ExpressionKind::Path(path) => self.not_nought.contains(&place(path)),
            ExpressionKind::Binary(Operator::Else, value, instead) => match &value.kind {
                ExpressionKind::Path(path) => {
                    self.is_divisor(value) && (self.is_filled(path) || self.is_divisor(instead))
                }
                _ => false,
            },
            ExpressionKind::Negate(inner) => self.is_divisor(inner),
            ExpressionKind::Choice(parts) => {
                let [decides, yes, no] = parts.as_ref();
                [(yes, true), (no, false)].into_iter().all(|(part, holds)| {
                    let mut facts = self.clone();
                    facts.learn(decides, holds);
                    facts.is_divisor(part) || matches!(part.kind, ExpressionKind::Park(_))
                })
            }
            // The greatest of several is at least the constant among them.
            ExpressionKind::Call(name, arguments) if name.text == "max" && arguments.len() > 1 => {
                let above = |value: &Value| value.as_decimal().is_some_and(|number| number.is_sign_positive());
                let is = |one: &Expression| matches!(&one.kind, ExpressionKind::Literal(value) if above(value));
                arguments.iter().any(|one| is(one) && self.is_divisor(one))
            }
            _ => false,
        }
    }
}

/// Whether a comparison tells nought from other numbers, and does not only ask whether something is there.
fn parts(operator: Operator, other: &Expression) -> bool {
    let is_number =
        |tree: &Expression| matches!(&tree.kind, ExpressionKind::Literal(value) if value.as_decimal().is_some());
    match (&other.kind, operator) {
        (ExpressionKind::List(items), Operator::In) => items.iter().all(is_number),
        _ => is_number(other),
    }
}

/// What a comparison with constants says of a value.
fn answers(operator: Operator, value: &Value, other: &Expression) -> Option<bool> {
    let constant = match &other.kind {
        ExpressionKind::Literal(constant) => constant,
        ExpressionKind::List(items) if operator == Operator::In => {
            let is = |item: &Expression| match &item.kind {
                ExpressionKind::Literal(constant) => Some(same(value, constant)),
                _ => None,
            };
            let found = items.iter().map(is).collect::<Option<Vec<bool>>>()?;
            return Some(found.contains(&true));
        }
        // A list among the settings holds no null.
        ExpressionKind::Path(path) if operator == Operator::In => {
            let is_setting = path.head.as_ref().is_some_and(|head| head.text == "settings");
            return (is_setting && value.is_null()).then_some(false);
        }
        _ => return None,
    };
    match operator {
        Operator::Equal => Some(same(value, constant)),
        Operator::NotEqual => Some(!same(value, constant)),
        _ if operator.is_order() => {
            let order = value.order(constant)?;
            Some(match operator {
                Operator::Less => order.is_lt(),
                Operator::LessEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            })
        }
        _ => None,
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_decimal(), other.as_decimal()) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// The operator with its sides changed.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessEqual => Operator::GreaterEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterEqual => Operator::LessEqual,
        other => other,
    }
}
