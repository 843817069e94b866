//! The names that an expression may use, what they stand for, and what is known not to be null there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::facts::Facts;
use crate::language::plan::{RecordType, System};
use crate::language::syntax::expression::{Expression, ExpressionKind, PathExpression};
use crate::value::{Kind, Path};

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
    /// A single value of a kind: an element of a list of texts, say.
    Value(Kind),
    /// A value about which nothing more is known.
    Any,
}

/// The names that an expression may use.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Heads of paths.
    pub heads: BTreeMap<String, Meaning>,
    /// What `.` is.
    pub element: Option<Meaning>,
    /// Whether a `??` behind says what happens where something fails.
    pub(super) is_guarded: bool,
    /// What conditions around say of places.
    facts: Facts,
    /// Heads whose record may not be there yet, or no more: nothing of it is, whatever its system file says.
    missing: BTreeSet<String>,
}

impl Scope {
    /// The same names where a condition holds, or where it does not.
    #[must_use]
    pub fn where_is(&self, condition: &Expression, holds: bool) -> Self {
        let mut scope = self.clone();
        scope.facts.learn(condition, holds);
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
        path.into_iter().for_each(|path| scope.facts.fill(path));
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
        scope.facts.leave_element();
        scope
    }

    /// Whether the record that a path reads may not be there.
    pub fn may_miss(&self, path: &PathExpression) -> bool {
        path.head.as_ref().is_some_and(|head| self.missing.contains(&head.text))
    }

    /// Whether a number that is divided by is known not to be nought.
    pub(super) fn is_divisor(&self, tree: &Expression) -> bool {
        self.facts.is_divisor(tree)
    }

    /// Whether a path is known not to be null.
    pub fn is_filled(&self, path: &PathExpression) -> bool {
        self.facts.is_filled(path)
    }
}
