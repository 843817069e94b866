//! Whether two values are one and the same, told without looking through them.
//!
//! Lists and records are the same only where they share what they hold; what merely equals another is not. Numbers are
//! the same where they are also written alike.

use std::hash::{Hash, Hasher};

use super::Value;

impl Value {
    /// Whether this is the same as another. True: nothing can tell them apart. False: they may be equal all the same.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Decimal(a), Self::Decimal(b)) => a.serialize() == b.serialize(),
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::List(a), Self::List(b)) => std::ptr::eq(a.as_slice(), b.as_slice()),
            (Self::Record(a), Self::Record(b)) => std::ptr::eq(a.as_slice(), b.as_slice()),
            _ => false,
        }
    }

    /// Marks a value such that the same values are marked alike.
    pub fn mark(&self, marks: &mut impl Hasher) {
        std::mem::discriminant(self).hash(marks);
        match self {
            Self::Null => {}
            Self::Bool(truth) => truth.hash(marks),
            Self::Integer(number) => number.hash(marks),
            Self::Decimal(number) => number.serialize().hash(marks),
            Self::Text(text) => text.hash(marks),
            Self::Timestamp(instant) => instant.hash(marks),
            Self::Date(day) => day.hash(marks),
            Self::List(items) => items.as_ptr().hash(marks),
            Self::Record(fields) => fields.as_slice().as_ptr().hash(marks),
        }
    }
}
