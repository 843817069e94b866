//! Values, instants and lists of text as columns, and back without loss.
//!
//! Values are JSON as [`Value`] is kept: what is read equals what was written, in kind and in digits.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::error::StoreError;
use super::journal::{HintSource, ToldBy};
use crate::value::Value;

/// A value as text.
pub(super) fn encode(value: &Value) -> Result<String, StoreError> {
    written(value)
}

/// The value that [`encode`] wrote.
pub(super) fn decode(text: &str) -> Result<Value, StoreError> {
    parsed(text)
}

/// Anything that is kept whole, as text.
pub(super) fn written(kept: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(kept).map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// What [`written`] wrote.
pub(super) fn parsed<Kept: DeserializeOwned>(text: &str) -> Result<Kept, StoreError> {
    serde_json::from_str(text).map_err(|error| damaged(&error.to_string()))
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
    StoreError::Damaged(format!("a row cannot be read; restore a backup ({what})"))
}

/// What told of a change, from two columns; `None`: nothing was noted.
pub(super) fn told_by(source: Option<String>, at: Option<i64>) -> Result<Option<ToldBy>, StoreError> {
    let Some((word, at)) = source.zip(at) else { return Ok(None) };
    let source = HintSource::parse(&word).ok_or_else(|| damaged(&word))?;
    Ok(Some(ToldBy { source, at: instant(at)? }))
}
