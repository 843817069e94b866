//! The names that an expression may use, what they stand for, and what is known not to be null there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::language::plan::{RecordType, System};
use crate::language::syntax::expression::{Expression, ExpressionKind, Operator, PathExpression};
use crate::value::{Path, Segment, Value};

/// What a name or the element stands for.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A record, or a place inside one.
    Record(Arc<RecordType>, Path),
    /// A record that may not be there.
    AtMostOne(Arc<RecordType>),
    /// Several records of one kind: a list that is read, or rows that share the value of a field.
    Group(Arc<RecordType>),
    /// A system: the step behind it names one of its records.
    System(Arc<System>),
    /// A value about which nothing more is known.
    Any,
}

/// A place that a path names: its head, `None` for the element, and its steps.
type Place = (Option<String>, Path);

/// The names that an expression may use.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Heads of paths.
    pub heads: BTreeMap<String, Meaning>,
    /// What `.` is.
    pub element: Option<Meaning>,
    /// Whether a `??` behind says what happens where something fails.
    pub(super) is_guarded: bool,
    /// Places that are known not to be null.
    filled: BTreeSet<Place>,
    /// Heads whose record may not be there yet, or no more: nothing of it is, whatever its system file says.
    missing: BTreeSet<String>,
}

impl Scope {
    /// The same names where a condition holds, or where it does not.
    #[must_use]
    pub fn where_is(&self, condition: &Expression, holds: bool) -> Self {
        let mut scope = self.clone();
        facts(condition, holds, &mut scope.filled);
        scope
    }

    /// The same names where a value that a record is matched by is there.
    #[must_use]
    pub fn matched_by(&self, value: &Expression) -> Self {
        let mut scope = self.clone();
        let path = match &value.kind {
            ExpressionKind::Path(path) => Some(path),
            // What is made of null is null, and nothing is matched by that.
            ExpressionKind::Call(_, arguments) => match arguments.first().map(|first| &first.kind) {
                Some(ExpressionKind::Path(path)) => Some(path),
                _ => None,
            },
            _ => None,
        };
        path.into_iter().for_each(|path| fill(path, &mut scope.filled));
        scope
    }

    /// The same names where a `??` behind says what happens where something fails.
    #[must_use]
    pub fn guarded(&self) -> Self {
        Self { is_guarded: true, ..self.clone() }
    }

    /// The same names where the record of a head may not be there.
    #[must_use]
    pub fn without(&self, head: &str) -> Self {
        let mut scope = self.clone();
        scope.missing.insert(head.to_owned());
        scope
    }

    /// The same names where the record of a head is there.
    #[must_use]
    pub fn with(&self, head: &str) -> Self {
        let mut scope = self.clone();
        scope.missing.remove(head);
        scope
    }

    /// The same names over elements of a list.
    #[must_use]
    pub fn over(&self, element: Meaning) -> Self {
        let mut scope = Self { element: Some(element), ..self.clone() };
        scope.filled.retain(|(head, _)| head.is_some());
        scope
    }

    /// Whether the record that a path reads may not be there.
    pub fn may_miss(&self, path: &PathExpression) -> bool {
        path.head.as_ref().is_some_and(|head| self.missing.contains(&head.text))
    }

    /// Whether a path is known not to be null.
    pub fn is_filled(&self, path: &PathExpression) -> bool {
        self.filled.contains(&place(path))
    }
}

fn place(path: &PathExpression) -> Place {
    (path.head.as_ref().map(|name| name.text.clone()), Path(path.segments.clone()))
}

/// What a condition says of places that are not null, where it holds or does not.
fn facts(condition: &Expression, holds: bool, filled: &mut BTreeSet<Place>) {
    match &condition.kind {
        ExpressionKind::Not(inner) => facts(inner, !holds, filled),
        ExpressionKind::Binary(Operator::And, left, right) if holds => {
            facts(left, true, filled);
            facts(right, true, filled);
        }
        ExpressionKind::Binary(Operator::Or, left, right) if !holds => {
            facts(left, false, filled);
            facts(right, false, filled);
        }
        ExpressionKind::Binary(operator, left, right) => compared(*operator, (left, right), holds, filled),
        // A field of truth that holds is there.
        ExpressionKind::Path(path) if holds => fill(path, filled),
        _ => {}
    }
}

fn compared(operator: Operator, (left, right): (&Expression, &Expression), holds: bool, filled: &mut BTreeSet<Place>) {
    for (one, other) in [(left, right), (right, left)] {
        let ExpressionKind::Path(path) = &one.kind else {
            stands_in(operator, (one, other), holds, filled);
            continue;
        };
        let to_null = matches!(other.kind, ExpressionKind::Literal(Value::Null));
        let to_constant = matches!(other.kind, ExpressionKind::Literal(_)) && !to_null;
        let is_there = match operator {
            Operator::NotEqual => to_null && holds || to_constant && !holds,
            Operator::Equal => to_null && !holds || to_constant && holds,
            // What is worked out from it fails where it is null, or is not true.
            Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => true,
            Operator::In => holds && std::ptr::eq(one, left) && !may_list_null(right),
            _ => false,
        };
        if is_there {
            fill(path, filled);
        }
    }
}

/// `(path ?? "") != ""`: what is not the constant that would stand in for it is there itself.
fn stands_in(operator: Operator, (one, other): (&Expression, &Expression), holds: bool, filled: &mut BTreeSet<Place>) {
    let ExpressionKind::Binary(Operator::Else, path, instead) = &one.kind else { return };
    let (ExpressionKind::Path(path), ExpressionKind::Literal(instead), ExpressionKind::Literal(other)) =
        (&path.kind, &instead.kind, &other.kind)
    else {
        return;
    };
    let is_there = match operator {
        Operator::Equal if holds => other != instead,
        Operator::NotEqual if !holds => other != instead,
        Operator::Equal => other == instead,
        Operator::NotEqual => other == instead,
        _ => false,
    };
    if is_there {
        fill(path, filled);
    }
}

fn may_list_null(list: &Expression) -> bool {
    match &list.kind {
        ExpressionKind::List(items) => {
            let is_value =
                |item: &Expression| matches!(&item.kind, ExpressionKind::Literal(value) if *value != Value::Null);
            !items.iter().all(is_value)
        }
        ExpressionKind::Path(path) => path.head.as_ref().is_none_or(|head| head.text != "settings"),
        _ => true,
    }
}

/// What is not null stands in records that are not null either.
fn fill(path: &PathExpression, filled: &mut BTreeSet<Place>) {
    let (head, whole) = place(path);
    for count in 0..=whole.0.len() {
        let steps = whole.0.get(..count).unwrap_or_default();
        if !steps.contains(&Segment::Each) {
            filled.insert((head.clone(), Path(steps.to_vec())));
        }
    }
}
