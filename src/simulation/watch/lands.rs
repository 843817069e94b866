//! Where writes go and what they leave there: nothing of one account is said to another, or stands there.
//!
//! Who a record belongs to may be asked of each. Knows a record by what the peers themselves call it. What two accounts
//! of a system call alike is told apart only by what comes of it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::simulation::peers::Peers;
use crate::simulator::astray::{astray, shipped_from};
use crate::world::Request;

/// Looks on under these settings, as far as they stand otherwise than shipped.
pub(super) struct Lands(BTreeMap<String, String>);

impl Lands {
    pub(super) fn new(turned: &BTreeMap<String, String>) -> Self {
        Self(turned.clone())
    }

    /// Whose record a write names that only another account of the system has, if it does.
    fn misled(&self, peers: &Peers, (account, request): (&str, &Request)) -> Option<String> {
        let system = &peers.sides.get(account)?.system;
        let mut others =
            peers.sides.iter().filter(|(name, side)| *name != account && side.system == *system).peekable();
        others.peek()?;
        let path = request.url.split('?').next().unwrap_or_default();
        let named: Vec<&str> = path.split('/').filter(|part| part.contains(char::is_numeric)).collect();
        let has = |account: &str, name: &str| bears(&peers.state(account), name);
        others.find_map(|(other, _)| {
            let name = named.iter().find(|name| !has(account, name) && has(other, name))?;
            Some(format!("{account} is told of {name}, which is of {other}: {} {}", request.method, request.url))
        })
    }

    /// What is wrong with a write that is about to be done, if anything.
    pub(super) fn before(&self, peers: &Peers, (account, request): (&str, &Request)) -> Option<String> {
        self.misled(peers, (account, request)).or_else(|| shipped_from(request, &peers.held()?, &self.0))
    }

    /// What stands at an account and is another one's, if anything.
    pub(super) fn wrong(&self, peers: &Peers) -> Option<String> {
        astray(&peers.held()?)
    }
}

/// Whether one of the rows of a state is called so.
fn bears(state: &Json, name: &str) -> bool {
    let mut rows = state.as_object().into_iter().flatten().filter_map(|(_, rows)| rows.as_array()).flatten();
    rows.any(|row| {
        ["number", "id"].iter().filter_map(|field| row.get(field)).any(|own| own.to_string().trim_matches('"') == name)
    })
}
