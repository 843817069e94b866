//! One turn at a time for each pair: among the tasks of this process by a lock, which knows who waits for whom, and
//! among processes by a hold in the store, which lasts as long as its node lives.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::membership::Membership;
use crate::runtime::memory::pair_lock::{PairGuard, Ring};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::Hold;
use crate::world::Planted;

/// How often it is looked whether another process gave a pair back.
const LOOK: Duration = Duration::from_millis(50);

/// How many times. Processes that wait for one another do so no longer.
const LOOKS_MAX: u32 = 100;

/// The turn of whoever works on a pair.
#[derive(Debug)]
pub(crate) struct Turn {
    hold: Option<Hold>,
    membership: Arc<Membership>,
    _guard: PairGuard,
}

/// Why there is no turn.
#[derive(Debug)]
pub(crate) enum Blocked {
    /// Whoever has it waits for this work.
    Ring(Ring),
    /// Another process has it for long, or the store cannot say.
    Trouble(Trouble),
}

impl From<Blocked> for Trouble {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Ring(ring) => Self::Later { reason: ring.to_string(), after: None },
            Blocked::Trouble(trouble) => trouble,
        }
    }
}

impl Drop for Turn {
    /// Its work broke off.
    fn drop(&mut self) {
        if let Some(hold) = self.hold.take() {
            self.membership.leave_behind(hold);
        }
    }
}

impl Runtime {
    /// Waits for the turn of a pair. The answer says whether it had to be waited for, since what was read before is
    /// then stale.
    pub(crate) async fn turn(&self, name: &str, called: &str) -> Result<(Turn, bool), Blocked> {
        let apart = self.world.plants(Planted::Turns).then(|| format!("{name} {}", self.world.random.below(u64::MAX)));
        let name = apart.as_deref().unwrap_or(name);
        let (guard, mut waited) = self.locks.lock(name, called).await.map_err(Blocked::Ring)?;
        for _ in 0..LOOKS_MAX {
            let held = self.hold(name).await.map_err(|error| Blocked::Trouble(error.into()))?;
            if held.is_some() {
                let membership = Arc::clone(&self.membership);
                return Ok((Turn { hold: held, membership, _guard: guard }, waited));
            }
            waited = true;
            if self.pause(LOOK).await {
                break;
            }
        }
        let reason = format!("{called} is worked on by another process");
        Err(Blocked::Trouble(Trouble::Later { reason, after: None }))
    }

    /// Does something in a turn, and ends that.
    pub(crate) async fn within<Done>(&self, turn: Option<Turn>, work: impl Future<Output = Done>) -> Done {
        let done = work.await;
        if let Some(mut turn) = turn
            && let Some(hold) = turn.hold.take()
        {
            self.give_back_hold(hold).await;
        }
        done
    }
}
