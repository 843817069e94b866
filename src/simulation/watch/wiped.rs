//! What a write leaves empty that was not: empty never wipes.
//!
//! Knows a record by its address alone: what can be read where it is written is looked at before and after.

use std::sync::Mutex;

use serde_json::Value as Json;

use crate::simulation::line::lock;
use crate::simulation::peers::Peers;
use crate::world::{Method, Request};

/// Under which names answers keep a single record.
const ENVELOPES: [&str; 2] = ["data", "result"];

/// The record that is about to be written, as it stood.
#[derive(Default)]
pub(super) struct Wiped(Mutex<Option<Json>>);

impl Wiped {
    pub(super) fn before(&self, peers: &Peers, (account, request): (&str, &Request)) {
        let changes = matches!(request.method, Method::Put | Method::Patch) && empties(request).next().is_some();
        *lock(&self.0) = changes.then(|| peers.shows(account, request)).flatten();
    }

    /// What is wrong with what a write did, if anything.
    pub(super) fn wrong(&self, peers: &Peers, (account, request): (&str, &Request)) -> Option<String> {
        let before = lock(&self.0).take()?;
        let after = peers.shows(account, request)?;
        let wiped = empties(request).find(|name| {
            let [stood, stands] = [&before, &after].map(|record| held(record, name));
            stood.is_some_and(|stood| !is_empty(stood)) && stands.is_none_or(is_empty)
        });
        wiped.map(|name| format!("{account} {} {} empties `{name}`", request.method, request.url))
    }
}

/// The names of what a request sends empty.
fn empties(request: &Request) -> impl Iterator<Item = String> {
    let body: Json = serde_json::from_slice(&request.body).unwrap_or_default();
    let fields = if let Json::Object(fields) = body { fields } else { serde_json::Map::new() };
    fields.into_iter().filter(|(_, value)| is_empty(value)).map(|(name, _)| name)
}

fn held<'a>(answer: &'a Json, name: &str) -> Option<&'a Json> {
    let inside = ENVELOPES.iter().find_map(|envelope| answer.get(envelope)).unwrap_or(answer);
    inside.get(0).unwrap_or(inside).get(name)
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Array(rows) => rows.is_empty(),
        Json::Object(fields) => fields.is_empty(),
        Json::Bool(_) | Json::Number(_) => false,
    }
}
