//! The value: null, bool, integer, decimal, text, timestamp, date, list, record.
//!
//! Knows how values compare and print; parsing from JSON is in `json`, addressing in `path`. A copy of
//! a text, a list or a record shares it: what is only looked at is never copied.
//! Equality is by meaning: `3` equals `3.00`, and an absent field equals null.

use std::fmt;

use ecow::{EcoString, EcoVec};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Record;

/// One datum of a record, a rule or a script.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// No value; what a missing field reads as.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal: money, quantities, rates.
    Decimal(Decimal),
    /// Unicode text.
    Text(EcoString),
    /// An instant, kept in UTC.
    Timestamp(Timestamp),
    /// A calendar day without a time zone.
    Date(Date),
    /// Values in order.
    List(EcoVec<Value>),
    /// Named values.
    Record(Record),
}

impl Value {
    /// Text from anything that is text.
    pub fn text(text: impl Into<EcoString>) -> Self {
        Self::Text(text.into())
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if this is text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, if this is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// The truth value that it is or that it spells, as a table's row does.
    pub fn as_truth(&self) -> Option<bool> {
        self.as_bool().or_else(|| self.as_text()?.parse().ok())
    }

    /// The number as a decimal, if this is an integer or a decimal.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Self::Integer(number) => Some(Decimal::from(*number)),
            Self::Decimal(number) => Some(*number),
            _ => None,
        }
    }

    /// The elements, if this is a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The fields, if this is a record.
    pub fn as_record(&self) -> Option<&Record> {
        match self {
            Self::Record(fields) => Some(fields),
            _ => None,
        }
    }

    /// The named field; null where this is no record or has no such field.
    pub fn field(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.as_record().and_then(|fields| fields.get(name)).unwrap_or(NULL)
    }

    /// Which of two values comes first; `None` where they have no order: numbers, texts, instants and
    /// dates have one among their own.
    pub fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => Some(a.cmp(b)),
            (Self::Timestamp(a), Self::Timestamp(b)) => Some(a.cmp(b)),
            (Self::Date(a), Self::Date(b)) => Some(a.cmp(b)),
            _ => Some(self.as_decimal()?.cmp(&other.as_decimal()?)),
        }
    }

    /// What people call this kind of value in a message.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Integer(_) => "integer",
            Self::Decimal(_) => "decimal",
            Self::Text(_) => "text",
            Self::Timestamp(_) => "timestamp",
            Self::Date(_) => "date",
            Self::List(_) => "list",
            Self::Record(_) => "record",
        }
    }

    /// The text of a scalar as a key, in a URL or in a table: no quotes, decimals without
    /// trailing zeros. `None` for null, lists and records.
    pub fn to_key(&self) -> Option<String> {
        match self {
            Self::Null | Self::List(_) | Self::Record(_) => None,
            Self::Bool(truth) => Some(truth.to_string()),
            Self::Integer(number) => Some(number.to_string()),
            Self::Decimal(number) => Some(number.normalize().to_string()),
            Self::Text(text) => Some(text.to_string()),
            Self::Timestamp(instant) => Some(instant.to_string()),
            Self::Date(day) => Some(day.to_string()),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Text(a), Self::Text(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Record(a), Self::Record(b)) => a == b,
            _ => match (self.as_decimal(), other.as_decimal()) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            },
        }
    }
}

impl Eq for Value {}

impl fmt::Display for Value {
    /// Prints as a rule author would write it: text in quotes, lists in brackets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Bool(truth) => write!(out, "{truth}"),
            Self::Integer(number) => write!(out, "{number}"),
            Self::Decimal(number) => write!(out, "{number}"),
            Self::Text(text) => write!(out, "{text:?}"),
            Self::Timestamp(instant) => write!(out, "{instant}"),
            Self::Date(day) => write!(out, "{day}"),
            Self::List(items) => {
                out.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    write!(out, "{item}")?;
                }
                out.write_str("]")
            }
            Self::Record(fields) => {
                out.write_str("{")?;
                for (index, (name, value)) in fields.iter().enumerate() {
                    if index > 0 {
                        out.write_str(", ")?;
                    }
                    write!(out, "{name}: {value}")?;
                }
                out.write_str("}")
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<EcoString> for Value {
    fn from(text: EcoString) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::List(items.into())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Bool(truth)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Decimal(number)
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Self::Timestamp(instant)
    }
}
