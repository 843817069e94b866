//! The lock around what is kept, and the clock that says what is due.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::state::State;
use crate::world::Clock;

/// A store in the memory of this process.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl MemoryStore {
    /// An empty one.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::new(State::default()) }
    }

    /// Does one operation, whole, at one instant.
    pub(super) fn with<T>(&self, operation: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        operation(&mut state, self.clock.now())
    }
}
