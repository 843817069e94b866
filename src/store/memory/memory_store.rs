//! The lock around what is kept, and the clock that says what is due.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::state::State;
use crate::store::alone::{Alone, OwnedByOne};
use crate::store::error::StoreError;
use crate::store::intent::Intent;
use crate::store::park::Park;
use crate::world::Clock;

/// A store in the memory of this process.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    alone: Alone,
    pub(super) has_others: bool,
}

impl MemoryStore {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let alone = Alone::new(Arc::clone(&clock), 0);
        Self { clock, state: Mutex::new(State::default()), alone, has_others: false }
    }

    /// An empty one that several share, in this process, as if they were processes of their own.
    pub fn of_several(clock: Arc<dyn Clock>) -> Self {
        Self { has_others: true, ..Self::new(clock) }
    }

    /// One that holds nothing but what is parked and what is open elsewhere: entries keep their numbers, intents get
    /// new ones.
    pub(in crate::store) fn beginning_with(clock: Arc<dyn Clock>, parks: Vec<Park>, intents: Vec<Intent>) -> Self {
        let (store, mut state) = (Self::new(clock), State::default());
        state.begin_with(parks, intents);
        Self { state: Mutex::new(state), ..store }
    }

    /// What a process finds that comes after one that ended with this: all of it, with the work in flight due now, as
    /// an engine with a file gives it back. Whoever still has the old one finds it empty.
    #[must_use]
    pub fn reopened(&self) -> Self {
        let mut state = std::mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        let now = self.clock.now();
        state.work.values_mut().filter(|row| row.is_in_flight()).for_each(|row| row.release(now));
        let alone = Alone::new(Arc::clone(&self.clock), self.alone.last_number());
        Self { clock: Arc::clone(&self.clock), state: Mutex::new(state), alone, has_others: self.has_others }
    }

    /// Does one operation, whole, at one instant.
    pub(super) fn with<T>(&self, operation: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        operation(&mut state, self.clock.now())
    }
}

impl OwnedByOne for MemoryStore {
    fn alone(&self) -> Result<&Alone, StoreError> {
        Ok(&self.alone)
    }

    fn tells_others(&self, _url: &str) -> Result<(), StoreError> {
        Ok(())
    }
}
