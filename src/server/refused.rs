//! Webhooks that were refused: counted by account and answer, and told in the log, each sort once in a while.
//!
//! Whoever sends what is refused is not known, so neither the log nor the memory grows with how much that is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::metric::{Exposition, WEBHOOKS_REFUSED};

/// How long the log is silent of a sort of refusal after it told of one.
const TOLD_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// Stands for all accounts that are not known.
const UNKNOWN: &str = "unknown";

#[derive(Debug, Default)]
struct Sort {
    count: u64,
    /// How many the log has not told of, and when it last did.
    untold: u64,
    told: Option<Timestamp>,
}

/// The refusals since the start.
#[derive(Debug, Default)]
pub struct Refused(Mutex<BTreeMap<(String, u16), Sort>>);

impl Refused {
    /// Counts a refusal. `account` is none where no account has the name that was asked for.
    pub fn note(&self, account: Option<&str>, status: u16, (why, now): (&str, Timestamp)) {
        let account = account.unwrap_or(UNKNOWN);
        let mut sorts = self.sorts();
        let sort = sorts.entry((account.to_owned(), status)).or_default();
        sort.count = sort.count.saturating_add(1);
        sort.untold = sort.untold.saturating_add(1);
        if sort.told.is_some_and(|told| now.duration_since(told).abs() < TOLD_EVERY) {
            return;
        }
        tracing::warn!(account, status, count = sort.untold, "webhooks refused: {why}");
        (sort.untold, sort.told) = (0, Some(now));
    }

    /// How many were refused for an account.
    pub fn of(&self, account: &str) -> u64 {
        self.sorts().iter().filter(|((name, _), _)| name == account).map(|(_, sort)| sort.count).sum()
    }

    /// The counts for Prometheus.
    pub(super) fn put(&self, text: &mut Exposition) {
        for ((account, status), sort) in self.sorts().iter() {
            text.put(WEBHOOKS_REFUSED, &[account, &status.to_string()], sort.count);
        }
    }

    fn sorts(&self) -> MutexGuard<'_, BTreeMap<(String, u16), Sort>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
