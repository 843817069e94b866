//! The message of a change, such as the system file says clients read it, signed or with what it is to show.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ring::hmac;
use serde_json::{Map, Value as Json, json};

use super::write_wire;
use crate::language::plan::{
    Algorithm, Basic, Encoding, RecordType, SignatureRules, Template, TemplatePart, Told, Trust, WebhookRules,
};
use crate::simulator::Webhook;
use crate::value::{Segment, Value, json as value_json};

/// A record that changed.
pub(super) struct Changed<'a> {
    pub(super) kind: &'a RecordType,
    pub(super) key: &'a Value,
    pub(super) row: &'a Json,
}

/// The message about a record; `None` where the system sends none of its kind.
pub(super) fn message(
    rules: &WebhookRules,
    (secret, now): (&str, Timestamp),
    changed: &Changed<'_>,
) -> Option<Webhook> {
    let Changed { kind, key, row } = *changed;
    let told = rules.records.iter().find(|one| one.record == kind.name)?;
    let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let mut event = Json::Object(Map::new());
    match told.keys.first()? {
        Told::Body(place) => {
            let (_, parent) = place.0.split_last()?;
            write_wire::put(&mut event, parent, row.clone());
            write_wire::put(&mut event, &place.0, value_json::to_json(key));
        }
        Told::Header(name) => {
            event = row.clone();
            headers.push((name.clone(), key.to_key()?));
        }
    }
    match (&rules.kind, &told.when_kind) {
        (Some(Told::Body(path)), Some(word)) => write_wire::put(&mut event, &path.0, Json::String(word.clone())),
        (Some(Told::Header(name)), Some(word)) => headers.push((name.clone(), word.clone())),
        _ => {}
    }
    let body = match &rules.events {
        Some(path) => around(&path.0, event),
        None => event,
    };
    let body = body.to_string().into_bytes();
    match &rules.trust {
        Trust::Nothing => {}
        Trust::Signed(rules) => headers.extend(signed(rules, secret, (&body, now))),
        Trust::Shown { headers: shown, basic } => {
            let filled = |template: &Template| filled(template, |_| secret.to_owned());
            headers.extend(shown.iter().map(|(name, value)| (name.clone(), filled(value))));
            let user = |basic: &Basic| format!("{}:{}", filled(&basic.user), filled(&basic.password));
            let basic = basic.as_ref().map(|basic| format!("Basic {}", STANDARD.encode(user(basic))));
            headers.extend(basic.map(|value| ("Authorization".to_owned(), value)));
        }
    }
    Some(Webhook { headers, body, company: None })
}

/// The event as the only one of its list.
fn around(steps: &[Segment], event: Json) -> Json {
    match steps.split_first() {
        None => json!([event]),
        Some((Segment::Field(name), rest)) => json!({ (name.as_str()): around(rest, event) }),
        Some((Segment::Each | Segment::Index(_), [])) => json!([event]),
        Some((Segment::Each | Segment::Index(_), rest)) => json!([around(rest, event)]),
    }
}

fn signed(rules: &SignatureRules, secret: &str, (body, now): (&[u8], Timestamp)) -> Vec<(String, String)> {
    let time = now.as_second().to_string();
    let body = String::from_utf8_lossy(body);
    let over = filled(&rules.over, |hole| match hole {
        "body" => body.to_string(),
        "time" => time.clone(),
        _ => String::new(),
    });
    let algorithm = match rules.algorithm {
        Algorithm::HmacSha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::HmacSha256 => hmac::HMAC_SHA256,
        Algorithm::HmacSha512 => hmac::HMAC_SHA512,
    };
    let bytes = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), over.as_bytes());
    let signature = match rules.encoding {
        Encoding::Hex => hex::encode(bytes.as_ref()),
        Encoding::Base64 => STANDARD.encode(bytes.as_ref()),
    };
    let value = filled(&rules.form, |hole| if hole == "time" { time.clone() } else { signature.clone() });
    let own = rules.time.iter().map(|name| (name.clone(), time.clone()));
    own.chain([(rules.header.clone(), value)]).collect()
}

fn filled(template: &Template, fill: impl Fn(&str) -> String) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Hole(hole) => fill(hole),
    };
    template.0.iter().map(part).collect()
}
