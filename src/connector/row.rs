//! A record as a peer has it, with what is to be known of how it came.

use serde_json::Value as Json;

use super::presence::Gone;
use super::reader::Read;
use crate::language::plan::RecordType;
use crate::value::{Path, Value, key};

/// A record as the peer has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The canonical record: every declared field at its path, read by kind and shape.
    pub value: Value,
    /// What the peer sent, with everything undeclared.
    pub text: Box<str>,
    /// Fields that are always there, and are not.
    pub gone: Vec<Gone>,
    /// Fields that nothing is said of and that are there, by their place in the system file.
    pub shown: Vec<usize>,
    /// The same of those that are not there.
    pub absent: Vec<usize>,
    /// Whether every top-level field that is declared is there; if not, only a read tells all.
    pub is_whole: bool,
    /// Whether every value surely is what was documented; if not, the schema has the word.
    pub fits: bool,
    /// Where a value stands that no JSON parser takes; it reads as null, and nothing may be decided on it.
    pub unreadable: Option<Path>,
    /// Where nothing but perhaps the key could be read, and the record was left out of its page: which, and why.
    pub broken: Option<String>,
}

impl Row {
    pub(super) fn of(read: Read, text: String, unreadable: Option<Path>) -> Self {
        let Read { value, gone, shown, absent, is_whole, fits } = read;
        Self { value, text: text.into(), gone, shown, absent, is_whole, fits, unreadable, broken: None }
    }

    /// It came for a value that was asked for, which counts as shown: no system says again what it was asked.
    pub(super) fn came_for(&mut self, record: &RecordType, name: &str, value: &str) {
        if let Value::Record(fields) = &mut self.value {
            fields.insert(name, Value::text(value));
        }
        let Some(place) = record.fields.iter().position(|field| field.path.is_field(name)) else { return };
        self.absent.retain(|at| *at != place);
        if !self.shown.contains(&place) {
            self.shown.push(place);
        }
        self.gone.retain(|gone| !gone.field.is_field(name));
    }

    /// The record's key as text; `None` where it has none, or what cannot be one.
    pub fn key(&self, record: &RecordType) -> Option<String> {
        self.value.field(&record.key).to_key().filter(|key| key::can_be(key))
    }

    /// What the peer sent.
    pub fn raw(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}
