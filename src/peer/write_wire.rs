//! A record as the system sends it: every declared field at its place, in its shape.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::level::Level;
use crate::language::plan::{Field, FieldShape, RecordType};
use crate::value::{Record, Segment, Value, json};

/// The currency of every amount.
const CURRENCY: &str = "USD";

/// The whole record, nulls included; without what the system never gives back.
pub(super) fn record(kind: &RecordType, value: &Value) -> Json {
    level(
        &Level::of(
            kind.fields.iter().filter(|field| !field.write_only && !field.derived && field.read_header.is_none()),
        ),
        value,
    )
}

/// What stands in the headers of an answer about one record.
pub(super) fn headers(kind: &RecordType, value: &Value) -> Vec<(String, String)> {
    let of = |field: &Field| Some((field.read_header.clone()?, field.path.read(value).to_key()?));
    kind.fields.iter().filter_map(of).collect()
}

fn level(level_of: &Level<'_>, value: &Value) -> Json {
    if let Some(field) = level_of.itself() {
        return spell(field, value);
    }
    let mut body = Json::Object(Map::new());
    for (path, field) in &level_of.plain {
        put(&mut body, &field.read_at.0, spell(field, &path.read(value)));
    }
    for list in &level_of.lists {
        let items = match list.path.read(value) {
            Value::List(items) => Json::Array(items.iter().map(|item| level(&list.element, item)).collect()),
            _ => Json::Null,
        };
        put(&mut body, &list.path.0, items);
    }
    body
}

/// Puts JSON at a path of fields and indices, making what is on the way.
pub(super) fn put(body: &mut Json, steps: &[Segment], value: Json) {
    let Some((step, rest)) = steps.split_first() else {
        *body = value;
        return;
    };
    match step {
        Segment::Field(name) => {
            if !body.is_object() {
                *body = Json::Object(Map::new());
            }
            if let Json::Object(fields) = body {
                put(fields.entry(name.as_str()).or_insert(Json::Null), rest, value);
            }
        }
        Segment::Index(_) | Segment::Each => {
            if !body.is_array() {
                *body = Json::Array(vec![Json::Null]);
            }
            if let Some(first) = body.as_array_mut().and_then(|items| items.first_mut()) {
                put(first, rest, value);
            }
        }
    }
}

fn spell(field: &Field, value: &Value) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    let noted = field.notation.as_ref().and_then(|notation| notation.write(value));
    match &field.shape {
        FieldShape::Plain => plain(noted.as_ref().unwrap_or(value)),
        FieldShape::KeyIn(key) => Json::Object(Map::from_iter([(key.clone(), plain(value))])),
        FieldShape::Money { amount, currency } => {
            let text = || value.as_decimal().map(|number| Json::String(number.to_string()));
            let number = noted.as_ref().map(plain).or_else(text).unwrap_or_else(|| plain(value));
            Json::Object(Map::from_iter([
                (amount.clone(), number),
                (currency.clone(), Json::String(CURRENCY.to_owned())),
            ]))
        }
    }
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Timestamp(instant) => Json::String(instant_text(*instant)),
        Value::List(items) => Json::Array(items.iter().map(plain).collect()),
        Value::Record(fields) => named(fields),
        other => json::to_json(other),
    }
}

fn named(fields: &Record) -> Json {
    Json::Object(fields.iter().map(|(name, inner)| (name.to_string(), plain(inner))).collect())
}

fn instant_text(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}
