//! Values with what their system's file says of them, and the elements that lists are read by.
//!
//! Knows how to step into a value without copying it. Follows no reference: that asks for records.

use std::sync::{Arc, LazyLock};

use ecow::EcoString;

use crate::language::plan::RecordType;
use crate::value::{Path, Segment, Value, path};

/// A value with what the system file says of it, so that references in it can be followed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The value.
    pub value: Value,
    /// Its record type and where in it the value stands; `None`: no system's record.
    pub at: Option<(Arc<RecordType>, Arc<Path>)>,
    /// The account it came from.
    pub account: EcoString,
}

/// A record's own place in itself.
pub(super) fn whole() -> Arc<Path> {
    static WHOLE: LazyLock<Arc<Path>> = LazyLock::new(Arc::default);
    Arc::clone(&WHOLE)
}

/// An element of a list: what `.` means, and by what name inner lists may speak of it.
pub struct Element<'a> {
    /// The element.
    pub typed: &'a Typed,
    /// `as NAME`
    pub name: Option<&'a str>,
    /// The element of the list around it.
    pub outer: Option<&'a Element<'a>>,
}

impl Element<'_> {
    /// The element that a name speaks of, seen from this one.
    pub(super) fn named(&self, name: &str) -> Option<&Typed> {
        if self.name == Some(name) { Some(self.typed) } else { self.outer.and_then(|outer| outer.named(name)) }
    }
}

impl Typed {
    /// A part of this value.
    #[must_use]
    pub fn inside(&self, value: Value, step: Segment) -> Self {
        let at = self.at.as_ref().map(|(kind, path)| {
            // A row of a group is a record of its own.
            if path.0.is_empty() && step == Segment::Each && kind.grouped.is_some() {
                return (Arc::clone(kind), Arc::clone(path));
            }
            let steps = path.0.iter().cloned().chain(std::iter::once(step)).collect();
            (Arc::clone(kind), Arc::new(Path(steps)))
        });
        Self { value, at, account: self.account.clone() }
    }
}

/// What stands at a path, where no reference is followed on the way: nothing is copied but that. `None`: one may be.
pub(super) fn in_place(value: &Value, kind: Option<(&RecordType, &[Segment])>, segments: &[Segment]) -> Option<Value> {
    if kind.is_some_and(|(kind, at)| kind.grouped.is_some() || kind.refers_within(at, segments)) {
        return None;
    }
    Some(path::read(value, segments))
}
