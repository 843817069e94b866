//! What is under way: the tasks, the work that each does, and the claims under which it does it.
//!
//! Holds on to claims before their leases end. A task whose claim is lost ends where it stands: whoever has the work
//! now finds by its open intents what it may have done.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::runtime::coordination::lease::as_node;
use crate::runtime::limits::{CLAIM_LEASE, CLAIM_RENEWED};
use crate::runtime::runtime::Runtime;
use crate::store::{Node, StoreError, Work};
use crate::world::spawner::{Ended, TaskId, Tasks};

/// What is under way.
#[derive(Default)]
pub(super) struct Running {
    pub(super) tasks: Tasks<()>,
    held: BTreeMap<TaskId, Held>,
}

/// Work that a task does.
struct Held {
    work: Work,
    /// When its claim was made or renewed last.
    since: Instants,
}

/// An instant by both clocks: one that was set, and one that stood still while the machine slept, each tell less.
#[derive(Clone, Copy)]
struct Instants {
    shown: Timestamp,
    steady: Timestamp,
}

impl Instants {
    fn now(runtime: &Runtime) -> Self {
        Self { shown: runtime.world.clock.now(), steady: runtime.world.clock.steady() }
    }

    /// The time since then, the longer by either clock.
    fn since(self, then: Self) -> Duration {
        let longer = self.shown.duration_since(then.shown).max(self.steady.duration_since(then.steady));
        Duration::try_from(longer).unwrap_or_default()
    }
}

impl Running {
    pub(super) fn start(&mut self, runtime: &Arc<Runtime>, (work, node): (Work, Option<Node>)) {
        let since = Instants::now(runtime);
        let (doing, own) = (Arc::clone(runtime), work.clone());
        let job = async move { as_node(node, doing.work(own)).await };
        let task = self.tasks.start(runtime.world.spawner.as_ref(), job);
        self.held.insert(task, Held { work, since });
    }

    /// A task ended. Where it did before its work was done, that is given back.
    pub(super) async fn ended(&mut self, runtime: &Runtime, (task, how): Ended<()>) {
        let Some(Held { work, .. }) = self.held.remove(&task) else { return };
        match how {
            Ok(()) => runtime.broken_off.ended(&work.target),
            Err(broke_off) => runtime.broke_off(&work, broke_off).await,
        }
    }

    /// Ends what is under way where it stands, and gives its work back, due now: that it was not done is no fault of
    /// its own.
    pub(super) async fn give_back(&mut self, runtime: &Runtime) {
        self.tasks.shutdown().await;
        for Held { work, .. } in std::mem::take(&mut self.held).into_values() {
            tracing::info!(record = %work.target, "not done in time; the next start goes on with it");
            match runtime.store.postpone(&work, Duration::ZERO).await {
                Ok(()) | Err(StoreError::LostClaim) => {}
                // What is in flight when the process ends is pending at the next start.
                Err(error) => tracing::debug!(%error, record = %work.target, "not given back"),
            }
        }
    }

    /// Renews the claims that a third of their lease has passed of.
    pub(super) async fn hold_on(&mut self, runtime: &Runtime) {
        let now = Instants::now(runtime);
        for (task, held) in self.held.iter_mut().filter(|(_, held)| now.since(held.since) >= CLAIM_RENEWED) {
            match runtime.store.renew(held.work.claim, CLAIM_LEASE).await {
                Ok(()) => held.since = now,
                // Work that has just ended has no claim any more, either, and a task that ended cannot be stopped.
                Err(StoreError::LostClaim) => self.tasks.abort(*task),
                // Tried again at the next look.
                Err(error) => tracing::debug!(%error, record = %held.work.target, "a claim was not renewed"),
            }
        }
    }
}
