//! What is wrong with an account as a whole, for its state: one entry for each kind of record and code.
//!
//! An alarm stands until what was asked when it was raised is asked again and answered well.
//! In memory only; what still holds after a restart is noticed again by the next look.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::connector::Listing;
use crate::value::timestamp;

/// A page or a list that cannot be read.
pub const NOT_LISTED: &str = "not-listed";
/// A list that lacks most of what it showed before.
pub const LIST_SHRUNK: &str = "list-shrunk";
/// A record that says it was changed in the future.
pub const FUTURE_INSTANT: &str = "future-instant";
/// A field that is always there is missing from what the peer shows.
pub const FIELD_GONE: &str = "field-gone";
/// A key that several rows of one file have.
pub const DOUBLED_KEY: &str = "doubled-key";
/// A record with a value that no JSON parser takes.
pub use crate::engine::UNREADABLE;

/// What was asked of the peer when the cause was seen: only an answer to the same can say that it is gone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// All records of the kind.
    All,
    /// Those that changed.
    Changes,
    /// Those with a value.
    Found,
    /// One, by its key.
    One(String),
}

impl From<&Listing> for Asked {
    fn from(listing: &Listing) -> Self {
        match listing {
            Listing::All => Self::All,
            Listing::ChangedSince(_) => Self::Changes,
            Listing::Find { .. } => Self::Found,
        }
    }
}

/// Single records that are remembered for one alarm.
const RECORDS_MAX: usize = 100;

/// What may be wrong with what.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The account.
    pub account: &'a str,
    /// The kind of record.
    pub record: &'a str,
    /// What would be wrong.
    pub code: &'static str,
}

/// A code, of a kind of record of an account.
pub fn about<'a>(account: &'a str, record: &'a str, code: &'static str) -> About<'a> {
    About { account, record, code }
}

/// Account, kind of record and code.
type Place = (String, String, &'static str);

/// One alarm.
#[derive(Clone, Debug)]
struct Alarm {
    /// What to say of it, by what was asked.
    causes: BTreeMap<Asked, String>,
    since: Timestamp,
}

/// The alarms that stand.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<BTreeMap<Place, Alarm>>);

impl Alarms {
    /// Takes in an answer: what it shows is wrong stands, and of what stood before only what it says nothing of. The
    /// log tells when the first cause comes and when the last one goes.
    pub fn heard(
        &self,
        about: About<'_>,
        wrong: impl IntoIterator<Item = (Asked, String)>,
        answers: impl Fn(&Asked) -> bool,
        now: Timestamp,
    ) {
        let About { account, record, code } = about;
        let mut known = self.known();
        let place = (account.to_owned(), record.to_owned(), code);
        let before = known.remove(&place);
        let is_new = before.is_none();
        let mut alarm = before.unwrap_or(Alarm { causes: BTreeMap::new(), since: now });
        alarm.causes.retain(|asked, _| !answers(asked));
        for (asked, message) in wrong {
            if alarm.causes.len() < RECORDS_MAX || alarm.causes.contains_key(&asked) {
                alarm.causes.insert(asked, message);
            }
        }
        match alarm.causes.values().next() {
            Some(message) => {
                if is_new {
                    tracing::warn!(account, record, code, "{message}");
                }
                known.insert(place, alarm);
            }
            None if is_new => {}
            None => tracing::info!(account, record, code, "no longer so"),
        }
    }

    /// Raises an alarm where the answer shows something wrong, else clears what the same question raised.
    pub fn set(&self, about: About<'_>, asked: &Asked, message: Option<String>, now: Timestamp) {
        self.heard(about, message.map(|message| (asked.clone(), message)), |other| other == asked, now);
    }

    /// Those of an account, for its state.
    pub fn of(&self, account: &str) -> Vec<Json> {
        let known = self.known();
        let own = known.iter().filter(|((holder, ..), _)| holder == account);
        own.map(|((_, record, code), alarm)| {
            let message = alarm.causes.values().next();
            json!({ "code": code, "record": record, "message": message, "since": timestamp::text(alarm.since) })
        })
        .collect()
    }

    /// What stands of records that are left out, because nothing can be told of them by a key: kind of record, and
    /// what is wrong.
    pub fn left_out(&self) -> Vec<(String, String)> {
        let known = self.known();
        let own = known.iter().flat_map(|((account, record, code), alarm)| {
            // What can be asked for by its key is parked, and told as that.
            let told = |asked: &Asked| *code == DOUBLED_KEY || !matches!(asked, Asked::One(_));
            let is_left = [UNREADABLE, DOUBLED_KEY].contains(code);
            let causes = alarm.causes.iter().filter(move |(asked, _)| is_left && told(asked));
            causes.map(move |(_, message)| (format!("{account}.{record}"), message.clone()))
        });
        own.collect()
    }

    /// Forgets everything, because rules or accounts changed.
    pub fn forget(&self) {
        self.known().clear();
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<Place, Alarm>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
