//! Values, instants and lists of text as columns, and back without loss.
//!
//! Values are JSON in which what JSON has no kind for is an object with one `$` field: `$t` an
//! instant, `$d` a day, `$n` a decimal with its scale. What is read equals what was written, in
//! kind and in digits.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde_json::{Map, Value as Json, json};

use crate::store::store::StoreError;
use crate::value::{Record, Value};

/// Levels a kept value may nest; the JSON reader stops at 128, and an escape doubles a level.
const MAX_DEPTH: usize = 60;

/// A value as text.
pub(super) fn encode(value: &Value) -> Result<String, StoreError> {
    Ok(to_tagged(value, 0)?.to_string())
}

/// The value that [`encode`] wrote.
pub(super) fn decode(text: &str) -> Result<Value, StoreError> {
    let json: Json = serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))?;
    from_tagged(json)
}

/// An instant as nanoseconds since 1970; those outside the years 1677 to 2262 become the nearest within.
pub(super) fn nanos(instant: Timestamp) -> i64 {
    let exact = instant.as_nanosecond();
    i64::try_from(exact).unwrap_or(if exact < 0 { i64::MIN } else { i64::MAX })
}

/// The instant that [`nanos`] wrote.
pub(super) fn instant(nanos: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_nanosecond(i128::from(nanos)).map_err(|error| damaged(&error.to_string()))
}

/// A list of texts as one text.
pub(super) fn encode_lines(lines: &[String]) -> String {
    json!(lines).to_string()
}

/// The list that [`encode_lines`] wrote.
pub(super) fn decode_lines(text: &str) -> Result<Vec<String>, StoreError> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
}

/// What is kept cannot have been written by this program.
pub(super) fn damaged(what: &str) -> StoreError {
    StoreError::Unavailable(format!("a row is damaged; restore a backup ({what})"))
}

fn to_tagged(value: &Value, depth: usize) -> Result<Json, StoreError> {
    if depth > MAX_DEPTH {
        return Err(StoreError::Unavailable(format!("a value nested deeper than {MAX_DEPTH} levels cannot be kept")));
    }
    Ok(match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Integer(number) => Json::from(*number),
        Value::Decimal(number) => json!({ "$n": number.to_string() }),
        Value::Text(text) => Json::String(text.to_string()),
        Value::Timestamp(instant) => json!({ "$t": instant.to_string() }),
        Value::Date(day) => json!({ "$d": day.to_string() }),
        Value::List(items) => {
            Json::Array(items.iter().map(|item| to_tagged(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Record(fields) => {
            let mut object = Map::new();
            for (name, field) in fields {
                object.insert(name.to_string(), to_tagged(field, depth + 1)?);
            }
            if looks_tagged(&object) { json!({ "$r": object }) } else { Json::Object(object) }
        }
    })
}

fn from_tagged(json: Json) -> Result<Value, StoreError> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => Value::Integer(number.as_i64().ok_or_else(|| damaged(&number.to_string()))?),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_tagged).collect::<Result<_, _>>()?),
        Json::Object(object) if looks_tagged(&object) => untag(object)?,
        Json::Object(object) => record(object)?,
    })
}

/// A record with one field whose name begins with `$` would read as a tag; it is written under `$r`.
fn looks_tagged(object: &Map<String, Json>) -> bool {
    object.len() == 1 && object.keys().all(|name| name.starts_with('$'))
}

fn untag(object: Map<String, Json>) -> Result<Value, StoreError> {
    let Some((tag, inner)) = object.into_iter().next() else { return Err(damaged("an empty tag")) };
    match (tag.as_str(), inner) {
        ("$n", Json::String(text)) => {
            Decimal::from_str(&text).map(Value::Decimal).map_err(|error| damaged(&error.to_string()))
        }
        ("$t", Json::String(text)) => {
            text.parse::<Timestamp>().map(Value::Timestamp).map_err(|error| damaged(&error.to_string()))
        }
        ("$d", Json::String(text)) => {
            text.parse::<Date>().map(Value::Date).map_err(|error| damaged(&error.to_string()))
        }
        ("$r", Json::Object(fields)) => record(fields),
        (tag, _) => Err(damaged(&format!("tag {tag}"))),
    }
}

fn record(object: Map<String, Json>) -> Result<Value, StoreError> {
    let fields = object.into_iter().map(|(name, field)| Ok((name, from_tagged(field)?)));
    Ok(Value::Record(fields.collect::<Result<Record, StoreError>>()?))
}
