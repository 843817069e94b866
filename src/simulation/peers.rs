//! The peers of the process, called in place: what each of them answers, and what all of them hold.
//!
//! Knows nothing of what becomes of a call on its way, nor who makes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;

use super::line::lock;
use crate::simulator::{Held, Outcome, Setup, Simulator};
use crate::world::{Clock, Method, Request};

/// A peer, by its account.
pub(super) struct Side {
    /// The name of its system.
    pub(super) system: String,
    pub(super) peer: Mutex<Box<dyn Simulator>>,
    /// All that it holds, where nothing was asked of it since that may have changed it.
    shown: Mutex<Option<Arc<Json>>>,
}

impl Side {
    pub(super) fn new(system: &str, peer: Box<dyn Simulator>) -> Self {
        Self { system: system.to_owned(), peer: Mutex::new(peer), shown: Mutex::default() }
    }
}

/// All of them.
pub(super) struct Peers {
    pub(super) sides: BTreeMap<String, Side>,
    pub(super) clock: Arc<dyn Clock>,
    /// How the accounts of a trade are set up.
    pub(super) setup: Arc<Setup>,
}

impl Peers {
    /// What a peer does with a request; none where there is no such account.
    pub(super) fn handle(&self, account: &str, request: &Request) -> Option<Outcome> {
        let side = self.sides.get(account)?;
        if request.method != Method::Get {
            *lock(&side.shown) = None;
        }
        Some(lock(&side.peer).handle(self.clock.now(), request))
    }

    /// What a system shows where a request is for, to somebody of whom nobody hears and who is let in as that is.
    pub(super) fn shows(&self, account: &str, like: &Request) -> Option<Json> {
        let (url, headers) = (like.url.clone(), like.headers.clone());
        let request = Request { method: Method::Get, url, headers, body: Vec::new(), timeout: Duration::MAX };
        let answer = self.handle(account, &request)?.response;
        (answer.status == 200).then(|| serde_json::from_slice(&answer.body).ok())?
    }

    /// All that a system holds, as people see it.
    pub(super) fn state(&self, account: &str) -> Arc<Json> {
        let Some(side) = self.sides.get(account) else { return Arc::default() };
        if let Some(shown) = lock(&side.shown).clone() {
            return shown;
        }
        let url = "/_control/state".to_owned();
        let asked = Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new(), timeout: Duration::MAX };
        let shown = Arc::new(self.shows(account, &asked).unwrap_or_default());
        *lock(&side.shown) = Some(Arc::clone(&shown));
        shown
    }

    /// All words of the rows of an account that have this one in them.
    pub(super) fn words_beside(&self, account: &str, word: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::from([word.to_owned()]);
        let state = self.state(account);
        for row in state.as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_array()).flatten() {
            let words: BTreeSet<String> = words(row).collect();
            if words.contains(word) {
                found.extend(words);
            }
        }
        found
    }

    /// Whether an account has a row with this value in this field.
    pub(super) fn holds(&self, account: &str, (field, value): (&str, &str)) -> bool {
        let state = self.state(account);
        let mut rows = state.as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_array()).flatten();
        rows.any(|row| row.get(field).and_then(Json::as_str) == Some(value))
    }

    /// Whether the row of an account that is called so has this value in this field.
    pub(super) fn is_of(&self, account: &str, name: &str, (field, value): (&str, &str)) -> bool {
        let state = self.state(account);
        let mut rows = state.as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_array()).flatten();
        rows.any(|row| row.get(field).and_then(Json::as_str) == Some(value) && words(row).any(|word| word == name))
    }

    /// What all hold, where two systems trade with each other: by the order of their names the one account of the
    /// first, and those of the second.
    pub(super) fn held(&self) -> Option<Held> {
        let systems: BTreeSet<&String> = self.sides.values().map(|side| &side.system).collect();
        let [first, second] = systems.into_iter().collect::<Vec<_>>().try_into().ok()?;
        let of = |system: &String| -> Vec<&String> {
            self.sides.iter().filter(|(_, side)| side.system == *system).map(|(account, _)| account).collect()
        };
        let [warehouse] = of(first).try_into().ok()?;
        let markets = of(second).into_iter().map(|account| (account.clone(), self.state(account))).collect();
        Some(Held { warehouse: self.state(warehouse), markets, setup: Arc::clone(&self.setup) })
    }
}

/// The plain values anywhere in a row, as text.
fn words(row: &Json) -> Box<dyn Iterator<Item = String> + '_> {
    match row {
        Json::Object(fields) => Box::new(fields.values().flat_map(words)),
        Json::Array(rows) => Box::new(rows.iter().flat_map(words)),
        Json::Null | Json::Bool(_) => Box::new(std::iter::empty()),
        plain => Box::new(std::iter::once(plain.to_string().trim_matches('"').to_owned())),
    }
}
