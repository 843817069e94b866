//! A change that says once more what was said and is so: what comes back of an own write is no reason to write.
//!
//! Only what cannot be otherwise counts: the same was said to the same record before, the process heard that it was
//! done, lives on and could keep it, nobody did anything since, and the record stands after it just as before.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::Value as Json;

use crate::simulation::line::lock;
use crate::simulation::peers::Peers;
use crate::world::{Method, Request, Response};

/// In which life of the process something happened, and after how many writes to the store that failed.
pub(in crate::simulation) type Since = (u64, u64);

/// What was said to a record.
type Place = (String, String);

/// What was said last to each record since anything happened that it may follow from.
#[derive(Default)]
pub(super) struct Needless {
    said: Mutex<BTreeMap<Place, Said>>,
    /// The record that is about to be written, as it stands.
    before: Mutex<Option<Json>>,
}

struct Said {
    body: Vec<u8>,
    since: Since,
    is_heard: bool,
}

impl Needless {
    /// Something happened that anything may follow from.
    pub(super) fn forget(&self) {
        lock(&self.said).clear();
    }

    pub(super) fn before(&self, peers: &Peers, (account, request): (&str, &Request)) {
        let changes = matches!(request.method, Method::Put | Method::Patch);
        *lock(&self.before) = changes.then(|| stands(peers, (account, request))).flatten();
    }

    /// What is wrong with what a write did, if anything.
    pub(super) fn wrong(&self, peers: &Peers, (account, request): (&str, &Request), since: Since) -> Option<String> {
        let before = lock(&self.before).take()?;
        let place = (account.to_owned(), request.url.clone());
        let said = Said { body: request.body.clone(), since, is_heard: false };
        let last = lock(&self.said).insert(place, said)?;
        let is_again = last.is_heard && last.body == request.body && last.since == since;
        let is_needless = is_again && stands(peers, (account, request)) == Some(before);
        is_needless.then(|| {
            let body = String::from_utf8_lossy(&request.body);
            format!("{account} {} {} says once more what is so: {body}", request.method, request.url)
        })
    }

    /// What the process is told of a write.
    pub(super) fn heard(&self, (account, request): (&str, &Request), answer: &Response) {
        let mut said = lock(&self.said);
        let last = said.get_mut(&(account.to_owned(), request.url.clone()));
        if let Some(last) = last.filter(|last| last.body == request.body) {
            last.is_heard = (200..300).contains(&answer.status);
        }
    }
}

/// A record by its own address, without when it was changed last.
fn stands(peers: &Peers, (account, request): (&str, &Request)) -> Option<Json> {
    let mut shown = peers.shows(account, request)?;
    forget_instants(&mut shown);
    Some(shown)
}

fn forget_instants(value: &mut Json) {
    match value {
        Json::Object(fields) => {
            fields.retain(|name, _| !name.contains("modified") && !name.contains("updated"));
            fields.iter_mut().for_each(|(_, value)| forget_instants(value));
        }
        Json::Array(rows) => rows.iter_mut().for_each(forget_instants),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}
