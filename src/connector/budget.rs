//! The budget of an account that several processes share: each takes a little of it at a time, for a moment.
//!
//! Knows no store: whoever keeps the budget says how many calls are granted. What was granted counts only until its
//! time is over, measured from before it was asked for, so that no process uses it longer than the others reckon with.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::sync::Mutex as AsyncMutex;

use crate::world::Clock;

/// How long it is until somebody who was granted nothing asks again, at least.
const ASKED_AGAIN_AFTER: Duration = Duration::from_millis(50);

/// How long what is granted at once should last: a second's worth of calls.
const GRANTED_FOR_SECONDS: u32 = 1;

/// Calls that may be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Which of all grants.
    pub number: i64,
    /// How many.
    pub calls: u32,
    /// For how long.
    pub lasts: Duration,
    /// With no calls: after how long there may be some.
    pub wait: Duration,
}

/// Where the budget is kept that all processes share.
#[async_trait]
pub trait SharedBudget: Send + Sync {
    /// Takes up to so many calls, of those that the peer takes in any minute.
    ///
    /// # Errors
    /// How long to stay away: nobody can say what is left.
    async fn draw(&self, calls: u32, per_minute: u32) -> Result<Granted, Duration>;

    /// Gives back calls of a grant that were not begun.
    async fn give_back(&self, granted: Granted, unused: u32);

    /// For how long this process may still write in the name of what it works on, before another takes that over.
    ///
    /// # Errors
    /// How long to stay away: another has, or nobody can say.
    async fn lasts(&self) -> Result<Duration, Duration>;

    /// The peer asked for silence for this long: nobody is granted anything.
    async fn pause(&self, length: Duration);
}

/// What this process was granted last.
#[derive(Debug, Default)]
pub(super) struct Share(AsyncMutex<Option<Held>>);

#[derive(Clone, Copy, Debug)]
struct Held {
    granted: Granted,
    left: u32,
    until: Timestamp,
}

impl Share {
    /// Takes one call of what is granted; else says how long until there may be one.
    ///
    /// # Errors
    /// As [`SharedBudget::draw`].
    pub(super) async fn take(
        &self,
        budget: &dyn SharedBudget,
        per_minute: u32,
        clock: &dyn Clock,
    ) -> Result<Duration, Duration> {
        // Who waits here is let on by the one who asks for all.
        let mut held = self.0.lock().await;
        let asked = clock.steady();
        if let Some(Held { left, .. }) = held.as_mut().filter(|held| held.left > 0 && held.until > asked) {
            *left -= 1;
            return Ok(Duration::ZERO);
        }
        if let Some(over) = held.take().filter(|over| over.left > 0) {
            budget.give_back(over.granted, over.left).await;
        }
        let ahead = per_minute.div_ceil(60).saturating_mul(GRANTED_FOR_SECONDS).max(1);
        let granted = budget.draw(ahead, per_minute).await?;
        let until = asked.checked_add(granted.lasts).unwrap_or(asked);
        // Where the answer took longer than the grant lasts, it is worth nothing any more.
        let is_over = clock.steady() >= until;
        let used = u32::from(!is_over);
        let left = granted.calls.checked_sub(used);
        *held = left.map(|left| Held { granted, left, until });
        Ok(if left.is_none() || is_over { granted.wait.max(ASKED_AGAIN_AFTER) } else { Duration::ZERO })
    }
}
