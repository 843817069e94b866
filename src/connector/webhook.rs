//! Which record a webhook is about. Its body is only a hint; the record itself is read.

use crate::language::plan::WebhookRules;
use crate::value::Value;

/// The record type and key that a body names, if any.
pub fn named_record(rules: &WebhookRules, body: &Value) -> Option<(String, String)> {
    let kind = rules.kind.as_ref().and_then(|path| path.read(body).to_key());
    // A system of several records whose body does not say which: fields of a kind tell.
    rules.records.iter().filter(|record| record.when_kind.is_none() || record.when_kind == kind).find_map(|record| {
        record.keys.iter().find_map(|path| path.read(body).to_key()).map(|key| (record.record.clone(), key))
    })
}
