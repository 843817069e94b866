//! Reading a JSON object field by field, with refusals that name the field in full.
//!
//! The real API's texts for malformed bodies are not documented; these are ours. A field that is
//! null reads as absent.

use std::str::FromStr;

use rust_decimal::Decimal;
use serde_json::{Map, Value as Json};

use super::reply::Refusal;

/// The largest number that a field may hold, either way from zero: dollars or units. Keeps every
/// product and sum of an order within what a decimal can hold.
const NUMBER_MAX: i64 = 100_000_000;

/// An object and the path that leads to it.
pub(super) struct Fields<'a> {
    object: &'a Map<String, Json>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The body itself.
    pub(super) fn body(json: &'a Json) -> Result<Self, Refusal> {
        Self::at(json, String::new())
    }

    /// An object found at this path, such as `order_lines[0]`.
    pub(super) fn at(json: &'a Json, path: String) -> Result<Self, Refusal> {
        match json {
            Json::Object(object) => Ok(Self { object, path }),
            _ if path.is_empty() => Err(Refusal::bad("request body must be a JSON object")),
            _ => Err(Refusal::bad(format!("{path} must be an object"))),
        }
    }

    /// Refuses fields that are in none of these lists.
    pub(super) fn only(&self, known: &[&[&str]]) -> Result<(), Refusal> {
        let unknown = self.object.keys().find(|name| !known.iter().any(|list| list.contains(&name.as_str())));
        unknown.map_or(Ok(()), |name| Err(Refusal::bad(format!("unknown field {}", self.name(name)))))
    }

    /// Whether the field is there, null included.
    pub(super) fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// The fields' names.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.object.keys().map(String::as_str)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Json> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// Text; numbers are accepted where an id may be spelled either way.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text.clone())),
            Some(Json::Number(number)) if name.ends_with("id") || name == "order" => Ok(Some(number.to_string())),
            Some(_) => Err(self.wrong(name, "a string")),
        }
    }

    /// Text that is not empty.
    pub(super) fn required_text(&self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.filter(|text| !text.trim().is_empty()).ok_or_else(|| self.missing(name))
    }

    pub(super) fn decimal(&self, name: &str) -> Result<Option<Decimal>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Number(number)) => {
                let text = number.to_string();
                Decimal::from_str(&text)
                    .or_else(|_| Decimal::from_scientific(&text))
                    .ok()
                    .filter(|number| number.abs() <= Decimal::from(NUMBER_MAX))
                    .map(Some)
                    .ok_or_else(|| self.wrong(name, &format!("a number up to {NUMBER_MAX}")))
            }
            Some(_) => Err(self.wrong(name, "a number")),
        }
    }

    pub(super) fn required_decimal(&self, name: &str) -> Result<Decimal, Refusal> {
        self.decimal(name)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, Refusal> {
        self.get(name).map(|value| value.as_i64().ok_or_else(|| self.wrong(name, "a whole number"))).transpose()
    }

    pub(super) fn truth(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.get(name).map(|value| value.as_bool().ok_or_else(|| self.wrong(name, "true or false"))).transpose()
    }

    pub(super) fn object(&self, name: &str) -> Result<Option<Fields<'a>>, Refusal> {
        self.get(name).map(|value| Fields::at(value, self.name(name))).transpose()
    }

    /// A list of objects.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<Fields<'a>>>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::Array(rows)) => rows
                .iter()
                .enumerate()
                .map(|(at, row)| Fields::at(row, format!("{}[{at}]", self.name(name))))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(self.wrong(name, "an array")),
        }
    }

    /// The field's name with the path that leads to it.
    pub(super) fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn missing(&self, name: &str) -> Refusal {
        Refusal::bad(format!("{} is required", self.name(name)))
    }

    pub(super) fn wrong(&self, name: &str, wanted: &str) -> Refusal {
        Refusal::bad(format!("{} must be {wanted}", self.name(name)))
    }
}
