//! A call and the fields to write, as an HTTP request. Pure.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

use super::account::ResolvedAccount;
use crate::language::plan::{Call, Field, FieldShape, RecordType, System, Template, TemplatePart, WritePlace};
use crate::value::{Kind, Path, Record, Segment, Value, json};
use crate::world::{Method, Request};

/// What a write does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Makes a record.
    Create,
    /// Changes one.
    Update,
}

/// Builds requests for one account.
pub struct RequestBuilder<'a> {
    /// The system.
    pub system: &'a System,
    /// The account.
    pub account: &'a ResolvedAccount,
}

impl RequestBuilder<'_> {
    /// The request of a call. `holes` gives values by name beyond `account.…` and `secrets.…`.
    pub fn build(&self, call: &Call, holes: &dyn Fn(&str) -> Option<String>) -> Request {
        let mut url = format!("{}{}", self.account.base_url, self.fill(&call.path, holes, true));
        for (at, (name, value)) in call.query.iter().enumerate() {
            let mark = if at == 0 { '?' } else { '&' };
            let _ = write!(url, "{mark}{name}={}", self.fill(value, holes, true));
        }
        let headers = self.system.headers.iter().chain(&call.headers);
        Request {
            method: call.method,
            url,
            headers: headers.map(|(name, value)| (name.clone(), self.fill(value, holes, false))).collect(),
            body: Vec::new(),
            timeout: self.system.timeout,
        }
    }

    /// Puts fields into body and headers. Fields that the moment does not send are left out.
    pub fn write(&self, request: &mut Request, record: &RecordType, call: &Call, (fields, moment): (&Record, Moment)) {
        let value = Value::Record(fields.clone());
        let mut body = Map::new();
        for field in &record.fields {
            let sent = if moment == Moment::Create {
                field.on_create
            } else {
                field.on_update || call.resend.contains(&field.path)
            };
            let Some(Segment::Field(top)) = field.path.0.first() else { continue };
            if !sent || call.never.contains(&field.path) || !fields.contains_key(top) {
                continue;
            }
            match &field.write {
                WritePlace::Header(name) => {
                    if let Some(text) = field.path.read(&value).to_key() {
                        request.headers.push((name.clone(), text));
                    }
                }
                WritePlace::Body(place) => put_field(&mut body, field, place, (&value, moment)),
            }
        }
        if request.method != Method::Get {
            request.headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
            request.body = Json::Object(body).to_string().into_bytes();
        }
    }

    fn fill(&self, template: &Template, holes: &dyn Fn(&str) -> Option<String>, encode: bool) -> String {
        let mut text = String::new();
        for part in &template.0 {
            match part {
                TemplatePart::Text(plain) => text.push_str(plain),
                TemplatePart::Hole(name) => {
                    let value = match name.split_once('.') {
                        Some(("secrets", secret)) => self.account.secrets.get(secret).cloned(),
                        Some(("account", property)) => self.account.properties.get(property).cloned(),
                        _ => holes(name),
                    };
                    let value = value.unwrap_or_default();
                    text.push_str(&if encode { percent_encode(&value) } else { value });
                }
            }
        }
        text
    }
}

/// Everything but letters, digits and `-_.~` as `%XX`.
pub fn percent_encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Fields inside a list are put into the element that they stand in.
fn put_field(body: &mut Map<String, Json>, field: &Field, place: &Path, (value, moment): (&Value, Moment)) {
    let each = field.path.0.iter().position(|segment| *segment == Segment::Each);
    let Some(each) = each else {
        let found = field.path.read(value);
        if !(found.is_null() && moment == Moment::Create) {
            put(body, &place.0, encode(field, &found));
        }
        return;
    };
    let list = Path(field.path.0.get(..each).unwrap_or_default().to_vec());
    let inner = Path(field.path.0.get(each + 1..).unwrap_or_default().to_vec());
    let items = list.read(value);
    let Some(slot) = list_at(body, &list.0) else { return };
    for (at, item) in items.as_list().unwrap_or_default().iter().enumerate() {
        while slot.len() <= at {
            slot.push(Json::Object(Map::new()));
        }
        let found = inner.read(item);
        if let (Some(Json::Object(row)), false) = (slot.get_mut(at), found.is_null()) {
            put(row, &place.0, encode(field, &found));
        }
    }
}

fn list_at<'b>(body: &'b mut Map<String, Json>, path: &[Segment]) -> Option<&'b mut Vec<Json>> {
    match path {
        [Segment::Field(name)] => body.entry(name.clone()).or_insert_with(|| Json::Array(Vec::new())).as_array_mut(),
        [Segment::Field(name), rest @ ..] => {
            let slot = body.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
            list_at(slot.as_object_mut()?, rest)
        }
        _ => None,
    }
}

fn put(body: &mut Map<String, Json>, path: &[Segment], value: Json) {
    match path {
        [Segment::Field(name)] => {
            body.insert(name.clone(), value);
        }
        [Segment::Field(name), rest @ ..] => {
            let slot = body.entry(name.clone()).or_insert_with(|| Json::Object(Map::new()));
            if let Some(inner) = slot.as_object_mut() {
                put(inner, rest, value);
            }
        }
        _ => {}
    }
}

/// A value as the peer spells it.
fn encode(field: &Field, value: &Value) -> Json {
    if value.is_null() {
        return Json::Null;
    }
    match (&field.shape, value) {
        (FieldShape::KeyIn(key), _) => Json::Object(Map::from_iter([(key.clone(), json::to_json(value))])),
        (FieldShape::Money { amount, currency }, _) => Json::Object(Map::from_iter([
            (amount.clone(), Json::String(value.to_key().unwrap_or_default())),
            (currency.clone(), Json::String("USD".to_owned())),
        ])),
        // Milliseconds, because some peers take no other fraction.
        (_, Value::Timestamp(instant)) if field.kind == Kind::Timestamp => Json::String(format!("{instant:.3}")),
        (_, Value::Text(text)) => match field.max {
            Some(max) => Json::String(text.chars().take(max).collect()),
            None => Json::String(text.clone()),
        },
        _ => json::to_json(value),
    }
}
