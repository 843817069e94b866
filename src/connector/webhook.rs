//! Which record a webhook is about.
//!
//! A webhook is a hint: it names a record, which is then fetched. Nothing else of its body is
//! believed.

use serde_json::Value as Json;

use crate::language::plan::{WebhookRecord, WebhookRules};
use crate::value::{Path, json};

/// The longest key a webhook may name, in bytes.
pub const KEY_BYTES_MAX: usize = 200;

/// The record type's name and the key's text; `None` where the body names no record that the
/// system file knows of.
pub fn named_record(rules: &WebhookRules, body: &Json) -> Option<(String, String)> {
    let body = json::from_json(body);
    let kind = rules.kind.as_ref().and_then(|path| path.read(&body).to_key());
    let kind_fits = |one: &&WebhookRecord| one.when_kind.is_none() || one.when_kind == kind;
    rules.records.iter().filter(kind_fits).find_map(|one| {
        let key_at = |path: &Path| path.read(&body).to_key().filter(|key| is_key(key));
        one.keys.iter().find_map(key_at).map(|key| (one.record.clone(), key))
    })
}

fn is_key(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= KEY_BYTES_MAX && !text.chars().any(char::is_control)
}
