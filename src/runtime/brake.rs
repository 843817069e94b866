//! The brake of a sweep: changes of records that were linked before it began are held until it is
//! known how many there are.
//!
//! One sweep at a time. Sweep work that outlived its sweep (a restart) is ordinary work: it never
//! puts drift right unasked.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::limits::{BRAKE_CHANGES_MIN, BRAKE_SHARE_PERCENT};
use crate::store::RecordRef;

/// Where the sweep in progress stands.
#[derive(Debug, Default)]
enum State {
    /// There is none.
    #[default]
    Idle,
    /// What would change records linked before this instant is held.
    Holding { since: Timestamp, held: BTreeSet<RecordRef> },
    /// Changes go through.
    Released,
}

/// The brake.
#[derive(Debug, Default)]
pub struct Brake(Mutex<State>);

/// A sweep that would change too much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Braked {
    /// The records whose counterparts would change.
    pub held: Vec<RecordRef>,
    /// Links at that time.
    pub linked: u64,
}

impl Brake {
    /// A sweep begins.
    pub fn begin(&self, now: Timestamp, confirmed: bool) {
        *self.state() = if confirmed { State::Released } else { State::Holding { since: now, held: BTreeSet::new() } };
    }

    /// Whether a sweep is under way, so that its work puts drift right.
    pub fn sweeping(&self) -> bool {
        !matches!(*self.state(), State::Idle)
    }

    /// Whether a change of this record's counterpart is to wait; it is noted then.
    pub fn holds(&self, linked: Timestamp, record: &RecordRef) -> bool {
        match &mut *self.state() {
            State::Holding { since, held } if linked < *since => {
                held.insert(record.clone());
                true
            }
            _ => false,
        }
    }

    /// All was looked at: what was held goes on, unless it is too much.
    ///
    /// # Errors
    /// [`Braked`] where it is more than a sweep may change unasked.
    pub fn release(&self, links: u64) -> Result<BTreeSet<RecordRef>, Braked> {
        let mut state = self.state();
        let held = match std::mem::replace(&mut *state, State::Released) {
            State::Holding { held, .. } => held,
            State::Idle | State::Released => BTreeSet::new(),
        };
        let count = u64::try_from(held.len()).unwrap_or(u64::MAX);
        let share = count.saturating_mul(100) > links.saturating_mul(BRAKE_SHARE_PERCENT);
        if count >= BRAKE_CHANGES_MIN && share {
            return Err(Braked { held: held.into_iter().collect(), linked: links });
        }
        Ok(held)
    }

    /// The sweep is over.
    pub fn end(&self) {
        *self.state() = State::Idle;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
