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
    /// Where the process is spoken to.
    served_at: Mutex<String>,
    /// What was said of it last, and as which node.
    said: Mutex<Option<(Node, String)>>,
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

    /// Whether a role is kept here.
    pub(crate) fn keeps(&self, role: &Role) -> bool {
        lock(&self.roles).contains(role)
    }

    /// Where the process is spoken to from now on.
    pub(crate) fn is_served_at(&self, url: &str) {
        url.clone_into(&mut lock(&self.served_at));
    }

    pub(super) fn served_at(&self) -> String {
        lock(&self.served_at).clone()
    }

    /// Whether something else is to be said than was; it counts as said from then on.
    pub(super) fn is_news(&self, node: Node, about: &str) -> bool {
        let mut said = lock(&self.said);
        let is_news = said.as_ref().is_none_or(|(as_node, text)| (*as_node, text.as_str()) != (node, about));
        if is_news {
            *said = Some((node, about.to_owned()));
        }
        is_news
    }

    /// What was said may not have been heard.
    pub(super) fn was_not_heard(&self) {
        lock(&self.said).take();
    }

    /// The node that the process is now, if any.
    pub async fn now(&self) -> Option<Node> {
        self.node.lock().await.map(|(node, _)| node)
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
