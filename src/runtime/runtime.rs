//! The runtime: what all its parts share, and how it starts and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use tokio::sync::{Mutex as AsyncMutex, Notify, OnceCell, broadcast, watch};

use super::coordination::membership::Membership;
use super::happening::{Happening, told_values};
use super::live::Live;
use super::memory::absent::Absent;
use super::memory::alarm::Alarms;
use super::memory::brake::Brake;
use super::memory::broken_off::BrokenOff;
use super::memory::clock_step::ClockStep;
use super::memory::departed::Departed;
use super::memory::evidence::Evidences;
use super::memory::halts::KnownHalts;
use super::memory::meter::Meter;
use super::memory::pacing::Pacing;
use super::memory::pair_lock::PairLocks;
use super::memory::signals::Signals;
use super::memory::tally::{Decided, Tally};
use super::memory::tap::Tap;
use super::memory::traces::Traces;
use super::planned::permit::Permit;
use super::rule_change::RuleChange;
use super::rule_state::RuleState;
use super::trouble::Trouble;
use crate::connector::{BreakerState, Connector};
use crate::store::{Hint, Store};
use crate::value::Value;
use crate::world::World;

/// How many happenings a listener may lag behind where nothing else is said: room for each is taken at the start.
const HAPPENINGS_KEPT: usize = 8_192;

/// How often a runtime looks, and how much it remembers for listeners.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// How often changes are looked for.
    pub poll_interval: Duration,
    /// How many happenings a slow listener may lag behind before it misses some.
    pub happenings_kept: usize,
}

impl From<Duration> for Pace {
    fn from(poll_interval: Duration) -> Self {
        Self { poll_interval, happenings_kept: HAPPENINGS_KEPT }
    }
}

/// What all parts of the runtime share.
pub struct Runtime {
    /// What survives.
    pub store: Arc<dyn Store>,
    /// The outside.
    pub world: World,
    /// The generation in service.
    pub live: ArcSwap<Live>,
    /// Where rules come from and how the last reload went.
    pub rules: RuleState,
    /// How often changes are looked for.
    pub poll_interval: Duration,
    /// Holds what a sweep would change until it is known how much that is.
    pub brake: Brake,
    pub(crate) broken_off: BrokenOff,
    pub(crate) clock_step: ClockStep,
    /// Whether the sweep of a first start, or of one after it was only observed, is still to come or under way.
    pub(crate) first_sweep: AtomicBool,
    /// How often changes of the rules asked for a sweep that is still to come or under way.
    pub(crate) sweep_owed: AtomicU64,
    /// The same of sweeps of just what they do otherwise.
    pub(crate) changes_owed: AtomicU64,
    /// What the last new rules do otherwise.
    pub rule_change: ArcSwapOption<RuleChange>,
    /// Wakes the schedule, because a sweep is owed.
    pub(crate) sweep_wake: Notify,
    /// Whether others give work to this process than the pass under way.
    pub(crate) serving: AtomicBool,
    pub(crate) tally: Tally,
    /// What the pass under way may write, where that was said.
    pub(crate) permit: ArcSwapOption<Permit>,
    /// How many decisions there were.
    pub decided: Decided,
    /// Held by the sweep that is under way.
    pub(crate) sweep_turn: AsyncMutex<()>,
    /// Creates whose answers never came.
    pub(crate) traces: Traces,
    pub(crate) absent: Absent,
    /// What is wrong with accounts as a whole.
    pub alarms: Alarms,
    /// What is overdue, silent, slow or short.
    pub signals: Signals,
    /// What is counted since the process began.
    pub meter: Meter,
    /// What happens, for whoever listens from outside.
    pub tap: Tap,
    /// Whether what answers showed of fields was taken over from the store.
    pub(crate) recalled: OnceCell<()>,
    /// What the rules in service lost.
    pub departed: Departed,
    pub(crate) locks: PairLocks,
    pub(crate) membership: Arc<Membership>,
    pub(crate) pacing: Pacing,
    /// What a person has wait.
    pub halts: KnownHalts,
    pub(crate) evidences: Arc<Evidences>,
    pub(crate) wake: Notify,
    /// Why no work can be claimed, if so.
    pub store_trouble: ArcSwapOption<String>,
    /// For how long a pass that has nothing else to do waits for what is put off.
    pub waits: ArcSwapOption<Duration>,
    happenings: broadcast::Sender<Happening>,
    stop: watch::Sender<bool>,
}

impl Runtime {
    /// A runtime that serves this generation.
    pub fn new(store: Arc<dyn Store>, world: World, live: Live, rules: RuleState, pace: impl Into<Pace>) -> Arc<Self> {
        let pace = pace.into();
        let runtime = Arc::new(Self {
            store,
            world,
            live: ArcSwap::from_pointee(live),
            rules,
            poll_interval: pace.poll_interval,
            brake: Brake::default(),
            broken_off: BrokenOff::default(),
            clock_step: ClockStep::default(),
            first_sweep: AtomicBool::default(),
            sweep_owed: AtomicU64::default(),
            changes_owed: AtomicU64::default(),
            rule_change: ArcSwapOption::empty(),
            sweep_wake: Notify::new(),
            serving: AtomicBool::default(),
            tally: Tally::default(),
            permit: ArcSwapOption::empty(),
            decided: Decided::default(),
            sweep_turn: AsyncMutex::default(),
            traces: Traces::default(),
            absent: Absent::default(),
            alarms: Alarms::default(),
            signals: Signals::default(),
            meter: Meter::default(),
            tap: Tap::default(),
            recalled: OnceCell::new(),
            departed: Departed::default(),
            locks: PairLocks::default(),
            membership: Arc::default(),
            pacing: Pacing::default(),
            halts: KnownHalts::default(),
            evidences: Arc::default(),
            wake: Notify::new(),
            store_trouble: ArcSwapOption::empty(),
            waits: ArcSwapOption::empty(),
            happenings: broadcast::channel(pace.happenings_kept).0,
            stop: watch::channel(false).0,
        });
        runtime.watch_calls(&runtime.live.load());
        runtime.share_budgets(&runtime.live.load());
        runtime.keep_tokens(&runtime.live.load());
        runtime
    }

    /// Takes hints in; durable when it returns.
    ///
    /// # Errors
    /// [`Trouble::Store`] where they could not be written.
    pub async fn accept(&self, hints: Vec<Hint>) -> Result<usize, Trouble> {
        let new = self.store.accept(hints, None).await?;
        self.wake.notify_one();
        Ok(new)
    }

    /// Whether a sweep is under way, one that is owed included from then on.
    pub fn sweeping(&self) -> bool {
        let owed = [&self.sweep_owed, &self.changes_owed].iter().any(|owed| owed.load(Ordering::Acquire) > 0);
        owed || self.first_sweep.load(Ordering::Acquire) || self.brake.sweeping()
    }

    /// Whether a sweep is to come whose brake does not count yet.
    pub(crate) fn awaits_sweep(&self) -> bool {
        self.first_sweep.load(Ordering::Acquire) && !self.brake.sweeping()
    }

    /// Wakes the dispatcher, because work became due.
    pub fn nudge(&self) {
        self.wake.notify_one();
    }

    /// What happens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Happening> {
        self.happenings.subscribe()
    }

    /// Tells listeners; nobody listening is fine.
    pub fn tell(&self, happening: Happening) {
        let live = self.live.load();
        match &happening {
            // What is only rehearsed is told to whoever asked, and nobody else.
            _ if live.rehearses => tracing::debug!(?happening, "rehearsed"),
            // An account that holds back all calls says so itself, once.
            Happening::PutOff { target, reason } if self.is_held_back() => {
                tracing::debug!(record = %target, reason, "put off");
            }
            Happening::PutOff { target, reason } => {
                // One cause may put off every record there is: it is told once a minute.
                let minute = Value::Integer(self.world.clock.now().as_second() / 60);
                if live.memory.observed.first_time(&format!("put off: {reason}"), &minute) {
                    tracing::warn!(record = %target, reason, "put off");
                } else {
                    tracing::debug!(record = %target, reason, "put off");
                }
            }
            // One line for each write outward, and none for what is left at that: a report names it.
            Happening::Written(change) => tracing::info!("wrote {}", change.told()),
            Happening::LeftAlone { target, group, because, line, .. } => {
                tracing::debug!(record = %target, group, rule = line, because, "left alone");
            }
            Happening::Waits { target, line, .. } => tracing::debug!(record = %target, rule = line, "held by a rule"),
            Happening::Held { target, reach } => tracing::debug!(record = %target, %reach, "held by a person"),
            Happening::Kept { target, group, text, line, .. } => {
                tracing::info!(record = %target, group, rule = line, text, "kept otherwise");
            }
            Happening::Disagrees { target, name, values, line, .. } => {
                let values = told_values(values);
                tracing::warn!(record = %target, rule = line, values, "{name} do not agree");
            }
            Happening::Observed(change) if live.memory.observed.first_time(&change.place(), &change.fields) => {
                tracing::info!(mode = "observe", "would write {}", change.told());
            }
            _ => {}
        }
        self.tally.note(&happening);
        self.tap.note(&happening, self.world.clock.now());
        let _ = self.happenings.send(happening);
    }

    /// The generation in service, where it is another than the one that work began with: what petiole itself wrote is
    /// so for both.
    pub(crate) fn newer(&self, live: &Live) -> Option<Arc<Live>> {
        Some(self.live.load_full()).filter(|newest| !std::ptr::eq(newest.as_ref(), live))
    }

    /// Whether an account's calls are held back as a whole.
    fn is_held_back(&self) -> bool {
        let held = |peer: &Arc<Connector>| peer.breaker() != BreakerState::Closed || peer.paused_until().is_some();
        self.live.load().peers.values().any(held)
    }

    /// Asks every part to end; work in flight is finished first.
    pub fn stop(&self) {
        let _ = self.stop.send(true);
        self.wake.notify_one();
    }

    /// Whether the runtime is to end.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Turns true when the runtime is to end.
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Sleeps on the runtime's clock, or less if it stops. True: it stops.
    pub async fn pause(&self, length: Duration) -> bool {
        let mut stopping = self.stopping();
        if *stopping.borrow() {
            return true;
        }
        tokio::select! {
            biased;
            _ = stopping.changed() => true,
            () = self.world.clock.sleep(length) => false,
        }
    }
}
