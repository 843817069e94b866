//! A value that may be noted or not, kept so that nothing noted and a noted null are two things.
//!
//! What was kept before the two were told apart reads as nothing noted.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::value::Value;

/// The tag of a noted null. A record whose only field begins with `$` is kept under another tag.
const NULL: &str = "$null";

/// Writes it down.
///
/// # Errors
/// Where what it is written to fails.
#[allow(clippy::ref_option, reason = "serde calls it so")]
pub(super) fn serialize<S: Serializer>(noted: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    match noted {
        Some(Value::Null) => json!({ NULL: true }).serialize(serializer),
        other => other.serialize(serializer),
    }
}

/// Reads it.
///
/// # Errors
/// Where what is read is no value.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    match Json::deserialize(deserializer)? {
        Json::Null => Ok(None),
        Json::Object(tagged) if tagged.len() == 1 && tagged.contains_key(NULL) => Ok(Some(Value::Null)),
        other => Value::deserialize(other).map(Some).map_err(D::Error::custom),
    }
}
