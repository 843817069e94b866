//! The lock around what is kept, and the clock that says what is due.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::state::State;
use crate::store::alone::{Alone, OwnedByOne};
use crate::store::error::StoreError;
use crate::world::Clock;

/// A store in the memory of this process.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    alone: Alone,
}

impl MemoryStore {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let alone = Alone::new(Arc::clone(&clock), 0);
        Self { clock, state: Mutex::new(State::default()), alone }
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
