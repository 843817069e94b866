//! Sweeps: one at the first start and after what was only observed, else by schedule in the interval that the settings
//! name.
//!
//! When the last one was and how it ended, this or one that somebody asked for, is kept in the store, so that restarts
//! neither skip nor repeat one.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::oneshot;

use super::changed_rules;
use super::look::Look;
use super::pass::{Pass, Scope, pass_telling};
use super::sweep_marks::{HELD_BACK, LastSweep, Mark, is_ended, last, note_owed};
use crate::language::plan::Plan;
use crate::runtime::limits::SWEEP_LOOK;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::value::duration;

/// The setting that names the interval, such as `24h`; empty: never.
pub const SETTING: &str = "reconcile.every";

/// How long after its beginning a sweep that broke off is made anew.
const BROKEN_OFF: Duration = Duration::from_mins(1);

/// The same where they come in intervals of many of these.
const LONG_LOOK: Duration = Duration::from_mins(1);

/// Sweeps by schedule until the runtime stops.
pub async fn schedule(runtime: Arc<Runtime>) {
    loop {
        let rest = match sweep_if_due(&runtime).await {
            Ok(()) => rest(&runtime),
            Err(trouble) => {
                tracing::warn!(%trouble, "the sweep could not be made");
                runtime.poll_interval.max(SWEEP_LOOK)
            }
        };
        let stops = tokio::select! {
            biased;
            stops = runtime.pause(rest) => stops,
            () = runtime.sweep_wake.notified() => false,
        };
        if stops {
            return;
        }
    }
}

/// How long until it is looked again; new rules wake whoever waits.
fn rest(runtime: &Runtime) -> Duration {
    let every = interval(&runtime.live.load());
    if every.is_none_or(|every| every >= LONG_LOOK.saturating_mul(10)) { LONG_LOOK } else { SWEEP_LOOK }
}

/// Notes that a sweep is to come if this store never saw one, or if what is live now was only observed, so that nobody
/// who asks takes the service to be at rest before it. Comes before the first answer to anybody. `before`: the rules
/// that served last, where they are others.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read or written.
pub async fn prepare(runtime: &Runtime, before: Option<&Plan>) -> Result<(), Trouble> {
    let live = runtime.live.load_full();
    if let Some(before) = before {
        let now = runtime.world.clock.now();
        runtime.departed.note(before, &live.plan, now);
        runtime.note_changed_rules(before, &live).await?;
        if runtime.departed.is_anything_back(before, &live.plan) {
            note_owed(runtime, now).await?;
        }
    }
    Runtime::say_mode(&live);
    runtime.note_observing(&live).await?;
    let last = LastSweep::of(runtime.store.as_ref()).await?;
    runtime.brake.end(last.is_some_and(|last| last.state == HELD_BACK));
    let first = !is_ended(runtime).await? || is_behind(runtime, &live).await?;
    runtime.first_sweep.store(first, Ordering::Release);
    runtime.recall_changed_rules().await
}

/// New rules serve. Where an account is live now that was only observed, or the rules before lacked a part that these
/// have, everything is compared.
pub(crate) async fn new_rules(runtime: &Runtime, before: &Live, live: &Live) {
    let kept = runtime.note_observing(live).await;
    let observing = live.observing();
    let left = before.observing().iter().any(|account| !observing.contains(account));
    if before.mode() != live.mode() {
        Runtime::say_mode(live);
    }
    let back = if runtime.departed.is_anything_back(&before.plan, &live.plan) {
        note_owed(runtime, runtime.world.clock.now()).await
    } else {
        Ok(())
    };
    if let Err(trouble) = runtime.note_changed_rules(&before.plan, live).await {
        tracing::warn!(%trouble, "it cannot be told what the new rules do otherwise");
    }
    match kept.and(back).and(is_behind(runtime, live).await) {
        Ok(owed) if !owed && !left => runtime.sweep_wake.notify_one(),
        found => {
            if let Err(trouble) = found {
                tracing::warn!(%trouble, "it cannot be kept what was only observed or left out; everything is \
                     compared");
            }
            runtime.sweep_owed.fetch_add(1, Ordering::AcqRel);
            runtime.sweep_wake.notify_one();
        }
    }
}

/// Whether what is live now was only observed or came with a change of the rules, and no sweep has been over it since,
/// nor was stopped by its brake.
async fn is_behind(runtime: &Runtime, live: &Live) -> Result<bool, Trouble> {
    let swept = last(runtime, Mark::Whole).await?.max(last(runtime, Mark::Braked).await?);
    Ok(last(runtime, Mark::Owed).await? > swept || runtime.observed_since(live, swept).await?)
}

/// Makes the sweep that [`prepare`] found to come; returns once everything is listed, so that looks for changes go on
/// from there.
pub async fn first(runtime: &Arc<Runtime>) {
    if !runtime.first_sweep.load(Ordering::Acquire) {
        return;
    }
    let (listed, heard) = oneshot::channel();
    let sweeping = Arc::clone(runtime);
    let first = async move {
        let told = || {
            let _ = listed.send(());
        };
        if let Err(trouble) = sweep(&sweeping, told).await {
            tracing::warn!(%trouble, "the first sweep could not be made; looks for changes go on");
        }
        sweeping.first_sweep.store(false, Ordering::Release);
    };
    drop(runtime.world.spawner.start(first));
    let mut stopping = runtime.stopping();
    tokio::select! {
        biased;
        // A sweep that failed drops the channel, and the looks for changes do what it left.
        _ = heard => {}
        _ = stopping.changed() => {}
    }
}

async fn sweep_if_due(runtime: &Arc<Runtime>) -> Result<(), Trouble> {
    let owed = runtime.sweep_owed.load(Ordering::Acquire);
    if owed > 0 {
        sweep(runtime, || {}).await?;
        // What was asked for meanwhile may have come too late for this one.
        let _ = runtime.sweep_owed.compare_exchange(owed, 0, Ordering::AcqRel, Ordering::Acquire);
        return Ok(());
    }
    changed_rules::sweep(runtime).await?;
    if runtime.sweeping() {
        return Ok(());
    }
    let every = interval(&runtime.live.load());
    // One that broke off is made anew also where none is made by schedule.
    let every = if is_ended(runtime).await? { every } else { Some(every.unwrap_or(BROKEN_OFF).min(BROKEN_OFF)) };
    let Some(every) = every else { return Ok(()) };
    let now = runtime.world.clock.now();
    let Some(last) = last(runtime, Mark::Begun).await? else { return Ok(()) };
    // One that is said to come was noted while the machine's clock was ahead.
    let young = now.duration_since(last) < SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX);
    if young && last <= now {
        return Ok(());
    }
    sweep(runtime, || {}).await
}

async fn sweep(runtime: &Arc<Runtime>, listed: impl FnOnce() + Send + 'static) -> Result<(), Trouble> {
    let whole = Pass { scope: Scope::Look(Look::Everything), confirmed: false, patience: SWEEP_LOOK };
    let report = pass_telling(runtime, &whole, listed).await?;
    match &report.braked {
        Some(braked) => {
            tracing::error!("the sweep was stopped: {braked}; look at `petiole sync --full`, and confirm with --yes");
        }
        None => tracing::info!(compared = report.compared(), healed = report.healed(), "swept"),
    }
    Ok(())
}

pub(super) fn interval(live: &Live) -> Option<Duration> {
    live.setting(SETTING).and_then(|value| duration::parse(value.as_text()?))
}
