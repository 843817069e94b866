//! What people call the records that were seen: what of it the store does not have yet, and what it was given already.
//!
//! It goes to the store with the end of some work; what is lost with the process is seen again. Bounded; forgets all
//! when full, and then the store is told again what it knows.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::limits::CALLED_MAX;
use crate::store::{Called, RecordRef};

/// What the store was given of a record.
#[derive(Debug)]
struct Given {
    /// A digest of its texts.
    texts: u64,
    linked: bool,
}

#[derive(Debug, Default)]
struct State {
    /// What the store was given, or is about to be.
    given: BTreeMap<RecordRef, Given>,
    /// What is to go with the next work that ends.
    waiting: Vec<Called>,
}

/// What people call records.
#[derive(Debug, Default)]
pub struct SeenHandles(Mutex<State>);

impl SeenHandles {
    /// A record was seen.
    pub fn saw(&self, called: Called) {
        let mut hasher = DefaultHasher::new();
        called.texts.hash(&mut hasher);
        let given = Given { texts: hasher.finish(), linked: called.linked };
        let mut state = self.state();
        // Who was seen as linked is so, whoever looks at it without its pair.
        let is_known = |known: &Given| known.texts == given.texts && known.linked >= given.linked;
        if state.given.get(&called.target).is_some_and(is_known) {
            return;
        }
        if state.given.len() >= CALLED_MAX {
            state.given.clear();
        }
        state.given.insert(called.target.clone(), given);
        state.waiting.push(called);
    }

    /// What the store does not have yet: whoever takes it brings it there, or says that it could not.
    pub fn taken(&self) -> Vec<Called> {
        std::mem::take(&mut self.state().waiting)
    }

    /// It was not kept.
    pub fn unkept(&self, called: Vec<Called>) {
        self.state().waiting.extend(called);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
