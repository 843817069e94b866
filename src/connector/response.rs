//! What the peer says, as canonical records.
//!
//! Pure: unwraps envelopes and reads each declared field by place, shape and kind. Everything
//! undeclared is left out, and a value that does not fit its kind stays as it came, so that the
//! schema check can name it.

use std::fmt;

use rust_decimal::prelude::ToPrimitive as _;
use serde_json::Value as Json;

use super::layout::{self, Layout};
use super::unreadable;
use crate::language::plan::{Field, FieldShape, RecordType, System};
use crate::value::{Kind, Path, Record, Segment, Value, decimal, json, timestamp};

/// The key field of records whose type the system file does not describe.
const KEY_UNLESS_DESCRIBED: &str = "id";

/// A body that should be JSON and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// What the parser says.
    pub why: String,
}

impl fmt::Display for NotJson {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the answer is not JSON ({})", self.why)
    }
}

impl std::error::Error for NotJson {}

/// Reads a body; `None` for an empty one.
///
/// # Errors
/// [`NotJson`].
pub fn parse(body: &[u8]) -> Result<Option<Json>, NotJson> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    serde_json::from_slice(body).map(Some).map_err(|error| NotJson { why: error.to_string() })
}

/// Reads a body of records as [`parse`] does, with marks for single values that no parser takes.
///
/// # Errors
/// [`NotJson`] where it is broken beyond single values.
pub(super) fn parse_records(body: &[u8]) -> Result<Option<Json>, NotJson> {
    parse(body).or_else(|error| serde_json::from_str(&unreadable::marked(body)).map(Some).map_err(|_| error))
}

/// The single record in an answer. Where the system wraps records, a one-element list under the
/// wrapper counts as the record, and an answer without the wrapper is taken as the record itself.
pub fn single<'a>(system: &System, body: &'a Json) -> Option<&'a Json> {
    let inner = match &system.answer {
        Some(path) => at(body, path).unwrap_or(body),
        None => body,
    };
    let inner = match inner {
        Json::Array(items) if items.len() == 1 => items.first()?,
        other => other,
    };
    inner.is_object().then_some(inner)
}

/// The JSON at a path of fields and indices.
pub(super) fn at<'a>(json: &'a Json, path: &Path) -> Option<&'a Json> {
    path.0.iter().try_fold(json, step_into)
}

/// The JSON one step further in.
pub(super) fn step_into<'a>(json: &'a Json, step: &Segment) -> Option<&'a Json> {
    match step {
        Segment::Field(name) => json.get(name.as_str()),
        Segment::Index(index) => json.get(index),
        Segment::Each => None,
    }
}

/// What stands at the first of a field's places that holds something; else null where one is there.
pub(super) fn found<'a>(raw: &'a Json, field: &Field) -> Option<&'a Json> {
    let mut places = std::iter::once(&field.read_at).chain(&field.read_also).filter_map(|place| at(raw, place));
    let first = places.next()?;
    Some(if first.is_null() { places.find(|json| !json.is_null()).unwrap_or(first) } else { first })
}

/// The canonical record.
pub fn canonical(system: &System, record: &RecordType, raw: &Json) -> Value {
    canonical_by(system, &layout::of_all(record), raw)
}

/// The same by a layout that is at hand.
pub(super) fn canonical_by(system: &System, layout: &Layout<'_>, raw: &Json) -> Value {
    Value::Record(read_record(system, layout, raw))
}

/// Whether the answer holds every top-level field that the system file declares, be it null: then
/// it is the whole record and need not be read again.
pub fn is_whole(record: &RecordType, raw: &Json) -> bool {
    let layout = layout::of_all(record);
    layout.plain.iter().all(|(_, field)| found(raw, field).is_some())
        && layout.lists.iter().all(|list| at(raw, list.read_at()).is_some())
}

fn read_record(system: &System, layout: &Layout, raw: &Json) -> Record {
    let mut record = Record::new();
    for (place, field) in &layout.plain {
        place.write(&mut record, read_field(system, field, found(raw, field)));
    }
    for list in &layout.lists {
        let value = match at(raw, list.read_at()) {
            Some(Json::Array(items)) => {
                Value::List(items.iter().map(|item| read_element(system, &list.element, item)).collect())
            }
            Some(other) => json::from_json(other),
            None => Value::Null,
        };
        list.place.write(&mut record, value);
    }
    record
}

/// An element is a record, unless the list's elements are declared as values (`managers[]`).
fn read_element(system: &System, layout: &Layout, item: &Json) -> Value {
    match layout.plain.iter().find(|(place, _)| place.0.is_empty()) {
        Some((_, field)) => read_field(system, field, found(item, field)),
        None if item.is_object() => Value::Record(read_record(system, layout, item)),
        None => json::from_json(item),
    }
}

fn read_field(system: &System, field: &Field, raw: Option<&Json>) -> Value {
    let Some(raw) = raw else { return Value::Null };
    match &field.shape {
        FieldShape::Plain => read_kind(system, &field.kind, raw),
        FieldShape::KeyIn(key) => {
            let inner = if raw.is_object() { raw.get(key).unwrap_or(&Json::Null) } else { raw };
            if is_zero(inner) { Value::Null } else { read_kind(system, &field.kind, inner) }
        }
        FieldShape::Money { amount, .. } => {
            let inner = if raw.is_object() { raw.get(amount).unwrap_or(&Json::Null) } else { raw };
            read_kind(system, &Kind::Decimal, inner)
        }
    }
}

/// Peers that wrap keys say `"0"` or `0` for "none".
fn is_zero(json: &Json) -> bool {
    json.as_str().is_some_and(|text| text.trim() == "0") || json.as_i64() == Some(0)
}

fn read_kind(system: &System, kind: &Kind, raw: &Json) -> Value {
    let as_it_is = json::from_json(raw);
    match kind {
        Kind::Bool => match &as_it_is {
            Value::Integer(0) => Value::Bool(false),
            Value::Integer(1) => Value::Bool(true),
            _ => as_it_is,
        },
        Kind::Integer => to_integer(as_it_is),
        Kind::Decimal => to_decimal(as_it_is),
        Kind::Timestamp => match &as_it_is {
            Value::Text(text) if is_no_instant(text) => Value::Null,
            Value::Text(text) => timestamp::parse(text).map_or(as_it_is, Value::Timestamp),
            _ => as_it_is,
        },
        Kind::Date => match &as_it_is {
            Value::Text(text) if is_no_instant(text) => Value::Null,
            Value::Text(text) => timestamp::parse_date(text).map_or(as_it_is, Value::Date),
            _ => as_it_is,
        },
        Kind::Reference(target) => read_reference(system, target, raw),
        Kind::List(inner) => match raw {
            Json::Array(items) => Value::List(items.iter().map(|item| read_kind(system, inner, item)).collect()),
            _ => as_it_is,
        },
        Kind::Any | Kind::Null | Kind::Text | Kind::Enum(_) | Kind::Record(_) => as_it_is,
    }
}

/// A reference is kept in the kind of the key it names, so that `5` and `"5"` are one key.
fn read_reference(system: &System, target: &str, raw: &Json) -> Value {
    let described = system.records.get(target);
    let key = described.map_or(KEY_UNLESS_DESCRIBED, |record| record.key.as_str());
    let bare = if raw.is_object() { raw.get(key).unwrap_or(&Json::Null) } else { raw };
    let value = json::from_json(bare);
    let key_kind = described.and_then(|record| record.field(&Path::field(key))).map(|field| &field.kind);
    match (&value, key_kind) {
        (Value::Text(text), _) if text.trim().is_empty() => Value::Null,
        (_, Some(Kind::Integer)) => to_integer(value),
        (Value::Integer(number), Some(Kind::Text)) => Value::text(number.to_string()),
        _ => value,
    }
}

fn to_integer(value: Value) -> Value {
    match &value {
        Value::Text(text) if text.trim().is_empty() => Value::Null,
        Value::Text(text) => text.trim().parse::<i64>().map_or(value, Value::Integer),
        Value::Decimal(number) if number.is_integer() => number.to_i64().map_or(value, Value::Integer),
        _ => value,
    }
}

fn to_decimal(value: Value) -> Value {
    match &value {
        Value::Text(text) if text.trim().is_empty() => Value::Null,
        Value::Text(text) => decimal::parse(text).map_or(value, Value::Decimal),
        Value::Integer(number) => Value::Decimal((*number).into()),
        _ => value,
    }
}

/// Empty text and the zero date stand for "no value".
pub(super) fn is_no_instant(text: &str) -> bool {
    text.trim().is_empty() || text.trim().starts_with("0001-01-01")
}
