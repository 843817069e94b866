//! Which records a webhook is about.
//!
//! A webhook is a hint: it names records, which are then fetched. Nothing else of its body is believed, but where it
//! shows a record whole just as petiole left it.

use serde_json::{Map, Value as Json};

use super::request::form_decode;
use super::response;
use crate::language::plan::{Told, WebhookRecord, WebhookRules};
use crate::value::{Path, Segment, Value, json, key};

/// The most events of one message that are looked at; whatever is in the others, the next poll finds.
const EVENTS_MAX: usize = 1_000;

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

/// The body of a webhook: JSON, or a form, whose fields are texts.
pub fn body_of(kind: Option<&str>, body: &[u8]) -> Option<Json> {
    let is_form =
        kind.is_some_and(|kind| kind.trim().to_ascii_lowercase().starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        return serde_json::from_slice(body).ok();
    }
    let text = std::str::from_utf8(body).ok()?;
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (form_decode(name), Json::String(form_decode(value)))
    });
    Some(Json::Object(fields.collect::<Map<_, _>>()))
}

/// The longest text that is given back, in bytes.
const CHALLENGE_BYTES_MAX: usize = 1_024;

/// What is to be given back of a body, where it has that: a plain text in one line.
pub fn challenge(rules: &WebhookRules, body: &Json) -> Option<String> {
    let text = rules.challenge.as_ref().and_then(|path| response::at(body, path)).and_then(Json::as_str)?;
    let is_plain = text.bytes().all(|letter| letter == b' ' || letter.is_ascii_graphic());
    (is_plain && !text.is_empty() && text.len() <= CHALLENGE_BYTES_MAX).then(|| text.to_owned())
}

/// What a webhook shows around the key that it names: perhaps the record.
pub fn shown<'a>(rules: &WebhookRules, record: &str, body: &'a Json) -> Option<&'a Json> {
    let keys = rules.records.iter().filter(|one| one.record == record).flat_map(|one| &one.keys);
    let mut parents = keys.filter_map(|told| {
        let Told::Body(path) = told else { return None };
        let (_, parent) = path.0.split_last()?;
        let parent = Path(parent.to_vec());
        response::at(body, &parent).filter(|_| response::at(body, path).is_some())
    });
    parents.next().filter(|shown| shown.is_object())
}

/// The record that a webhook without headers and with a single event names.
pub fn named_record(rules: &WebhookRules, body: &Json) -> Named {
    named_records(rules, |_| None, body).into_iter().next().unwrap_or(Named::Nothing)
}

/// What a webhook names, event by event.
pub fn named_records<'a>(rules: &WebhookRules, header: impl Fn(&str) -> Option<&'a str>, body: &Json) -> Vec<Named> {
    let body = json::from_json(body);
    let events = match &rules.events {
        Some(path) => events(&body, &path.0),
        None => vec![&body],
    };
    events.into_iter().take(EVENTS_MAX).map(|event| named_in(rules, &header, event)).collect()
}

fn named_in<'a>(rules: &WebhookRules, header: &impl Fn(&str) -> Option<&'a str>, event: &Value) -> Named {
    let said = |told: &Told| match told {
        Told::Body(path) => path.read(event).to_key(),
        Told::Header(name) => header(name).map(|text| text.trim().to_owned()),
    };
    let kind = rules.kind.as_ref().and_then(said);
    let kind_fits = |one: &&WebhookRecord| one.when_kind.is_none() || one.when_kind == kind;
    let mut impossible = None;
    for one in rules.records.iter().filter(kind_fits) {
        for text in one.keys.iter().filter_map(said) {
            if key::can_be(&text) {
                return Named::Record(one.record.clone(), text);
            }
            impossible = impossible.or(Some(text).filter(|text| !text.trim().is_empty()));
        }
    }
    impossible.map_or(Named::Nothing, Named::Impossible)
}

/// The elements of the lists at a place.
fn events<'v>(value: &'v Value, steps: &[Segment]) -> Vec<&'v Value> {
    match steps.split_first() {
        None => match value {
            Value::List(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            other => vec![other],
        },
        Some((Segment::Field(name), rest)) => events(value.field(name), rest),
        Some((Segment::Each, rest)) => {
            value.as_list().unwrap_or_default().iter().flat_map(|item| events(item, rest)).collect()
        }
        Some((Segment::Index(index), rest)) => {
            value.as_list().and_then(|items| items.get(*index)).map(|item| events(item, rest)).unwrap_or_default()
        }
    }
}
