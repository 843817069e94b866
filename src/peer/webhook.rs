//! The message of a change, such as the system file says clients read it, signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Map, Value as Json};
use sha2::Sha256;

use super::write_wire;
use crate::language::plan::{Encoding, RecordType, WebhookRules};
use crate::simulator::Webhook;
use crate::value::{Value, json};

/// The message about a record; `None` where the system sends none of its kind.
pub(super) fn message(
    rules: &WebhookRules,
    secret: &str,
    kind: &RecordType,
    (key, row): (&Value, &Json),
) -> Option<Webhook> {
    let told = rules.records.iter().find(|one| one.record == kind.name)?;
    let place = told.keys.first()?;
    let mut body = Json::Object(Map::new());
    let (_, parent) = place.0.split_last()?;
    write_wire::put(&mut body, parent, row.clone());
    write_wire::put(&mut body, &place.0, json::to_json(key));
    if let (Some(path), Some(word)) = (&rules.kind, &told.when_kind) {
        write_wire::put(&mut body, &path.0, Json::String(word.clone()));
    }
    let body = body.to_string().into_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    mac.update(&body);
    let bytes = mac.finalize().into_bytes();
    let signature = match rules.encoding {
        Encoding::Hex => hex::encode(bytes),
        Encoding::Base64 => STANDARD.encode(bytes),
    };
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned()), (rules.header.clone(), signature)];
    Some(Webhook { headers, body, company: None })
}
