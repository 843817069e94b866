//! One piece of work at a time per pair of records.
//!
//! Both sides of a pair come to the same name, so an echo waits until the write that caused it
//! is settled. Work on one pair may ask for another; where such waits close to a ring, whoever
//! would close it is told so and never waits.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

tokio::task_local! {
    /// The chain of work that one piece of work has called for, one pair inside another.
    static CHAIN: u64;
}

/// Locks by pair name; a name nobody holds costs nothing.
#[derive(Debug, Default)]
pub struct PairLocks {
    state: Arc<Mutex<State>>,
    chains: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    locks: BTreeMap<String, Weak<AsyncMutex<()>>>,
    /// What each chain holds, outermost first: the lock, and what people call the pair.
    held: BTreeMap<u64, Vec<(String, String)>>,
    /// The lock that a chain waits for.
    waits: BTreeMap<u64, String>,
}

/// Pairs that wait for one another, each for the next and the last for the first.
#[derive(Debug)]
pub struct Ring(Vec<String>);

/// A lock that is held.
#[derive(Debug)]
pub struct PairGuard {
    state: Arc<Mutex<State>>,
    chain: u64,
    name: String,
    guard: Option<OwnedMutexGuard<()>>,
}

/// A chain that waits; it no longer does once this is dropped.
struct Waiting {
    state: Arc<Mutex<State>>,
    chain: u64,
}

impl PairLocks {
    /// Runs work as part of the chain that asks for it, or at the head of one of its own.
    pub async fn chained<F: Future>(&self, work: F) -> F::Output {
        if CHAIN.try_with(|_| ()).is_ok() {
            return work.await;
        }
        CHAIN.scope(self.next_chain(), work).await
    }

    /// Waits until nobody else works on the pair. The answer says whether it had to wait, since
    /// what was read before is then stale.
    ///
    /// # Errors
    /// [`Ring`] where whoever works on it waits for this chain.
    pub async fn lock(&self, name: &str, called: &str) -> Result<(PairGuard, bool), Ring> {
        let chain = CHAIN.try_with(|chain| *chain).unwrap_or_else(|_| self.next_chain());
        let (lock, waiting) = {
            let mut state = known(&self.state);
            let lock = state.slot(name);
            if let Ok(guard) = Arc::clone(&lock).try_lock_owned() {
                drop(lock);
                return Ok((self.hold(&mut state, chain, (name, called), guard), false));
            }
            if let Some(ring) = state.ring(chain, name) {
                return Err(ring);
            }
            state.waits.insert(chain, name.to_owned());
            (lock, Waiting { state: Arc::clone(&self.state), chain })
        };
        let guard = lock.lock_owned().await;
        drop(waiting);
        Ok((self.hold(&mut known(&self.state), chain, (name, called), guard), true))
    }

    fn hold(
        &self,
        state: &mut State,
        chain: u64,
        (name, called): (&str, &str),
        guard: OwnedMutexGuard<()>,
    ) -> PairGuard {
        state.held.entry(chain).or_default().push((name.to_owned(), called.to_owned()));
        PairGuard { state: Arc::clone(&self.state), chain, name: name.to_owned(), guard: Some(guard) }
    }

    fn next_chain(&self) -> u64 {
        self.chains.fetch_add(1, Ordering::Relaxed)
    }
}

impl State {
    fn slot(&mut self, name: &str) -> Arc<AsyncMutex<()>> {
        if let Some(lock) = self.locks.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        self.locks.retain(|_, lock| lock.strong_count() > 0);
        let lock = Arc::new(AsyncMutex::new(()));
        self.locks.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }

    /// The ring that would close if a chain waited for a lock.
    fn ring(&self, chain: u64, name: &str) -> Option<Ring> {
        let mut ring = Vec::new();
        let mut wanted = name;
        // Nobody waits twice, so no more steps than there are chains.
        for _ in 0..=self.held.len() {
            let (holder, held) = self.held.iter().find(|(_, held)| held.iter().any(|(known, _)| known == wanted))?;
            let from = held.iter().skip_while(|(known, _)| known != wanted);
            let called = from.map(|(_, called)| called.clone());
            if *holder == chain {
                return Some(Ring(called.chain(ring).collect()));
            }
            ring.extend(called);
            wanted = self.waits.get(holder)?;
        }
        None
    }
}

impl Drop for PairGuard {
    fn drop(&mut self) {
        let mut state = known(&self.state);
        if let Some(held) = state.held.get_mut(&self.chain) {
            held.retain(|(name, _)| *name != self.name);
            if held.is_empty() {
                state.held.remove(&self.chain);
            }
        }
        // Released under the state's lock, so that no one finds it held by nobody.
        drop(self.guard.take());
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        known(&self.state).waits.remove(&self.chain);
    }
}

impl fmt::Display for Ring {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => Ok(()),
            [one] => write!(out, "{one} waits for itself"),
            [first, rest @ ..] => {
                write!(out, "{first}")?;
                for one in rest {
                    write!(out, " waits for {one}, which")?;
                }
                write!(out, " waits for {first}")
            }
        }
    }
}

fn known(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
