//! Records that their own reads did not show, and since when.
//!
//! One answer that a record is not there may be a peer's slip, and what follows from it is hard to take back: it counts
//! as gone once a second read, begun a settle time after the answer to the first, says so, too. A cache: what is
//! forgotten only makes the two reads begin anew.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::runtime::limits::ABSENT_MAX;
use crate::store::RecordRef;

/// When first reads in vain were answered, by record, as steady instants.
#[derive(Debug, Default)]
pub(crate) struct Absent(Mutex<BTreeMap<RecordRef, Timestamp>>);

impl Absent {
    /// A read that began at `looked` and is answered now does not show a record: how long until one may be the second;
    /// zero for one that is. A read may have waited long for its turn, and its answer is of the end of that.
    pub(crate) fn not_seen(
        &self,
        target: &RecordRef,
        (looked, now): (Timestamp, Timestamp),
        settle: Duration,
    ) -> Duration {
        let mut known = self.known();
        if known.len() >= ABSENT_MAX && !known.contains_key(target) {
            known.clear();
        }
        let first = *known.entry(target.clone()).or_insert(now);
        settle.saturating_sub(looked.duration_since(first).try_into().unwrap_or_default())
    }

    /// A read shows it and says that it is gone: nothing is left to be asked.
    pub(crate) fn told(&self, account: &str, record: &str, id: &str) {
        let target = RecordRef { account: account.to_owned(), record: record.to_owned(), id: id.to_owned() };
        self.known().insert(target, Timestamp::MIN);
    }

    /// A read shows it.
    pub(crate) fn seen(&self, account: &str, record: &str, id: &str) {
        let mut known = self.known();
        if !known.is_empty() {
            known.remove(&RecordRef { account: account.to_owned(), record: record.to_owned(), id: id.to_owned() });
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<RecordRef, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
