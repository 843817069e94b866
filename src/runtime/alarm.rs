//! What is wrong with an account as a whole, for its state: one entry for each kind of record and cause.
//!
//! In memory only; what still holds after a restart is noticed again by the next look.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::value::timestamp;

/// A page or a list that cannot be read.
pub const NOT_LISTED: &str = "not-listed";
/// A record that says it was changed in the future.
pub const FUTURE_INSTANT: &str = "future-instant";
/// A field that is always there is missing from what the peer shows.
pub const FIELD_GONE: &str = "field-gone";
/// A record with a value that no JSON parser takes.
pub const UNREADABLE: &str = "unreadable-record";

/// Account, kind of record and cause.
type Place = (String, String, &'static str);

/// One alarm.
#[derive(Clone, Debug)]
struct Alarm {
    message: String,
    since: Timestamp,
}

/// The alarms that stand.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<BTreeMap<Place, Alarm>>);

impl Alarms {
    /// Raises an alarm, or says that one still holds; the log tells of it once.
    pub fn raise(&self, (account, record): (&str, &str), code: &'static str, message: String, now: Timestamp) {
        let mut known = self.known();
        let place = (account.to_owned(), record.to_owned(), code);
        let since = known.get(&place).map_or(now, |alarm| alarm.since);
        if !known.contains_key(&place) {
            tracing::warn!(account, record, code, "{message}");
        }
        known.insert(place, Alarm { message, since });
    }

    /// The cause is gone.
    pub fn clear(&self, (account, record): (&str, &str), code: &'static str) {
        if self.known().remove(&(account.to_owned(), record.to_owned(), code)).is_some() {
            tracing::info!(account, record, code, "no longer so");
        }
    }

    /// Raises it where there is something to say, else clears it.
    pub fn set(&self, place: (&str, &str), code: &'static str, message: Option<String>, now: Timestamp) {
        match message {
            Some(message) => self.raise(place, code, message, now),
            None => self.clear(place, code),
        }
    }

    /// Those of an account, for its state.
    pub fn of(&self, account: &str) -> Vec<Json> {
        let known = self.known();
        let own = known.iter().filter(|((holder, ..), _)| holder == account);
        own.map(|((_, record, code), alarm)| {
            json!({ "code": code, "record": record, "message": alarm.message, "since": timestamp::text(alarm.since) })
        })
        .collect()
    }

    /// Forgets everything, because rules or accounts changed.
    pub fn forget(&self) {
        self.known().clear();
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Place, Alarm>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
