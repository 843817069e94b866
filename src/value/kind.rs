//! Static kinds of values: what the checker knows of a value before any event arrives.
//!
//! Kinds come from system files, settings and function signatures. Knows how kinds print and
//! which value fits which; knows nothing of expressions.

use std::fmt;
use std::sync::Arc;

use super::{Value, decimal, timestamp};

/// What a value can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything; the checker asks no questions.
    Any,
    /// Only null.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Integer,
    /// An exact decimal; an integer fits.
    Decimal,
    /// Text.
    Text,
    /// An instant.
    Timestamp,
    /// A calendar day.
    Date,
    /// Text that is one of these, spelt exactly so.
    Enum(Arc<[String]>),
    /// The key of a record of this name in the same system.
    Reference(Arc<str>),
    /// A list of one kind.
    List(Box<Kind>),
    /// A record whose fields the checker looks up in the system file by this name
    /// (`system.record` or a path into it); empty where the fields are not known.
    Record(Arc<str>),
}

impl Kind {
    /// Whether a place of this kind takes an expression of another kind, as far as kinds tell.
    pub fn takes(&self, given: &Self) -> bool {
        match (self, given) {
            (Self::Any, _) | (_, Self::Any | Self::Null) => true,
            (Self::Text, Self::Text | Self::Enum(_)) => true,
            (Self::Decimal, Self::Integer | Self::Decimal) => true,
            (Self::List(wanted), Self::List(given)) => wanted.takes(given),
            (Self::Record(wanted), Self::Record(_)) if wanted.is_empty() => true,
            (Self::Reference(_), Self::Text | Self::Integer | Self::Reference(_)) => true,
            (Self::Text | Self::Integer, Self::Reference(_)) => true,
            _ => self == given,
        }
    }

    /// Whether the value may stand where this kind is asked for. Null always may: whether it is
    /// allowed is a question of the field, not of its kind.
    pub fn fits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Any, _) | (_, Value::Null) => true,
            (Self::Bool, Value::Bool(_))
            | (Self::Integer | Self::Decimal, Value::Integer(_))
            | (Self::Decimal, Value::Decimal(_))
            | (Self::Text, Value::Text(_))
            | (Self::Timestamp, Value::Timestamp(_))
            | (Self::Date, Value::Date(_))
            | (Self::Reference(_), Value::Text(_) | Value::Integer(_))
            | (Self::Record(_), Value::Record(_)) => true,
            (Self::Integer, Value::Decimal(number)) => number.is_integer(),
            (Self::Enum(values), Value::Text(text)) => values.iter().any(|one| one == text),
            (Self::List(inner), Value::List(items)) => items.iter().all(|item| inner.fits(item)),
            _ => false,
        }
    }
}

impl Kind {
    /// Why a value written as a word cannot be one of this kind, as a sentence without its subject; `None`: it can.
    pub fn refuses(&self, written: &str) -> Option<String> {
        let number = || decimal::parse(written);
        let (fits, what) = match self {
            Self::Any | Self::Null | Self::Text | Self::Reference(_) | Self::List(_) | Self::Record(_) => return None,
            Self::Bool => (matches!(written, "true" | "false"), "is true or false".to_owned()),
            Self::Integer => (number().is_some_and(|number| number.is_integer()), "holds a whole number".to_owned()),
            Self::Decimal => (number().is_some(), "holds a number".to_owned()),
            Self::Timestamp => (timestamp::parse(written).is_some(), "holds an instant".to_owned()),
            // What is read may have its time of day behind it; what a person writes of a day is the day.
            Self::Date => (
                written.len() == 10 && timestamp::parse_date(written).is_some(),
                "holds a day such as 2026-01-31".to_owned(),
            ),
            Self::Enum(values) => (values.iter().any(|one| one == written), format!("is one of {}", values.join(", "))),
        };
        (!fits).then_some(what)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => out.write_str("any"),
            Self::Null => out.write_str("null"),
            Self::Bool => out.write_str("bool"),
            Self::Integer => out.write_str("integer"),
            Self::Decimal => out.write_str("decimal"),
            Self::Text => out.write_str("text"),
            Self::Timestamp => out.write_str("timestamp"),
            Self::Date => out.write_str("date"),
            Self::Enum(values) => write!(out, "enum [{}]", values.join(", ")),
            Self::Reference(record) => write!(out, "-> {record}"),
            Self::List(inner) => write!(out, "list of {inner}"),
            Self::Record(name) if name.is_empty() => out.write_str("record"),
            Self::Record(name) => write!(out, "record {name}"),
        }
    }
}
