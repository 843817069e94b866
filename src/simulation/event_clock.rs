//! Time that passes where nothing can go on: then the next one who sleeps wakes.
//!
//! Of those who wake at one instant an order of the seed says who is first.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::chance::Chance;
use super::line::lock;
use crate::world::{Clock, Random as _};

/// When every simulation begins: 2026-01-05 12:00 UTC, in seconds.
const BEGIN: i64 = 1_767_614_400;

/// Orders those who wake at one instant.
const TIES: u64 = 1 << 32;

/// A clock that goes from event to event.
pub(super) struct EventClock {
    state: Mutex<State>,
    chance: Chance,
}

struct State {
    now: Timestamp,
    sleepers: BTreeMap<Place, Waker>,
    count: u64,
}

/// When somebody wakes, a draw, and which of all sleeps it is.
type Place = (Timestamp, u64, u64);

impl EventClock {
    pub(super) fn new(seed: u64) -> Self {
        let now = Timestamp::from_second(BEGIN).unwrap_or(Timestamp::UNIX_EPOCH);
        let state = State { now, sleepers: BTreeMap::new(), count: 0 };
        Self { state: Mutex::new(state), chance: Chance::new(seed, "clock") }
    }

    /// Lets time pass until the next one wakes. False: nobody sleeps.
    pub(super) fn pass(&self) -> bool {
        let woken = {
            let mut state = lock(&self.state);
            let Some(((at, ..), waker)) = state.sleepers.pop_first() else { return false };
            state.now = state.now.max(at);
            waker
        };
        woken.wake();
        true
    }
}

#[async_trait]
impl Clock for EventClock {
    fn now(&self) -> Timestamp {
        lock(&self.state).now
    }

    async fn sleep(&self, duration: Duration) {
        let length = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        let until = self.now().saturating_add(length).unwrap_or(Timestamp::MAX);
        Sleep { clock: self, until, place: None }.await;
    }
}

/// A sleep; one that is given up wakes nobody.
struct Sleep<'a> {
    clock: &'a EventClock,
    until: Timestamp,
    place: Option<Place>,
}

impl Future for Sleep<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = lock(&self.clock.state);
        let place = match self.place {
            // Whoever is no sleeper any more was woken.
            Some(place) if !state.sleepers.contains_key(&place) => return Poll::Ready(()),
            Some(place) => place,
            None => {
                state.count = state.count.wrapping_add(1);
                (self.until, self.clock.chance.below(TIES), state.count)
            }
        };
        state.sleepers.insert(place, cx.waker().clone());
        drop(state);
        self.place = Some(place);
        Poll::Pending
    }
}

impl Drop for Sleep<'_> {
    fn drop(&mut self) {
        if let Some(place) = &self.place {
            lock(&self.clock.state).sleepers.remove(place);
        }
    }
}
