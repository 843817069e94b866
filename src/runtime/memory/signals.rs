//! The alarms that stand: what is wrong with the service as a whole or with one account of it, since when, in words.
//!
//! Whoever looks says which stand now; what began and what is over follows from that. In memory only; of which a
//! person was told is the teller's to know.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::value::timestamp;

/// An alarm and what it is about: an account, or nothing where it is about the whole service.
pub type Place = (&'static str, String);

/// An alarm that stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Since when it has been seen.
    pub since: Timestamp,
    /// What is wrong, for people.
    pub text: String,
}

/// The alarms that stand.
#[derive(Debug, Default)]
pub struct Signals(Mutex<BTreeMap<Place, Signal>>);

impl Signals {
    /// Takes in which stand now. The log tells of each when it begins and when it is over.
    pub(crate) fn stand(&self, found: BTreeMap<Place, String>, now: Timestamp) {
        let mut known = self.known();
        for (name, subject) in known.keys().filter(|place| !found.contains_key(*place)) {
            tracing::info!(alarm = name, subject, "no longer so");
        }
        known.retain(|place, _| found.contains_key(place));
        for (place, text) in found {
            if !known.contains_key(&place) {
                tracing::warn!(alarm = place.0, subject = place.1, "{text}");
            }
            known.entry(place).or_insert(Signal { since: now, text: String::new() }).text = text;
        }
    }

    /// Those that stand.
    pub fn standing(&self) -> BTreeMap<Place, Signal> {
        self.known().clone()
    }

    /// The same for `status`.
    pub fn to_json(&self) -> Json {
        let told = |((name, subject), signal): (&Place, &Signal)| {
            json!({
                "alarm": name, "subject": subject, "since": timestamp::text(signal.since), "text": signal.text,
            })
        };
        self.known().iter().map(told).collect()
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Place, Signal>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
