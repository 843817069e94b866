//! Values to rhai's and back. Decimals stay decimals; instants and days are text to a script.

use rhai::{Dynamic, Map};

use crate::value::{Record, Value};

/// A value as a script sees it.
pub fn to_dynamic(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(truth) => (*truth).into(),
        Value::Integer(number) => (*number).into(),
        Value::Decimal(number) => Dynamic::from_decimal(*number),
        Value::Text(text) => text.clone().into(),
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
/// Where it answered something that is no value, such as a function.
pub fn from_dynamic(answer: &Dynamic) -> Result<Value, String> {
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
    if let Ok(items) = answer.as_array_ref() {
        return items.iter().map(from_dynamic).collect::<Result<_, _>>().map(Value::List);
    }
    if let Ok(fields) = answer.as_map_ref() {
        let fields = fields.iter().map(|(name, value)| Ok((name.to_string(), from_dynamic(value)?)));
        return fields.collect::<Result<Record, String>>().map(Value::Record);
    }
    Err(format!("the script answered with {}, which is no value", answer.type_name()))
}
