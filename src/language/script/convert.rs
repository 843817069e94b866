//! Values to rhai's and back. Decimals stay decimals; instants and days are text to a script.

use rhai::{Dynamic, Map};

use super::limits::ANSWER_DEPTH_MAX;
use crate::value::{Kind, Record, Value, timestamp};

/// A value as a script sees it.
pub fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(number) => (*number).into(),
        Value::Decimal(number) => Dynamic::from_decimal(*number),
        Value::Text(text) => text.as_str().into(),
        Value::Timestamp(instant) => instant.to_string().into(),
        Value::Date(day) => day.to_string().into(),
        Value::List(items) => items.iter().map(to_dynamic).collect::<Vec<_>>().into(),
        Value::Record(fields) => Dynamic::from_map(
            fields.iter().map(|(name, value)| (name.as_str().into(), to_dynamic(value))).collect::<Map>(),
        ),
    }
}

/// What a script answered.
///
/// # Errors
/// Where it answered something that is no value, such as a function, or that nests too deep.
pub fn from_dynamic(answer: &Dynamic) -> Result<Value, String> {
    nested(answer, 0)
}

/// The answer as the declared kind: instants and dates come out of a script as text.
pub fn of_kind(answer: Value, kind: &Kind) -> Value {
    let read = match (kind, &answer) {
        (Kind::Timestamp, Value::Text(text)) => timestamp::parse(text).map(Value::Timestamp),
        (Kind::Date, Value::Text(text)) => timestamp::parse_date(text).map(Value::Date),
        _ => None,
    };
    read.unwrap_or(answer)
}

fn nested(answer: &Dynamic, depth: usize) -> Result<Value, String> {
    if depth > ANSWER_DEPTH_MAX {
        return Err(format!("the script's answer nests deeper than {ANSWER_DEPTH_MAX} levels"));
    }
    if answer.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(truth) = answer.as_bool() {
        return Ok(Value::Bool(truth));
    }
    if let Ok(number) = answer.as_int() {
        return Ok(Value::Integer(number));
    }
    if let Ok(number) = answer.as_decimal() {
        return Ok(Value::Decimal(number));
    }
    if let Ok(text) = answer.as_immutable_string_ref() {
        return Ok(Value::text(text.as_str()));
    }
    if let Ok(letter) = answer.as_char() {
        return Ok(Value::text(letter));
    }
    if let Ok(items) = answer.as_array_ref() {
        return items.iter().map(|item| nested(item, depth + 1)).collect::<Result<_, _>>().map(Value::List);
    }
    if let Ok(fields) = answer.as_map_ref() {
        let fields = fields.iter().map(|(name, value)| Ok((name.to_string(), nested(value, depth + 1)?)));
        return fields.collect::<Result<Record, String>>().map(Value::Record);
    }
    Err(format!("the script answered with {}, which is no value", answer.type_name()))
}
