//! How states of records change by writes: only by moves that their system file allows the service, and under the
//! shipped rules only because of what the other side holds, or held a moment ago.
//!
//! So no late message takes a state back: what it tells of is no longer so.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use crate::language::plan::{Plan, States};
use crate::simulation::line::lock;
use crate::simulation::peers::Peers;
use crate::simulator::due::{Standing, is_due, standing};

/// How long ago what a move follows from may have been so.
const MOMENT: SignedDuration = SignedDuration::from_mins(4);

/// By list and name, the state of each record.
type Stood = BTreeMap<(String, String), String>;

/// What stood where.
pub(super) struct Moves {
    /// The states of each system's records.
    kinds: BTreeMap<String, Vec<States>>,
    shipped: bool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// By account, with the look that it was taken from.
    stood: BTreeMap<String, (Arc<Json>, Stood)>,
    lately: VecDeque<(Timestamp, BTreeMap<String, Standing>)>,
}

impl Moves {
    pub(super) fn new(plan: &Plan, shipped: bool) -> Self {
        let of = |system: &crate::language::plan::System| {
            system.records.values().filter_map(|kind| kind.states.clone()).collect::<Vec<_>>()
        };
        let kinds = plan.systems.values().map(|system| (system.name.clone(), of(system))).collect();
        Self { kinds, shipped, seen: Mutex::default() }
    }

    /// What stands now is what a write changes.
    pub(super) fn note(&self, peers: &Peers) {
        let mut seen = lock(&self.seen);
        let mut news = false;
        for (account, side) in &peers.sides {
            let shown = peers.state(account);
            if seen.stood.get(account).is_none_or(|(known, _)| !Arc::ptr_eq(known, &shown)) {
                let stood = self.stood(&side.system, &shown);
                seen.stood.insert(account.clone(), (shown, stood));
                news = true;
            }
        }
        if let Some(held) = peers.held().filter(|_| self.shipped && news) {
            let now = peers.clock.now();
            seen.lately.push_back((now, standing(&held)));
            while seen.lately.get(1).is_some_and(|(at, _)| now.duration_since(*at) > MOMENT) {
                seen.lately.pop_front();
            }
        }
    }

    fn stood(&self, system: &str, shown: &Json) -> Stood {
        let fields: BTreeSet<&str> = self.kinds(system).map(|states| states.field.as_str()).collect();
        let mut stood = Stood::new();
        for (list, rows) in shown.as_object().into_iter().flatten() {
            for row in rows.as_array().into_iter().flatten() {
                let name = ["number", "id"].iter().find_map(|name| row.get(name)).map(ToString::to_string);
                let state = fields.iter().find_map(|field| row.get(field)).and_then(Json::as_str);
                if let (Some(name), Some(state)) = (name, state) {
                    stood.insert((list.clone(), name.trim_matches('"').to_owned()), state.to_owned());
                }
            }
        }
        stood
    }

    fn kinds(&self, system: &str) -> impl Iterator<Item = &States> {
        self.kinds.get(system).into_iter().flatten()
    }

    /// What is wrong with what a write did to an account's records, if anything.
    pub(super) fn wrong(&self, peers: &Peers, account: &str) -> Option<String> {
        let side = peers.sides.get(account)?;
        let now = self.stood(&side.system, &peers.state(account));
        let seen = lock(&self.seen);
        let (_, before) = seen.stood.get(account)?;
        let moved = now.iter().filter_map(|(place, to)| {
            let from = before.get(place).filter(|from| *from != to)?;
            Some((&place.1, from, to))
        });
        for (name, from, to) in moved {
            let is_legal = |states: &States| {
                states.moves.iter().any(|step| step.is_by_calls() && step.from == *from && step.to == *to)
            };
            if !self.kinds(&side.system).any(is_legal) {
                return Some(format!("{account} {name} is taken from {from} to {to}, which no call may do"));
            }
            let stands = || seen.lately.iter().filter_map(|(_, orders)| orders.get(name));
            if self.shipped && stands().next().is_some() && !stands().any(|order| is_due(&side.system, to, order)) {
                return Some(format!("{account} {name} becomes {to}, which nothing on the other side asks for"));
            }
        }
        None
    }
}
