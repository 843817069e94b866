//! Values to JSON and back, without a float in between.
//!
//! Numbers keep every digit they arrived with: whole ones become integers, others decimals.
//! Text stays text; the system file's field types turn it into timestamps and money later.

use std::str::FromStr;

use serde_json::{Map, Number, Value as Json};

use super::{Record, Value, decimal};

/// Reads JSON. A number too large for 96 bits of decimal becomes its text, so nothing is lost.
pub fn from_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => number_value(number),
        Json::String(text) => Value::text(text.as_str()),
        Json::Array(items) => Value::List(items.iter().map(from_json).collect()),
        Json::Object(fields) => {
            Value::Record(fields.iter().map(|(name, value)| (name.as_str(), from_json(value))).collect::<Record>())
        }
    }
}

fn number_value(number: &Number) -> Value {
    if let Some(whole) = number.as_i64() {
        return Value::Integer(whole);
    }
    let text = number.to_string();
    // What cannot be kept exactly is no number here: it stays the text that it is, and fits no field of numbers.
    decimal::parse(&text).map_or_else(|| Value::text(&*text), Value::Decimal)
}

/// Writes JSON. Decimals become JSON numbers with their own digits; instants and days ISO 8601.
pub fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::Bool(*truth),
        Value::Integer(number) => Json::from(*number),
        Value::Decimal(number) => {
            Number::from_str(&number.to_string()).map_or_else(|_| Json::String(number.to_string()), Json::Number)
        }
        Value::Text(text) => Json::String(text.to_string()),
        Value::Timestamp(instant) => Json::String(instant.to_string()),
        Value::Date(day) => Json::String(day.to_string()),
        Value::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Value::Record(fields) => Json::Object(
            fields.iter().map(|(name, value)| (name.to_string(), to_json(value))).collect::<Map<String, Json>>(),
        ),
    }
}
