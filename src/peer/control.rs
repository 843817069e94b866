//! The part of `/_control/` that is a peer's own: its state, its calls, and what people do in it.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::level::Level;
use super::peer::Peer;
use super::read_wire;
use super::respond::respond;
use crate::language::plan::{Field, FieldShape, RecordType};
use crate::simulator::Act;
use crate::value::{Path, Record, Segment, Value, json as value_json};
use crate::world::{Method, Request, Response};

const PREFIX: &str = "/_control/";

/// What can be done.
pub(super) const ACTS: &[Act] = &[
    Act::new("GET state", "shows all records", &[]),
    Act::new(
        "PUT put",
        "enters records, or changes those of the same key",
        &[
            ("record", "the kind, by its name in the system file"),
            ("fields", "by the names of the system file; a list of such for several records"),
        ],
    ),
    Act::new(
        "PUT gone",
        "takes a record away, or has it count as gone where its system file says by what",
        &[("record", "the kind, by its name in the system file"), ("key", "which one")],
    ),
    Act::new("GET calls", "shows the calls that changed or read something", &[]),
    Act::new("DELETE calls", "forgets the calls", &[]),
    Act::new("GET tokens", "says how many tokens were granted", &[]),
    Act::new("DELETE tokens", "takes none of the tokens granted so far any more", &[]),
];

/// Answers what people and tests ask; `None` for everything else.
pub(super) fn answer(peer: &mut Peer, now: Timestamp, request: &Request) -> Option<Response> {
    let path = request.url.split('?').next().unwrap_or_default();
    let result = match (request.method, path.strip_prefix(PREFIX)?) {
        (Method::Get, "state") => Ok(state(peer)),
        (Method::Get, "calls") => Ok(Json::Array(peer.calls().map(super::PeerCall::to_json).collect())),
        (Method::Delete, "calls") => {
            peer.forget_calls();
            Ok(json!({}))
        }
        (Method::Get, "tokens") => Ok(json!({ "granted": peer.tokens.granted() })),
        (Method::Delete, "tokens") => {
            peer.tokens.revoke();
            Ok(json!({}))
        }
        (Method::Put | Method::Post, "put") => put(peer, now, &request.body),
        (Method::Put | Method::Post, "gone") => gone(peer, now, &request.body),
        _ => {
            return Some(respond(
                404,
                &json!({ "message": "there are: state, put, gone, calls, tokens, requests, webhook, faults, quiet" }),
            ));
        }
    };
    Some(match result {
        Ok(body) => respond(200, &body),
        Err(message) => respond(400, &json!({ "message": message })),
    })
}

fn state(peer: &Peer) -> Json {
    let rows = |name: &str| Json::Array(peer.records(name).into_iter().map(value_json::to_json).collect());
    Json::Object(peer.system.records.keys().map(|name| (name.clone(), rows(name))).collect::<Map<_, _>>())
}

/// `{"record": "order", "fields": {…}}`: fields by the names of the system file; several with a list.
fn put(peer: &mut Peer, now: Timestamp, body: &[u8]) -> Result<Json, String> {
    let wish: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let name = wish.get("record").and_then(Json::as_str).ok_or("`record` names the record type")?;
    let Some(kind) = peer.system.records.get(name).cloned() else {
        let known: Vec<&str> = peer.system.records.keys().map(String::as_str).collect();
        return Err(format!("there is no record `{name}`; there are: {}", known.join(", ")));
    };
    let one = wish.get("fields").cloned().unwrap_or_else(|| json!({}));
    let several = if let Json::Array(items) = one { items } else { vec![one] };
    let mut keys = Vec::new();
    for fields in several {
        let fields = typed(peer, &kind, &fields)?;
        keys.push(value_json::to_json(&peer.put(now, name, &fields)?));
    }
    Ok(json!({ "keys": keys }))
}

/// `{"record": "order", "key": 7}`
fn gone(peer: &mut Peer, now: Timestamp, body: &[u8]) -> Result<Json, String> {
    let wish: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let name = wish.get("record").and_then(Json::as_str).ok_or("`record` names the record type")?;
    let key =
        wish.get("key").map(value_json::from_json).and_then(|key| key.to_key()).ok_or("`key` names the record")?;
    if peer.take_away(now, name, &key) { Ok(json!({})) } else { Err(format!("there is no {name} {key}")) }
}

fn typed(peer: &Peer, kind: &RecordType, fields: &Json) -> Result<Record, String> {
    match level(peer, &Level::of(kind.fields.iter()), fields)? {
        Value::Record(fields) => Ok(fields),
        _ => Err("`fields` is an object".to_owned()),
    }
}

/// Canonical JSON, each value of its declared kind.
fn level(peer: &Peer, at: &Level<'_>, given: &Json) -> Result<Value, String> {
    if let Some(field) = at.itself() {
        return value(peer, field, given);
    }
    let Json::Object(given) = given else { return Err(format!("{given} is no object of fields")) };
    let mut found = Record::new();
    let mut known: Vec<&Path> = Vec::new();
    for (path, field) in &at.plain {
        known.push(path);
        if let Some(inner) = lookup(given, path) {
            path.write(&mut found, value(peer, field, inner)?);
        }
    }
    for list in &at.lists {
        known.push(&list.path);
        match lookup(given, &list.path) {
            Some(Json::Array(items)) => {
                let items = items.iter().map(|item| level(peer, &list.element, item)).collect::<Result<_, _>>()?;
                list.path.write(&mut found, Value::List(items));
            }
            Some(Json::Null) | None => {}
            Some(other) => return Err(format!("`{}` is a list and cannot be {other}", list.path)),
        }
    }
    let first = |path: &Path| path.to_string().split('.').next().unwrap_or_default().to_owned();
    match given.keys().find(|name| !known.iter().any(|path| first(path) == **name)) {
        Some(name) => Err(format!("there is no field `{name}`")),
        None => Ok(Value::Record(found)),
    }
}

fn lookup<'a>(given: &'a Map<String, Json>, path: &Path) -> Option<&'a Json> {
    let mut steps = path.0.iter().filter_map(|step| match step {
        Segment::Field(name) => Some(name.as_str()),
        _ => None,
    });
    let first = given.get(steps.next()?)?;
    steps.try_fold(first, |here, step| here.get(step))
}

fn value(peer: &Peer, field: &Field, given: &Json) -> Result<Value, String> {
    let inner = match (&field.shape, given) {
        (FieldShape::KeyIn(key), Json::Object(wrapped)) => wrapped.get(key).unwrap_or(&Json::Null),
        (FieldShape::Money { amount, .. }, Json::Object(wrapped)) => wrapped.get(amount).unwrap_or(&Json::Null),
        (_, other) => other,
    };
    read_wire::of_kind(&peer.system, &field.kind, inner)
        .ok_or_else(|| format!("`{}` is {} and cannot be {given}", field.path, field.kind))
}
