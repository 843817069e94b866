//! Sweeps: one at the first start, then by schedule in the interval that the settings name.
//!
//! When the last one was, this or one that somebody asked for, is kept in the store, so that restarts neither skip nor
//! repeat one.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::oneshot;

use super::live::Live;
use super::pass::{Pass, Scope, pass_telling};
use super::poller::Look;
use super::runtime::Runtime;
use super::trouble::Trouble;
use crate::store::Cursor;
use crate::value::duration;

/// The setting that names the interval, such as `24h`; empty: never.
pub const SETTING: &str = "reconcile.every";

/// Under which name the store keeps when the last sweep was. No account is called so.
const KEPT: (&str, &str) = ("*", "sweep");

/// How often the settings are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// Sweeps by schedule until the runtime stops.
pub async fn schedule(runtime: Arc<Runtime>) {
    loop {
        if let Err(trouble) = sweep_if_due(&runtime).await {
            tracing::warn!(%trouble, "the sweep could not be made");
        }
        if runtime.pause(LOOK).await {
            return;
        }
    }
}

/// Notes that a sweep is to come if this store never saw one, so that nobody who asks takes the service to be at rest
/// before it. Comes before the first answer to anybody.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read.
pub async fn prepare(runtime: &Runtime) -> Result<(), Trouble> {
    let first = runtime.store.cursor(KEPT.0, KEPT.1).await?.is_none();
    runtime.first_sweep.store(first, Ordering::Release);
    Ok(())
}

/// Makes the sweep that [`prepare`] found to come; returns once everything is listed, so that looks for changes go on
/// from there.
pub async fn first(runtime: &Arc<Runtime>) {
    if !runtime.first_sweep.load(Ordering::Acquire) {
        return;
    }
    let (listed, heard) = oneshot::channel();
    let sweeping = Arc::clone(runtime);
    tokio::spawn(async move {
        let told = || {
            let _ = listed.send(());
        };
        if let Err(trouble) = sweep(&sweeping, told).await {
            tracing::warn!(%trouble, "the first sweep could not be made; looks for changes go on");
        }
        sweeping.first_sweep.store(false, Ordering::Release);
    });
    let mut stopping = runtime.stopping();
    tokio::select! {
        // A sweep that failed drops the channel, and the looks for changes do what it left.
        _ = heard => {}
        _ = stopping.changed() => {}
    }
}

async fn sweep_if_due(runtime: &Arc<Runtime>) -> Result<(), Trouble> {
    let Some(every) = interval(&runtime.live.load()) else { return Ok(()) };
    let now = runtime.world.clock.now();
    let Some(last) = runtime.store.cursor(KEPT.0, KEPT.1).await? else { return Ok(()) };
    if now.duration_since(last.at) < SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX) {
        return Ok(());
    }
    sweep(runtime, || {}).await
}

async fn sweep(runtime: &Arc<Runtime>, listed: impl FnOnce() + Send + 'static) -> Result<(), Trouble> {
    let whole = Pass { scope: Scope::Look(Look::Everything), confirmed: false, patience: LOOK };
    let report = pass_telling(runtime, &whole, listed).await?;
    match &report.braked {
        Some(braked) => tracing::error!(
            would_change = braked.held.len(),
            linked = braked.linked,
            "the sweep would change too much and was stopped; look at `petiole sync --full`, and confirm with --yes"
        ),
        None => tracing::info!(compared = report.compared(), healed = report.healed(), "swept"),
    }
    Ok(())
}

fn interval(live: &Live) -> Option<Duration> {
    live.setting(SETTING).and_then(|value| duration::parse(value.as_text()?))
}

/// Keeps that a sweep began, whoever asked for it.
pub(super) async fn note(runtime: &Runtime, at: Timestamp) -> Result<(), Trouble> {
    let cursor = Cursor { account: KEPT.0.to_owned(), record: KEPT.1.to_owned(), at };
    runtime.store.accept(Vec::new(), Some(cursor)).await?;
    Ok(())
}
