//! Which record a webhook is about.
//!
//! A webhook is a hint: it names a record, which is then fetched. Nothing else of its body is
//! believed, but where it shows the record whole just as petiole left it.

use serde_json::Value as Json;

use super::response;
use crate::language::plan::{WebhookRecord, WebhookRules};
use crate::value::{Path, json, key};

/// What a webhook is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// The record type's name and the key's text.
    Record(String, String),
    /// No record that the system file knows of.
    Nothing,
    /// A record under a key that no record can have.
    Impossible(String),
}

/// What a webhook shows around the key that it names: perhaps the record.
pub fn shown<'a>(rules: &WebhookRules, record: &str, body: &'a Json) -> Option<&'a Json> {
    let paths = rules.records.iter().filter(|one| one.record == record).flat_map(|one| &one.keys);
    let mut parents = paths.filter_map(|path| {
        let (_, parent) = path.0.split_last()?;
        let parent = Path(parent.to_vec());
        response::at(body, &parent).filter(|_| response::at(body, path).is_some())
    });
    parents.next().filter(|shown| shown.is_object())
}

/// The record that a webhook names.
pub fn named_record(rules: &WebhookRules, body: &Json) -> Named {
    let body = json::from_json(body);
    let kind = rules.kind.as_ref().and_then(|path| path.read(&body).to_key());
    let kind_fits = |one: &&WebhookRecord| one.when_kind.is_none() || one.when_kind == kind;
    let mut impossible = None;
    for one in rules.records.iter().filter(kind_fits) {
        for text in one.keys.iter().filter_map(|path: &Path| path.read(&body).to_key()) {
            if key::can_be(&text) {
                return Named::Record(one.record.clone(), text);
            }
            impossible = impossible.or(Some(text).filter(|text| !text.trim().is_empty()));
        }
    }
    impossible.map_or(Named::Nothing, Named::Impossible)
}
