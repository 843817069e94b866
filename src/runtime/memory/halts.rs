//! What a person has wait, as the store said last: looked through before each piece of work and each write.
//!
//! A cache: read anew whenever work is claimed while anything is held, and now and then where others may have said
//! something. What is held by a word that this does not know yet waits at the next claim.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::store::{Reach, RecordRef, Standing};

/// How often the store is asked while something is over.
const OVER_LOOK: Duration = Duration::from_millis(250);

/// What is held.
#[derive(Debug, Default)]
pub struct KnownHalts {
    known: ArcSwap<Vec<(Reach, Option<Timestamp>)>>,
    /// When the store was asked last.
    asked: Mutex<Option<Timestamp>>,
    /// Held while the store is asked, so that an older answer never takes the place of a newer one.
    pub(crate) asking: tokio::sync::Mutex<()>,
}

impl KnownHalts {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.known.load().is_empty()
    }

    /// What the store says now.
    pub(crate) fn know(&self, standing: &[Standing]) {
        if !(standing.is_empty() && self.is_empty()) {
            let told = |one: &Standing| (one.halt.reach.clone(), one.halt.until);
            self.known.store(standing.iter().map(told).collect::<Vec<_>>().into());
        }
    }

    /// Whether the store is to be asked: for the first time, so long after the last one, or because something is over.
    pub(crate) fn is_to_be_asked(&self, now: Timestamp, every: Option<Duration>) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = self.next_end().is_some_and(|end| end <= now);
        let every = if is_over { Some(OVER_LOOK) } else { every };
        let is_long_ago = |last: Timestamp| every.is_some_and(|every| now.duration_since(last).unsigned_abs() >= every);
        let is_due = asked.is_none_or(is_long_ago);
        if is_due {
            *asked = Some(now);
        }
        is_due
    }

    /// When the first of it is over.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.known.load().iter().filter_map(|(_, until)| *until).min()
    }

    /// The word for which a record waits, whatever the pipeline.
    pub fn of_record(&self, target: &RecordRef) -> Option<Reach> {
        self.find(|reach| match reach {
            Reach::Record(record) => record == target,
            Reach::Account(account) => *account == target.account,
            Reach::Pipeline(_) => false,
        })
    }

    /// The word for which an account waits.
    pub fn of_account(&self, name: &str) -> Option<Reach> {
        self.find(|reach| matches!(reach, Reach::Account(account) if account == name))
    }

    /// The word for which a pipeline waits.
    pub fn of_pipeline(&self, name: &str) -> Option<Reach> {
        self.find(|reach| matches!(reach, Reach::Pipeline(pipeline) if pipeline == name))
    }

    fn find(&self, is_it: impl Fn(&Reach) -> bool) -> Option<Reach> {
        self.known.load().iter().map(|(reach, _)| reach).find(|reach| is_it(reach)).cloned()
    }
}
