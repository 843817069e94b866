//! What the peer says, before it is known to be a record: JSON, nothing, or neither.

use std::fmt;

use serde_json::Value as Json;

use crate::value::{Path, Segment};

/// A body that should be JSON and is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NotJson {
    /// What the parser says.
    pub(super) why: String,
}

impl fmt::Display for NotJson {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "the answer is not JSON ({})", self.why)
    }
}

impl std::error::Error for NotJson {}

/// Reads a body; `None` for an empty one.
///
/// # Errors
/// [`NotJson`].
pub(super) fn parse(body: &[u8]) -> Result<Option<Json>, NotJson> {
    if is_blank(body) {
        return Ok(None);
    }
    serde_json::from_slice(body).map(Some).map_err(|error| NotJson { why: error.to_string() })
}

/// Whether a body holds nothing.
pub(super) fn is_blank(body: &[u8]) -> bool {
    body.iter().all(u8::is_ascii_whitespace)
}

/// The JSON at a path of fields and indices.
pub(super) fn at<'a>(json: &'a Json, path: &Path) -> Option<&'a Json> {
    path.0.iter().try_fold(json, step_into)
}

fn step_into<'a>(json: &'a Json, step: &Segment) -> Option<&'a Json> {
    match step {
        Segment::Field(name) => json.get(name.as_str()),
        Segment::Index(index) => json.get(index),
        Segment::Each => None,
    }
}
