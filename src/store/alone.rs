//! Coordination in a store that one process owns: all of it in that process' memory, since nobody else can ask.
//!
//! Nothing is committed, so it costs nothing; and it ends with the process, as all claims on such a store do. Numbers
//! go on from where the owner's begin, so that none is given twice, whoever owned the store before.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use super::coordination::{Coordination, DRAW_LASTS, Draw, Hold, Lead, Node, Rate, Role};
use super::due::later;
use super::error::StoreError;
use crate::world::Clock;

/// An engine whose store one process owns.
pub(super) trait OwnedByOne: Send + Sync {
    /// What it coordinates with.
    ///
    /// # Errors
    /// Where it may not be written to.
    fn alone(&self) -> Result<&Alone, StoreError>;

    /// As [`Coordination::serve_at`].
    fn tells_others(&self, url: &str) -> Result<(), StoreError>;
}

/// Everything that the nodes of one process have.
pub(super) struct Alone {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The last number that was given.
    number: i64,
    /// Nodes that are not fenced, with the end of their time.
    nodes: BTreeMap<Node, Timestamp>,
    holds: BTreeMap<String, Hold>,
    roles: BTreeMap<Role, Led>,
    budgets: BTreeMap<String, Budget>,
}

/// A role, who has it, since which term and until when.
struct Led {
    node: Node,
    term: i64,
    until: Timestamp,
}

#[derive(Default)]
struct Budget {
    /// By their numbers.
    drawn: BTreeMap<i64, Drawn>,
    paused_until: Timestamp,
}

/// Calls that were drawn.
struct Drawn {
    calls: u32,
    /// How long they count: until no stretch of the rate's length that has the last of them is still to go on.
    until: Timestamp,
    /// Whether it is known how many of them were used.
    is_settled: bool,
}

impl Alone {
    /// Of nobody yet. `first`: the number before the first that it gives.
    pub(super) fn new(clock: Arc<dyn Clock>, first: i64) -> Self {
        Self { clock, state: Mutex::new(State { number: first, ..State::default() }) }
    }

    /// Does one thing, whole, at one instant. No correction of the machine's clock ends anybody's time.
    fn with<T>(&self, does: impl FnOnce(&mut State, Timestamp) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        does(&mut state, self.clock.steady())
    }

    /// The last number that was given.
    pub(super) fn last_number(&self) -> i64 {
        self.with(|state, _| state.number)
    }

    /// Checks that a role is still had under this term, before something is written as its holder.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`].
    pub(super) fn check(&self, under: Option<&Lead>) -> Result<(), StoreError> {
        under.map_or(Ok(()), |lead| self.with(|state, _| if state.leads(lead) { Ok(()) } else { lost() }))
    }
}

fn lost<T>() -> Result<T, StoreError> {
    Err(StoreError::LostClaim)
}

impl State {
    fn next(&mut self) -> i64 {
        self.number = self.number.saturating_add(1);
        self.number
    }

    fn require(&self, node: Node) -> Result<(), StoreError> {
        if self.nodes.contains_key(&node) { Ok(()) } else { lost() }
    }

    /// Whether somebody else's has to be left alone. One whose time is over is fenced, and has nothing any more.
    fn is_anothers(&mut self, holder: Node, node: Node, now: Timestamp) -> bool {
        let lives = self.nodes.get(&holder).is_some_and(|until| *until > now);
        if holder != node && !lives {
            self.end(holder);
        }
        holder != node && lives
    }

    /// What a node drew stays counted: it may be using it.
    fn end(&mut self, node: Node) {
        self.nodes.remove(&node);
        self.holds.retain(|_, hold| hold.node != node);
        self.roles.retain(|_, led| led.node != node);
    }

    fn leads(&self, lead: &Lead) -> bool {
        self.roles.get(&lead.role).is_some_and(|led| led.term == lead.term)
    }

    fn lead(
        &mut self,
        node: Node,
        role: &Role,
        (now, length): (Timestamp, Duration),
    ) -> Result<Option<Lead>, StoreError> {
        self.require(node)?;
        let until = later(now, length);
        let had = self.roles.get(role).map(|led| (led.node, led.until));
        let is_kept = had.is_some_and(|(holder, until)| until > now && self.is_anothers(holder, node, now));
        if is_kept {
            return Ok(None);
        }
        let kept = self.roles.get(role).filter(|led| led.node == node).map(|led| led.term);
        let term = kept.unwrap_or_else(|| self.next());
        self.roles.insert(role.clone(), Led { node, term, until });
        Ok(Some(Lead { role: role.clone(), term }))
    }

    fn draw(&mut self, account: &str, (wanted, rate): (u32, Rate), now: Timestamp) -> Draw {
        let number = self.next();
        let budget = self.budgets.entry(account.to_owned()).or_default();
        budget.drawn.retain(|_, drawn| drawn.until > now);
        let counted = budget.drawn.values().fold(0_u32, |sum, drawn| sum.saturating_add(drawn.calls));
        let is_paused = budget.paused_until > now;
        let calls = if is_paused { 0 } else { rate.calls.saturating_sub(counted).min(wanted) };
        if calls > 0 {
            let until = later(now, DRAW_LASTS.saturating_add(rate.per));
            budget.drawn.insert(number, Drawn { calls, until, is_settled: false });
        }
        let free = budget.drawn.values().map(|drawn| drawn.until).min().filter(|_| calls == 0);
        let again = if is_paused { Some(budget.paused_until) } else { free };
        let wait = again.and_then(|again| Duration::try_from(again.duration_since(now)).ok()).unwrap_or_default();
        Draw { number, calls, lasts: DRAW_LASTS, wait }
    }
}

#[async_trait]
impl<Engine: OwnedByOne> Coordination for Engine {
    async fn serve_at(&self, url: &str) -> Result<(), StoreError> {
        self.tells_others(url)
    }

    async fn join(&self, ttl: Duration) -> Result<Node, StoreError> {
        Ok(self.alone()?.with(|state, now| {
            let node = Node(state.next());
            state.nodes.insert(node, later(now, ttl));
            node
        }))
    }

    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError> {
        self.alone()?.with(|state, now| match state.nodes.get_mut(&node) {
            Some(until) => {
                *until = later(now, ttl).max(*until);
                Ok(())
            }
            None => lost(),
        })
    }

    async fn fence(&self) -> Result<Vec<Node>, StoreError> {
        Ok(self.alone()?.with(|state, now| {
            let over: Vec<Node> =
                state.nodes.iter().filter(|(_, until)| **until <= now).map(|(node, _)| *node).collect();
            over.iter().for_each(|node| state.end(*node));
            over
        }))
    }

    async fn leave(&self, node: Node) -> Result<(), StoreError> {
        self.alone()?.with(|state, _| state.end(node));
        Ok(())
    }

    async fn hold(&self, node: Node, pair: &str) -> Result<Option<Hold>, StoreError> {
        self.alone()?.with(|state, now| {
            state.require(node)?;
            if let Some(held) = state.holds.get(pair).copied()
                && state.is_anothers(held.node, node, now)
            {
                return Ok(None);
            }
            let hold = Hold { node, token: state.next() };
            state.holds.insert(pair.to_owned(), hold);
            Ok(Some(hold))
        })
    }

    async fn holds(&self, hold: Hold) -> Result<(), StoreError> {
        let held = self.alone()?.with(|state, _| state.holds.values().any(|held| *held == hold));
        if held { Ok(()) } else { lost() }
    }

    async fn release(&self, hold: Hold) -> Result<bool, StoreError> {
        Ok(self.alone()?.with(|state, _| {
            let before = state.holds.len();
            state.holds.retain(|_, held| *held != hold);
            state.holds.len() < before
        }))
    }

    async fn lead(&self, node: Node, role: &Role, length: Duration) -> Result<Option<Lead>, StoreError> {
        self.alone()?.with(|state, now| state.lead(node, role, (now, length)))
    }

    async fn resign(&self, lead: &Lead) -> Result<bool, StoreError> {
        Ok(self.alone()?.with(|state, _| {
            let had = state.leads(lead);
            if had {
                state.roles.remove(&lead.role);
            }
            had
        }))
    }

    async fn draw(&self, node: Node, account: &str, calls: u32, rate: Rate) -> Result<Draw, StoreError> {
        self.alone()?.with(|state, now| {
            state.require(node)?;
            Ok(state.draw(account, (calls, rate), now))
        })
    }

    async fn give_back(&self, account: &str, draw: &Draw, unused: u32) -> Result<(), StoreError> {
        self.alone()?.with(|state, _| {
            let drawn = state.budgets.get_mut(account).and_then(|budget| budget.drawn.get_mut(&draw.number));
            if let Some(drawn) = drawn.filter(|drawn| !drawn.is_settled) {
                drawn.calls = drawn.calls.saturating_sub(unused);
                drawn.is_settled = true;
            }
        });
        Ok(())
    }

    async fn pause(&self, account: &str, length: Duration) -> Result<(), StoreError> {
        self.alone()?.with(|state, now| {
            let budget = state.budgets.entry(account.to_owned()).or_default();
            budget.paused_until = budget.paused_until.max(later(now, length));
        });
        Ok(())
    }
}
