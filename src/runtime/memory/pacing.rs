//! How soon a record that was written for just now is worked on again: a burst of changes is written once at once, then
//! at most once per `limits.same_record` of the system written to, with the newest value.
//!
//! In memory only: what is forgotten is written a moment earlier. Knows records and instants, no values.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::runtime::limits::PACED_MAX;
use crate::store::RecordRef;

/// Records whose changes were written outside, with when the next may be.
#[derive(Debug, Default)]
pub struct Pacing(Mutex<BTreeMap<RecordRef, (Timestamp, Timestamp)>>);

impl Pacing {
    /// A change of this record was written outside.
    pub fn wrote(&self, cause: RecordRef, now: Timestamp, rest: Duration) {
        let rest = SignedDuration::try_from(rest).unwrap_or_default();
        let Ok(next) = now.checked_add(rest) else { return };
        let mut paced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paced.len() >= PACED_MAX {
            paced.retain(|_, (since, next)| (*since..*next).contains(&now));
        }
        if paced.len() < PACED_MAX && rest.is_positive() {
            paced.insert(cause, (now, next));
        }
    }

    /// When the record's next change may be worked on, where that is not yet. A clock that was set back holds nothing
    /// up.
    pub fn next(&self, record: &RecordRef, now: Timestamp) -> Option<Timestamp> {
        let paced = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, next) = paced.get(record)?;
        (*since..*next).contains(&now).then_some(*next)
    }
}
