//! Reads the forms that scripts get, for whoever shows them to people: text of the command line and pages alike.
//!
//! What is not there reads as nothing, so that a form of another version is shown as far as it is known.

use serde_json::Value as Json;

use crate::value::timestamp;

/// The items of a list.
pub fn list<'j>(of: &'j Json, key: &str) -> impl Iterator<Item = &'j Json> {
    of.get(key).and_then(Json::as_array).into_iter().flatten()
}

/// A text, by a pointer such as `/rule/file`.
pub fn word<'j>(of: &'j Json, path: &str) -> &'j str {
    of.pointer(path).and_then(Json::as_str).unwrap_or_default()
}

/// An instant as people read it.
pub fn when(of: &Json, path: &str) -> String {
    timestamp::parse(word(of, path)).map(timestamp::text_to_second).unwrap_or_default()
}

/// A number as it stands.
pub fn number(of: &Json, key: &str) -> String {
    of.get(key).map(ToString::to_string).unwrap_or_default()
}

/// How many, by a pointer.
pub fn count(of: &Json, path: &str) -> u64 {
    of.pointer(path).and_then(Json::as_u64).unwrap_or_default()
}

/// A number of things: `1 record`, `3 records`.
pub fn counted(count: u64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}
