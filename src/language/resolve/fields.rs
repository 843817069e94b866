//! Fields of records by name.

use super::sink::Sink;
use crate::diagnostic::Span;
use crate::language::plan::RecordType;
use crate::value::{Path, Segment};

/// Notes a field that a record does not have at a place, with those that it has there.
pub fn unknown_field(sink: &mut Sink, kind: &RecordType, at: &Path, (name, span): (&str, Span)) {
    let known: Vec<String> = kind
        .fields
        .iter()
        .filter_map(|field| field.path.0.strip_prefix(at.0.as_slice()))
        .filter_map(|rest| match rest.first() {
            Some(Segment::Field(name)) => Some(name.to_string()),
            _ => None,
        })
        .collect();
    let place = if at.0.is_empty() { String::new() } else { format!(" at `{at}`") };
    let message = format!("record `{}.{}` has no field `{name}`{place}", kind.system, kind.name);
    sink.unknown("unknown-field", message, (name, span), known.iter().map(String::as_str));
}
