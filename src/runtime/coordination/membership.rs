//! What a process knows of itself as a node of the store. Plain state: whoever forgets it joins anew.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::Mutex as AsyncMutex;

use crate::store::{Hold, Node, Role};

/// The node, the roles that are kept, and holds that nobody gave back.
#[derive(Debug, Default)]
pub struct Membership {
    /// With when it said last that it lives, by the steady clock.
    pub(super) node: AsyncMutex<Option<(Node, Timestamp)>>,
    roles: Mutex<BTreeSet<Role>>,
    left: Mutex<Vec<Hold>>,
}

impl Membership {
    /// A role is kept from now on, or no longer.
    pub(super) fn keep(&self, role: &Role, is_kept: bool) {
        let mut roles = lock(&self.roles);
        if is_kept {
            roles.insert(role.clone());
        } else {
            roles.remove(role);
        }
    }

    pub(super) fn kept(&self) -> Vec<Role> {
        lock(&self.roles).iter().cloned().collect()
    }

    /// Work broke off that had a hold, or the hold could not be given back.
    pub(super) fn leave_behind(&self, hold: Hold) {
        lock(&self.left).push(hold);
    }

    pub(super) fn left_behind(&self) -> Vec<Hold> {
        std::mem::take(&mut *lock(&self.left))
    }
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
