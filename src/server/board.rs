//! What pages need beyond one look: the last plan that was made for a page with what became of it, and the rules that
//! serve as checking them shows them.
//!
//! In memory only, and one of each: another node, or the next process, has it made again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value as Json;

/// The last plan, and how far it is.
#[derive(Clone, Debug, Default)]
pub(super) enum Drafted {
    /// None was made.
    #[default]
    None,
    /// It is being made.
    Making,
    /// It could not be made: why.
    Failed(String),
    /// It waits for a yes.
    Made(Arc<Draft>),
    /// It is being carried out.
    CarryingOut(Arc<Draft>),
    /// It was carried out: what came of it.
    Done(String),
}

/// A plan, under the name by which it is confirmed.
#[derive(Debug)]
pub(super) struct Draft {
    /// Its name: nothing else has it.
    pub(super) hash: String,
    /// When it was made.
    pub(super) at: Timestamp,
    /// The document.
    pub(super) plan: Json,
}

/// The rules that serve, as checking them shows them.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Of which rules.
    pub(super) hash: String,
    /// Who owns what, and the tables.
    pub(super) summary: String,
    /// What was found in them.
    pub(super) findings: Vec<Json>,
}

/// What pages keep between looks.
#[derive(Debug, Default)]
pub struct Board {
    drafted: Mutex<Drafted>,
    checked: Mutex<Arc<Checked>>,
}

impl Board {
    pub(super) fn drafted(&self) -> Drafted {
        lock(&self.drafted).clone()
    }

    pub(super) fn set(&self, drafted: Drafted) {
        *lock(&self.drafted) = drafted;
    }

    /// A plan is to be made now. False where one is being made or carried out already.
    pub(super) fn begins(&self) -> bool {
        let mut drafted = lock(&self.drafted);
        let free = !matches!(*drafted, Drafted::Making | Drafted::CarryingOut(_));
        if free {
            *drafted = Drafted::Making;
        }
        free
    }

    /// The plan of this name is to be carried out now; none where it is not the one that waits.
    pub(super) fn confirmed(&self, hash: &str) -> Option<Arc<Draft>> {
        let mut drafted = lock(&self.drafted);
        let Drafted::Made(draft) = &*drafted else { return None };
        let draft = Arc::clone(draft);
        if draft.hash != hash {
            return None;
        }
        *drafted = Drafted::CarryingOut(Arc::clone(&draft));
        Some(draft)
    }

    pub(super) fn checked(&self) -> Arc<Checked> {
        Arc::clone(&lock(&self.checked))
    }

    pub(super) fn set_checked(&self, checked: Arc<Checked>) {
        *lock(&self.checked) = checked;
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
