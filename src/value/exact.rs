//! Values as they are kept: JSON in which what JSON has no kind for is an object with one `$` field.
//!
//! `$t` an instant, `$d` a day, `$n` a decimal with its scale, `$r` a record that would read as one of these. What is
//! read equals what was written, in kind and in digits.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::de::Error as _;
use serde::ser::{Error as _, SerializeMap as _, SerializeSeq as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::{Record, Value};

/// Levels a kept value may nest; the JSON reader stops at 128, an escape doubles a level, and what it is kept in takes
/// some.
const DEPTH_MAX: usize = 56;

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Kept { value: self, depth: 0 }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        from_kept(Json::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields_of(self, 0, serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        record(Map::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A value so many levels deep in another.
struct Kept<'v> {
    value: &'v Value,
    depth: usize,
}

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.depth > DEPTH_MAX {
            return Err(S::Error::custom(format!("a value nested deeper than {DEPTH_MAX} levels cannot be kept")));
        }
        match self.value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(truth) => serializer.serialize_bool(*truth),
            Value::Integer(number) => serializer.serialize_i64(*number),
            Value::Decimal(number) => tagged("$n", &number.to_string(), serializer),
            Value::Text(text) => serializer.serialize_str(text),
            Value::Timestamp(instant) => tagged("$t", &instant.to_string(), serializer),
            Value::Date(day) => tagged("$d", &day.to_string(), serializer),
            Value::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for value in items {
                    list.serialize_element(&Kept { value, depth: self.depth + 1 })?;
                }
                list.end()
            }
            Value::Record(fields) if looks_tagged(fields.len(), fields.keys().map(ecow::EcoString::as_str)) => {
                let mut object = serializer.serialize_map(Some(1))?;
                object.serialize_entry("$r", &Fields { fields, depth: self.depth })?;
                object.end()
            }
            Value::Record(fields) => fields_of(fields, self.depth, serializer),
        }
    }
}

/// The fields of a record, whatever their names are.
struct Fields<'v> {
    fields: &'v Record,
    depth: usize,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields_of(self.fields, self.depth, serializer)
    }
}

fn fields_of<S: Serializer>(fields: &Record, depth: usize, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(None)?;
    for (name, value) in fields {
        object.serialize_entry(name.as_str(), &Kept { value, depth: depth + 1 })?;
    }
    object.end()
}

fn tagged<S: Serializer>(tag: &str, text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(Some(1))?;
    object.serialize_entry(tag, text)?;
    object.end()
}

/// A record with one field whose name begins with `$` would read as a tag; it is written under `$r`.
fn looks_tagged<'n>(count: usize, mut names: impl Iterator<Item = &'n str>) -> bool {
    count == 1 && names.all(|name| name.starts_with('$'))
}

fn from_kept(json: Json) -> Result<Value, String> {
    Ok(match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => Value::Integer(number.as_i64().ok_or_else(|| number.to_string())?),
        Json::String(text) => Value::text(text),
        Json::Array(items) => Value::List(items.into_iter().map(from_kept).collect::<Result<_, _>>()?),
        Json::Object(object) if looks_tagged(object.len(), object.keys().map(String::as_str)) => untag(object)?,
        Json::Object(object) => Value::Record(record(object)?),
    })
}

fn untag(object: Map<String, Json>) -> Result<Value, String> {
    let Some((tag, inner)) = object.into_iter().next() else { return Err("an empty tag".to_owned()) };
    match (tag.as_str(), inner) {
        ("$n", Json::String(text)) => Decimal::from_str(&text).map(Value::Decimal).map_err(|error| error.to_string()),
        ("$t", Json::String(text)) => {
            text.parse::<Timestamp>().map(Value::Timestamp).map_err(|error| error.to_string())
        }
        ("$d", Json::String(text)) => text.parse::<Date>().map(Value::Date).map_err(|error| error.to_string()),
        ("$r", Json::Object(fields)) => record(fields).map(Value::Record),
        (tag, _) => Err(format!("tag {tag}")),
    }
}

fn record(object: Map<String, Json>) -> Result<Record, String> {
    object.into_iter().map(|(name, field)| Ok((name, from_kept(field)?))).collect()
}
