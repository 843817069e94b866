//! Values as text that reads back as the same value: what JSON has no form for is tagged.

use std::str::FromStr as _;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use crate::value::{Value, json};

/// A value as text.
pub(super) fn write(value: &Value) -> String {
    tagged(value).to_string()
}

/// The value of such text; null where it is none.
pub(super) fn read(text: &str) -> Value {
    serde_json::from_str(text).map(|json| untagged(&json)).unwrap_or_default()
}

fn tagged(value: &Value) -> Json {
    match value {
        Value::Decimal(number) => json!({ "$n": number.to_string() }),
        Value::Timestamp(instant) => json!({ "$t": instant.to_string() }),
        Value::Date(day) => json!({ "$d": day.to_string() }),
        Value::List(items) => Json::Array(items.iter().map(tagged).collect()),
        Value::Record(fields) => {
            Json::Object(fields.iter().map(|(name, value)| (name.clone(), tagged(value))).collect::<Map<_, _>>())
        }
        other => json::to_json(other),
    }
}

fn untagged(json: &Json) -> Value {
    match json {
        Json::Array(items) => Value::List(items.iter().map(untagged).collect()),
        Json::Object(fields) => {
            let tag = |name: &str| fields.get(name).and_then(Json::as_str).filter(|_| fields.len() == 1);
            let scalar = tag("$n")
                .and_then(|text| Decimal::from_str(text).ok().map(Value::Decimal))
                .or_else(|| tag("$t").and_then(|text| text.parse().ok().map(Value::Timestamp)))
                .or_else(|| tag("$d").and_then(|text| text.parse().ok().map(Value::Date)));
            scalar.unwrap_or_else(|| {
                Value::Record(fields.iter().map(|(name, value)| (name.clone(), untagged(value))).collect())
            })
        }
        other => json::from_json(other),
    }
}

/// An instant from its text; the beginning of time where it is none.
pub(super) fn instant(text: &str) -> Timestamp {
    text.parse().unwrap_or(Timestamp::MIN)
}

/// Milliseconds since 1970, as due times are compared.
pub(super) fn millis(instant: Timestamp) -> i64 {
    instant.as_millisecond()
}

/// Lines as one text.
pub(super) fn lines(lines: &[String]) -> String {
    lines.join("\n")
}

/// The lines of such text.
pub(super) fn split_lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
