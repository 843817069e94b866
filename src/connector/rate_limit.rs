//! What a peer allows an account: calls a minute and calls at once.
//!
//! Spreads calls evenly with a small burst, and stands still for as long as the peer's own
//! headers ask. New limits count at once, also for calls that wait already. Its instants are steady ones, so that a
//! clock that is set back holds up nothing; knows nothing of why a call is made.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rust_decimal::prelude::ToPrimitive as _;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::budget::{Share, SharedBudget};
use crate::language::plan::{Allowance, Limits, ResetForm};
use crate::value::decimal;
use crate::world::{Clock, Response};

/// The longest a call waits for its turn; beyond it the caller is told when to come back.
pub const WAIT_LONGEST: Duration = Duration::from_secs(30);
/// How long after a call that had to wait the budget counts as short without another one.
const SHORT_ENDS: Duration = Duration::from_mins(1);
/// The longest pause a peer's header can ask for.
pub const PAUSE_LONGEST: Duration = Duration::from_hours(1);
/// How long a peer is left alone that says that all calls are made, and not when there are more.
pub const SPENT_PAUSE: Duration = Duration::from_secs(1);
/// A reset of more seconds than this is an instant, counted from 1970, not a wait.
const RESET_IS_INSTANT_SECONDS: i64 = 1_000_000_000;

/// The budget of an account.
pub struct RateLimit {
    turns: Mutex<Turns>,
    changed: Notify,
    /// What other processes have a part of, too.
    shared: OnceLock<Arc<dyn SharedBudget>>,
    share: Share,
}

#[derive(Debug)]
struct Turns {
    limits: Limits,
    at_once: Arc<Semaphore>,
    /// When the calls made so far are paid for, at the even rate.
    paid_until: Timestamp,
    /// Until when the peer asked for silence.
    paused_until: Timestamp,
    /// Since when every call has had to wait, and when the last one did.
    short: Option<(Timestamp, Timestamp)>,
}

impl RateLimit {
    /// A budget, unused.
    pub fn new(limits: Limits) -> Self {
        let (paid_until, paused_until) = (Timestamp::MIN, Timestamp::MIN);
        let turns = Turns { limits, at_once: at_once(limits), paid_until, paused_until, short: None };
        Self { turns: Mutex::new(turns), changed: Notify::new(), shared: OnceLock::new(), share: Share::default() }
    }

    /// Takes its calls from a budget that others share, from now on and for good.
    pub fn share(&self, budget: Arc<dyn SharedBudget>) {
        // The same account of the same process has the same one.
        let _ = self.shared.set(budget);
    }

    /// Goes on under other limits. What was paid at the old rate is forgotten, a pause is not;
    /// calls under way do not count against the new number at once.
    pub fn change(&self, limits: Limits) {
        let mut turns = self.lock();
        let old = turns.limits;
        if (old.per_minute, old.burst, old.at_once) != (limits.per_minute, limits.burst, limits.at_once) {
            (turns.at_once, turns.paid_until) = (at_once(limits), Timestamp::MIN);
            self.changed.notify_waiters();
        }
        turns.limits = limits;
    }

    /// Until when the account stands still, if it does.
    pub fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.lock().paused_until;
        (until > now).then_some(until)
    }

    /// How many calls could begin now.
    pub fn left(&self, now: Timestamp) -> u32 {
        let turns = self.lock();
        if turns.paused_until > now {
            return 0;
        }
        let every = every(turns.limits);
        let allowed = every.saturating_mul(turns.limits.burst.max(1));
        let ahead =
            if turns.paid_until > now { turns.paid_until.duration_since(now).unsigned_abs() } else { Duration::ZERO };
        let left = allowed.saturating_sub(ahead).as_nanos() / every.as_nanos().max(1);
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// For how long every call has had to wait for its turn; none where the last one did not, or was long ago.
    pub fn short_for(&self, now: Timestamp) -> Option<Duration> {
        let (since, last) = self.lock().short?;
        let is_over = now.duration_since(last).unsigned_abs() > SHORT_ENDS;
        (!is_over).then(|| now.duration_since(since).unsigned_abs())
    }

    fn note_wait(&self, waits: bool, now: Timestamp) {
        let mut turns = self.lock();
        let since = turns.short.filter(|(_, last)| now.duration_since(*last).unsigned_abs() <= SHORT_ENDS);
        turns.short = waits.then(|| (since.map_or(now, |(since, _)| since), now));
    }

    /// Waits for a turn. The permit counts as one call under way until it is dropped.
    ///
    /// # Errors
    /// How long to stay away, where the turn is further off than [`WAIT_LONGEST`].
    pub async fn turn(&self, clock: &dyn Clock) -> Result<OwnedSemaphorePermit, Duration> {
        let at_once = Arc::clone(&self.lock().at_once);
        let permit = at_once.acquire_owned().await.map_err(|_| WAIT_LONGEST)?;
        let mut is_first = true;
        loop {
            // Made before the look, so that no change between look and sleep is missed.
            let changed = self.changed.notified();
            let wait = self.take(clock.steady());
            if std::mem::take(&mut is_first) {
                self.note_wait(!wait.is_zero(), clock.steady());
            }
            if wait.is_zero() {
                self.share_of_it(clock).await?;
                return Ok(permit);
            }
            if wait > WAIT_LONGEST {
                return Err(wait);
            }
            tokio::select! {
                biased;
                () = changed => {}
                () = clock.sleep(wait) => {}
            }
        }
    }

    /// For how long a call that writes may last, where others would take over what it is made for.
    ///
    /// # Errors
    /// How long to stay away: it is not to be made.
    pub async fn lasts(&self) -> Result<Duration, Duration> {
        match self.shared.get() {
            Some(budget) => budget.lasts().await,
            None => Ok(Duration::MAX),
        }
    }

    /// Waits for a call of the budget that others share, if any do.
    async fn share_of_it(&self, clock: &dyn Clock) -> Result<(), Duration> {
        let Some(budget) = self.shared.get() else { return Ok(()) };
        loop {
            let per_minute = self.lock().limits.per_minute.max(1);
            let wait = self.share.take(budget.as_ref(), per_minute, clock).await?;
            if wait.is_zero() {
                return Ok(());
            }
            if wait > WAIT_LONGEST {
                return Err(wait);
            }
            clock.sleep(wait).await;
        }
    }

    /// Takes a turn if there is one now, else says how long until there may be.
    fn take(&self, now: Timestamp) -> Duration {
        let mut turns = self.lock();
        let every = every(turns.limits);
        if turns.paused_until > now {
            return turns.paused_until.duration_since(now).unsigned_abs();
        }
        let paid_until = later(turns.paid_until.max(now), every);
        let ahead = paid_until.duration_since(now).unsigned_abs();
        let allowed = every.saturating_mul(turns.limits.burst.max(1));
        if ahead > allowed {
            return ahead.saturating_sub(allowed);
        }
        turns.paid_until = paid_until;
        Duration::ZERO
    }

    /// Reads what the peer says about its budget, and stands still where it asks for it, as do all who share it. `now`
    /// is what the clock shows, `steady` what waits are measured by.
    pub async fn heed(&self, response: &Response, allowance: &Allowance, (now, steady): (Timestamp, Timestamp)) {
        self.lock().level(calls_made(response, allowance), steady);
        let reset = is_spent(response, allowance).then(|| match response.header(&allowance.reset) {
            Some(text) => reset_wait(text, allowance.form, now),
            // A bucket that leaks has room again soon; one that is said to be left is not asked for a time.
            None => allowance.used.as_ref().map(|_| SPENT_PAUSE),
        });
        let reset = reset.flatten();
        let Some(wait) = retry_after(response, now).max(reset) else { return };
        {
            let mut turns = self.lock();
            turns.paused_until = turns.paused_until.max(later(steady, wait));
        }
        if let Some(budget) = self.shared.get() {
            budget.pause(wait).await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    /// Takes in how many of how many calls the peer counts as made: what it counts from before, and from others who
    /// share the account, nobody here has paid for.
    fn level(&mut self, made: Option<(u64, u64)>, steady: Timestamp) {
        let Some((made, of)) = made.filter(|(_, of)| *of > 0) else { return };
        let left = u32::try_from(of.saturating_sub(made)).unwrap_or(u32::MAX);
        let burst = self.limits.burst.max(1);
        let paid = every(self.limits).saturating_mul(burst.saturating_sub(left));
        self.paid_until = self.paid_until.max(later(steady, paid));
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("RateLimit").field("turns", &self.turns).finish_non_exhaustive()
    }
}

/// How far apart calls stand at the even rate.
fn every(limits: Limits) -> Duration {
    Duration::from_mins(1) / limits.per_minute.max(1)
}

fn at_once(limits: Limits) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(usize::try_from(limits.at_once.max(1)).unwrap_or(1)))
}

/// What `Retry-After` asks for, in seconds, which some systems write with a fraction, or as an HTTP date; at most
/// [`PAUSE_LONGEST`]. No wait at all, or an instant that is past, asks for nothing.
pub fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.header("Retry-After")?.trim();
    let wait = match decimal::parse(text).and_then(|seconds| seconds.ceil().to_u64()) {
        Some(seconds) => Duration::from_secs(seconds),
        None => wait_until(jiff::fmt::rfc2822::parse(text).ok()?.timestamp(), now),
    };
    Some(wait.min(PAUSE_LONGEST)).filter(|wait| !wait.is_zero())
}

/// Whether a peer says that no call is left.
fn is_spent(response: &Response, allowance: &Allowance) -> bool {
    match &allowance.used {
        Some(_) => calls_made(response, allowance).is_some_and(|(made, of)| made >= of),
        None => numbers(response, &allowance.remaining).is_some_and(|(left, _)| left == 0),
    }
}

/// How many of how many calls a peer counts as made, where it says that.
fn calls_made(response: &Response, allowance: &Allowance) -> Option<(u64, u64)> {
    let (made, of) = numbers(response, allowance.used.as_ref()?)?;
    Some((made, of?))
}

/// A header as `8` or `8/40`.
fn numbers(response: &Response, name: &str) -> Option<(u64, Option<u64>)> {
    let text = response.header(name)?.trim();
    let (first, second) = text.split_once('/').unwrap_or((text, ""));
    Some((first.trim().parse().ok()?, second.trim().parse().ok()))
}

fn reset_wait(text: &str, form: ResetForm, now: Timestamp) -> Option<Duration> {
    let number = text.trim().parse::<i64>().ok()?;
    let is_instant = match form {
        ResetForm::Either => number > RESET_IS_INSTANT_SECONDS,
        ResetForm::Epoch => true,
        ResetForm::Seconds | ResetForm::Milliseconds => false,
    };
    let wait = if is_instant {
        wait_until(Timestamp::from_second(number).ok()?, now)
    } else if form == ResetForm::Milliseconds {
        Duration::from_millis(u64::try_from(number).ok()?)
    } else {
        Duration::from_secs(u64::try_from(number).ok()?)
    };
    Some(wait.min(PAUSE_LONGEST))
}

fn wait_until(then: Timestamp, now: Timestamp) -> Duration {
    if then > now { then.duration_since(now).unsigned_abs() } else { Duration::ZERO }
}

fn later(from: Timestamp, wait: Duration) -> Timestamp {
    from.checked_add(wait).unwrap_or(Timestamp::MAX)
}
