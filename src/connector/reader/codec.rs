//! How the value of one field is read, by its kind and its shape.
//!
//! Liberal: several spellings of a number, an instant or a key are one value, and what does not fit its kind stays as
//! it came, so that the schema check can name it. Says of each value whether it surely is what was documented.

use ecow::EcoString;
use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value as Json;

use crate::language::plan::{Field, FieldShape, System};
use crate::value::{Kind, Notation, Path, Value, decimal, json, timestamp};

/// The key field of records whose type the system file does not describe.
const KEY_UNLESS_DESCRIBED: &str = "id";

/// A value as it was read, and whether it surely fits what the system file says.
pub(super) type Decoded = (Value, bool);

/// How a field is read.
#[derive(Debug)]
pub(super) enum Codec {
    /// The value itself.
    Plain(Reading),
    /// The key in a field of an object, or bare; zero stands for none.
    KeyIn(String, Reading),
    /// The amount in a field of an object, or bare.
    Money(String, Reading),
}

/// How a value is read by its kind.
#[derive(Debug)]
pub(super) enum Reading {
    Anything,
    Bool,
    Integer,
    Decimal,
    Text,
    Timestamp,
    Date,
    Enum(std::sync::Arc<[String]>),
    /// A key, bare or in the field that the record it names calls its key.
    Reference {
        key: String,
        kind: KeyKind,
    },
    List(Box<Reading>),
    Record,
    /// In a spelling of its own.
    Noted(Notation),
}

/// What the key of a record is: `5` and `"5"` are one.
#[derive(Clone, Copy, Debug)]
pub(super) enum KeyKind {
    Integer,
    Text,
    Other,
}

impl Codec {
    pub(super) fn of(system: &System, field: &Field) -> Self {
        let noted = field.notation.clone().map(Reading::Noted);
        let reading = noted.unwrap_or_else(|| Reading::of(system, &field.kind));
        match &field.shape {
            FieldShape::Plain => Self::Plain(reading),
            FieldShape::KeyIn(key) => Self::KeyIn(key.clone(), reading),
            FieldShape::Money { amount, .. } => Self::Money(amount.clone(), reading),
        }
    }

    /// A text.
    pub(super) fn text(&self, text: &str) -> Decoded {
        match self {
            Self::Plain(reading) => reading.text(text),
            Self::KeyIn(..) if text.trim() == "0" => (Value::Null, true),
            Self::KeyIn(_, reading) => reading.text(text),
            Self::Money(_, reading) => reading.text(text),
        }
    }

    /// A truth value, or a number as JSON has it.
    pub(super) fn scalar(&self, value: Value) -> Decoded {
        match self {
            Self::Plain(reading) => reading.scalar(value),
            Self::KeyIn(..) if matches!(value, Value::Integer(0)) => (Value::Null, true),
            Self::KeyIn(_, reading) => reading.scalar(value),
            Self::Money(_, reading) => reading.scalar(value),
        }
    }

    /// Anything.
    pub(super) fn json(&self, raw: &Json) -> Decoded {
        match (self, raw) {
            (Self::Plain(reading), Json::Object(_) | Json::Array(_)) => reading.json(raw),
            (Self::KeyIn(_, reading), Json::Array(_)) => reading.json(raw),
            (Self::Money(_, reading), Json::Array(_)) => reading.json(raw),
            (Self::KeyIn(key, reading), Json::Object(fields)) => match fields.get(key).unwrap_or(&Json::Null) {
                zero if is_zero(zero) => (Value::Null, true),
                inner => reading.json(inner),
            },
            (Self::Money(amount, reading), Json::Object(fields)) => {
                reading.json(fields.get(amount).unwrap_or(&Json::Null))
            }
            (_, Json::Null) => (Value::Null, true),
            (_, Json::String(text)) => self.text(text),
            (_, Json::Bool(_) | Json::Number(_)) => self.scalar(json::from_json(raw)),
        }
    }
}

impl Reading {
    fn of(system: &System, kind: &Kind) -> Self {
        match kind {
            Kind::Any | Kind::Null => Self::Anything,
            Kind::Bool => Self::Bool,
            Kind::Integer => Self::Integer,
            Kind::Decimal => Self::Decimal,
            Kind::Text => Self::Text,
            Kind::Timestamp => Self::Timestamp,
            Kind::Date => Self::Date,
            Kind::Enum(values) => Self::Enum(values.clone()),
            Kind::Reference(target) => {
                let described = system.records.get(target.as_ref());
                let key = described.map_or(KEY_UNLESS_DESCRIBED, |record| record.key.as_str());
                let kind = described.and_then(|record| record.field(&Path::field(key))).map(|field| &field.kind);
                let kind = match kind {
                    Some(Kind::Integer) => KeyKind::Integer,
                    Some(Kind::Text) => KeyKind::Text,
                    _ => KeyKind::Other,
                };
                Self::Reference { key: key.to_owned(), kind }
            }
            Kind::List(inner) => Self::List(Box::new(Self::of(system, inner))),
            Kind::Record(_) => Self::Record,
        }
    }

    fn text(&self, text: &str) -> Decoded {
        let as_it_is = || Value::Text(EcoString::from(text));
        match self {
            Self::Noted(notation) => match notation.read(&Value::Text(EcoString::from(text))) {
                Some(value) => (value, true),
                None => (as_it_is(), false),
            },
            Self::Anything | Self::Text => (as_it_is(), true),
            Self::Enum(values) => (as_it_is(), values.iter().any(|one| one == text)),
            Self::Bool | Self::List(_) | Self::Record => (as_it_is(), false),
            Self::Integer if is_blank(text) => (Value::Null, true),
            Self::Integer => match text.trim().parse() {
                Ok(number) => (Value::Integer(number), true),
                Err(_) => (as_it_is(), false),
            },
            Self::Decimal if is_blank(text) => (Value::Null, true),
            Self::Decimal => match decimal::parse(text) {
                Some(number) => (Value::Decimal(number), true),
                None => (as_it_is(), false),
            },
            Self::Timestamp | Self::Date if is_no_instant(text) => (Value::Null, true),
            Self::Timestamp => match timestamp::parse(text) {
                Some(instant) => (Value::Timestamp(instant), true),
                None => (as_it_is(), false),
            },
            Self::Date => match timestamp::parse_date(text) {
                Some(day) => (Value::Date(day), true),
                None => (as_it_is(), false),
            },
            Self::Reference { .. } if is_blank(text) => (Value::Null, true),
            Self::Reference { kind: KeyKind::Integer, .. } => {
                (text.trim().parse().map_or_else(|_| as_it_is(), Value::Integer), true)
            }
            Self::Reference { .. } => (as_it_is(), true),
        }
    }

    /// A truth value, or a number as JSON has it; one that is too large for a decimal came as its text.
    fn scalar(&self, value: Value) -> Decoded {
        match (self, value) {
            (_, Value::Null) => (Value::Null, true),
            (Self::Anything, value) => (value, true),
            (Self::Noted(notation), value) => match notation.read(&value) {
                Some(value) => (value, true),
                None => (value, false),
            },
            (Self::Bool, Value::Bool(truth)) => (Value::Bool(truth), true),
            (Self::Bool, Value::Integer(number @ (0 | 1))) => (Value::Bool(number == 1), true),
            (Self::Integer | Self::Reference { .. }, Value::Integer(number)) => match self {
                Self::Reference { kind: KeyKind::Text, .. } => (Value::text(number.to_string()), true),
                _ => (Value::Integer(number), true),
            },
            (Self::Integer | Self::Reference { kind: KeyKind::Integer, .. }, value) => (whole(value), false),
            (Self::Decimal, Value::Integer(number)) => (Value::Decimal(number.into()), true),
            (Self::Decimal, Value::Decimal(number)) => (Value::Decimal(number), true),
            (_, value) => (value, false),
        }
    }

    fn json(&self, raw: &Json) -> Decoded {
        match (self, raw) {
            (_, Json::Null) => (Value::Null, true),
            (_, Json::String(text)) => self.text(text),
            (_, Json::Bool(_) | Json::Number(_)) => self.scalar(json::from_json(raw)),
            (Self::Reference { key, .. }, Json::Object(fields)) => match fields.get(key) {
                None => (Value::Null, true),
                Some(inner @ (Json::Object(_) | Json::Array(_))) => (json::from_json(inner), false),
                Some(inner) => self.json(inner),
            },
            (Self::List(inner), Json::Array(items)) => {
                let mut fits = true;
                let read = |item: &Json| {
                    let (value, is_known) = inner.json(item);
                    fits &= is_known;
                    value
                };
                (Value::List(items.iter().map(read).collect()), fits)
            }
            (Self::Anything, _) | (Self::Record, Json::Object(_)) => (json::from_json(raw), true),
            _ => (json::from_json(raw), false),
        }
    }
}

fn whole(value: Value) -> Value {
    match &value {
        Value::Decimal(number) if number.is_integer() => number.to_i64().map_or(value, Value::Integer),
        Value::Text(text) => text.trim().parse().map_or(value, Value::Integer),
        _ => value,
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
}

/// Peers that wrap keys say `"0"` or `0` for "none".
fn is_zero(json: &Json) -> bool {
    json.as_str().is_some_and(|text| text.trim() == "0") || json.as_i64() == Some(0)
}

/// Empty text and the zero date stand for "no value".
pub(in crate::connector) fn is_no_instant(text: &str) -> bool {
    is_blank(text) || text.trim().starts_with("0001-01-01")
}
