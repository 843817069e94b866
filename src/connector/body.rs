//! The body of a call as it is written: values where the peer has them, spelt as it spells them.
//!
//! Borrowed from what is sent and written to text in one go. Which fields a call sends is for `request`.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};
use serde_json::{Number, Value as Json};

use crate::language::plan::{Field, FieldShape};
use crate::value::{Kind, Segment, Value, decimal, timestamp};

/// Decimal places that an amount of money has at least.
const MONEY_PLACES: u32 = 2;

/// An object of a body.
pub(super) type Body<'a> = BTreeMap<&'a str, Part<'a>>;

/// A value of a body.
#[derive(Debug)]
pub(super) enum Part<'a> {
    Null,
    /// As a field of this kind is written; what does not fit goes out as it is held.
    Spelt(&'a Kind, &'a Value),
    /// As it is, because it was spelt already.
    Held(Value),
    /// What the peer holds and no field is about.
    Carried(&'a Json),
    /// A key, as a field of this kind is written, under this name in an object.
    KeyIn(&'a str, &'a Kind, &'a Value),
    /// An amount and its currency, with the names of both.
    Money([&'a str; 2], Decimal, &'a str),
    List(Vec<Part<'a>>),
    Object(Body<'a>),
}

impl<'a> Part<'a> {
    /// The value of a field.
    pub(super) fn of(field: &'a Field, value: &'a Value, currency: &'a str) -> Self {
        if value.is_null() {
            return Self::Null;
        }
        let noted = field.notation.as_ref().filter(|_| field.write_kind.is_none());
        if let Some(spelt) = noted.and_then(|notation| notation.write(value)) {
            return match &field.shape {
                FieldShape::Plain | FieldShape::KeyIn(_) => Self::Held(spelt),
                FieldShape::Money { amount, currency: name } => {
                    let of = (name.as_str(), Self::Held(Value::text(currency)));
                    Self::Object(Body::from([(amount.as_str(), Self::Held(spelt)), of]))
                }
            };
        }
        match &field.shape {
            FieldShape::Plain => Self::Spelt(field.write_kind.as_ref().unwrap_or(&field.kind), value),
            FieldShape::KeyIn(key) => Self::KeyIn(key, &field.kind, value),
            FieldShape::Money { amount, currency: name } => match value.as_decimal() {
                Some(number) => Self::Money([amount, name], number, currency),
                None => Self::Spelt(&Kind::Any, value),
            },
        }
    }
}

/// Puts a value at a path of fields, making objects on the way.
pub(super) fn put<'a>(body: &mut Body<'a>, steps: &'a [Segment], value: Part<'a>) {
    match steps {
        [Segment::Field(name)] => {
            body.insert(name, value);
        }
        [Segment::Field(name), rest @ ..] => {
            let slot = body.entry(name).or_insert(Part::Null);
            if !matches!(slot, Part::Object(_)) {
                *slot = Part::Object(Body::new());
            }
            if let Part::Object(inner) = slot {
                put(inner, rest, value);
            }
        }
        _ => {}
    }
}

/// A scalar in a path, query, header or text field.
pub(super) fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::Timestamp(instant) => Some(timestamp::text(*instant)),
        other => other.to_key(),
    }
}

impl Serialize for Part<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => out.serialize_unit(),
            Self::Spelt(kind, value) => Spelt(kind, value).serialize(out),
            Self::Held(value) => AsHeld(value).serialize(out),
            Self::Carried(value) => value.serialize(out),
            Self::KeyIn(key, kind, value) => out.collect_map([(key, Spelt(kind, value))]),
            Self::Money([amount, name], number, currency) => {
                out.collect_map([(amount, money_text(*number).as_str()), (name, *currency)])
            }
            Self::List(items) => out.collect_seq(items),
            Self::Object(fields) => out.collect_map(fields),
        }
    }
}

/// A value as a field of this kind is written.
struct Spelt<'a>(&'a Kind, &'a Value);

impl Serialize for Spelt<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let Self(kind, value) = self;
        let or_held = |read: Option<Value>| read.unwrap_or_else(|| (*value).clone());
        match (kind, value) {
            (Kind::Text | Kind::Enum(_), Value::Text(_) | Value::List(_) | Value::Record(_)) => {
                AsHeld(value).serialize(out)
            }
            (Kind::Text | Kind::Enum(_), _) => plain_text(value).serialize(out),
            (Kind::Decimal, Value::Text(text)) => {
                AsHeld(&or_held(decimal::parse(text).map(Value::Decimal))).serialize(out)
            }
            (Kind::Integer, Value::Text(text)) => {
                AsHeld(&or_held(text.trim().parse().ok().map(Value::Integer))).serialize(out)
            }
            (Kind::Integer, Value::Decimal(number)) if number.is_integer() => {
                AsHeld(&Value::Decimal(number.normalize())).serialize(out)
            }
            // What a table writes is a word.
            (Kind::Bool, Value::Text(_)) => AsHeld(&or_held(value.as_truth().map(Value::Bool))).serialize(out),
            (Kind::Timestamp, Value::Text(text)) => {
                AsHeld(&or_held(timestamp::parse(text).map(Value::Timestamp))).serialize(out)
            }
            (Kind::Date, Value::Timestamp(instant)) => out.collect_str(&instant.to_zoned(TimeZone::UTC).date()),
            (Kind::Date, Value::Text(text)) => {
                AsHeld(&or_held(timestamp::parse_date(text).map(Value::Date))).serialize(out)
            }
            (Kind::List(inner), Value::List(items)) => out.collect_seq(items.iter().map(|item| Spelt(inner, item))),
            _ => AsHeld(value).serialize(out),
        }
    }
}

/// A value as JSON has it, instants to the millisecond.
struct AsHeld<'a>(&'a Value);

impl Serialize for AsHeld<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => out.serialize_unit(),
            Value::Bool(truth) => out.serialize_bool(*truth),
            Value::Integer(number) => out.serialize_i64(*number),
            Value::Decimal(number) => match Number::from_str(&number.to_string()) {
                Ok(number) => number.serialize(out),
                Err(_) => out.collect_str(number),
            },
            Value::Text(text) => out.serialize_str(text),
            Value::Timestamp(instant) => out.serialize_str(&timestamp::text(*instant)),
            Value::Date(day) => out.collect_str(day),
            Value::List(items) => out.collect_seq(items.iter().map(AsHeld)),
            Value::Record(fields) => {
                let mut object = out.serialize_map(Some(fields.len()))?;
                for (name, inner) in fields {
                    object.serialize_entry(name.as_str(), &AsHeld(inner))?;
                }
                object.end()
            }
        }
    }
}

fn money_text(number: Decimal) -> String {
    let mut number = number.normalize();
    if number.scale() < MONEY_PLACES {
        number.rescale(MONEY_PLACES);
    }
    number.to_string()
}
