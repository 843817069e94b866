//! What an expression gives, and what inferring it works with.

use std::collections::BTreeSet;

use crate::language::resolve::{Names, Sink};
use crate::language::syntax::expression::Expression;
use crate::value::{Kind, Value};

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// What kind of value, as far as that is known.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// The texts that it may be, where they can be counted.
    pub texts: Option<BTreeSet<String>>,
    /// The longest text that it may be, in characters; `None`: nothing bounds it.
    pub longest: Option<usize>,
    /// The record whose key it is, where it is one.
    pub refers: Option<Refers>,
    /// Whether it comes from a division and was not rounded since.
    pub is_rough: bool,
    /// The most digits behind the point that it may have, where that is known.
    pub places: Option<u32>,
    /// The two kinds that it may be of, where something of another kind stands in for it.
    pub apart: Option<[Kind; 2]>,
}

/// What a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refers {
    /// The system.
    pub system: String,
    /// The kind of record in it.
    pub record: String,
}

impl Given {
    /// A value of a kind, which is always there.
    pub fn always(kind: Kind) -> Self {
        let texts: Option<BTreeSet<String>> = match &kind {
            Kind::Enum(values) => Some(values.iter().cloned().collect()),
            _ => None,
        };
        let longest = texts.as_ref().and_then(|texts| texts.iter().map(|text| text.chars().count()).max());
        let places = (kind == Kind::Integer).then_some(0);
        Self { kind, nullable: false, texts, longest, refers: None, is_rough: false, places, apart: None }
    }

    /// A value of a kind, or null.
    pub fn or_null(kind: Kind) -> Self {
        Self { nullable: true, ..Self::always(kind) }
    }

    /// A constant.
    pub(super) fn constant(value: &Value, kind: Kind) -> Self {
        let text = value.as_text();
        Self {
            nullable: value.is_null(),
            texts: text.map(|text| BTreeSet::from([text.to_owned()])),
            longest: text.map(|text| text.chars().count()),
            places: places(value),
            ..Self::always(kind)
        }
    }

    /// One value or the other, of a kind that both have.
    pub(super) fn either(kind: Kind, one: &Self, other: &Self) -> Self {
        // What is only null, as what parks is, adds no value.
        let [one_is_null, other_is_null] = [one, other].map(|given| given.kind == Kind::Null);
        let nullable = one.nullable || other.nullable;
        if one_is_null || other_is_null {
            return Self { kind, nullable, ..if one_is_null { other.clone() } else { one.clone() } };
        }
        let both = one.texts.as_ref().zip(other.texts.as_ref());
        Self {
            kind,
            nullable,
            texts: both.map(|(one, other)| one.union(other).cloned().collect()),
            longest: one.longest.zip(other.longest).map(|(one, other)| one.max(other)),
            refers: one.refers.clone().filter(|refers| other.refers.as_ref() == Some(refers)),
            is_rough: one.is_rough || other.is_rough,
            places: one.places.zip(other.places).map(|(one, other)| one.max(other)),
            apart: None,
        }
    }
}

/// The digits behind the point of a number.
fn places(value: &Value) -> Option<u32> {
    match value {
        Value::Integer(_) => Some(0),
        Value::Decimal(number) => Some(number.normalize().scale()),
        _ => None,
    }
}

/// Names, and where findings go.
pub(super) struct Inference<'a, 'n> {
    pub(super) names: &'a Names<'n>,
    pub(super) sink: &'a mut Sink,
}

/// A part of an expression, and what it gives.
pub(super) type Part<'a> = (&'a Expression, &'a Given);
