//! One pass: look, bring together what was found, hold what is too much, report.
//!
//! The same for `sync`, for a sweep on demand and for one by schedule. Ends when nothing of it is
//! due any more. A task of its own: it goes on to its end whoever asked for it and went away.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::dispatcher;
use super::limits::{TAKEN_UP_LOOK, TAKEN_UP_MAX};
use super::poller::{Look, look};
use super::report::Report;
use super::runtime::Runtime;
use super::schedule;
use super::trouble::Trouble;
use crate::store::{Hint, HintSource, RecordRef};

/// What a pass is for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// What a look finds.
    Look(Look),
    /// One record with its counterparts.
    Only(RecordRef),
}

/// How a pass goes.
#[derive(Clone, Debug)]
pub struct Pass {
    /// What it is for.
    pub scope: Scope,
    /// Whether it may change more linked records than the brake lets through.
    pub confirmed: bool,
    /// How long put-off work is waited for before it counts as left.
    pub patience: Duration,
}

/// Makes a pass and tells what came of it.
///
/// # Errors
/// [`Trouble`] where a peer could not be looked at or the store failed.
pub async fn pass(runtime: &Arc<Runtime>, pass: &Pass) -> Result<Report, Trouble> {
    pass_telling(runtime, pass, || {}).await
}

/// Makes a pass, and tells when everything is listed and what it leads to is about to be worked on.
///
/// # Errors
/// As [`pass`].
pub async fn pass_telling(
    runtime: &Arc<Runtime>,
    pass: &Pass,
    listed: impl FnOnce() + Send + 'static,
) -> Result<Report, Trouble> {
    let (runtime, pass) = (Arc::clone(runtime), pass.clone());
    // What was claimed from the store is worked on to its end, also where whoever asked hangs up meanwhile.
    let going = tokio::spawn(async move { take_turn(&runtime, &pass, listed).await });
    going
        .await
        .unwrap_or_else(|error| Err(Trouble::Later { reason: format!("the pass broke off: {error}"), after: None }))
}

/// The sweep under way; over when this goes, however that comes.
struct Sweeping<'a>(&'a Runtime);

impl Drop for Sweeping<'_> {
    fn drop(&mut self) {
        self.0.swept.clear();
        self.0.brake.end();
    }
}

async fn take_turn(runtime: &Arc<Runtime>, pass: &Pass, listed: impl FnOnce() + Send) -> Result<Report, Trouble> {
    let sweep = !matches!(pass.scope, Scope::Look(Look::Changes));
    let confirmed = pass.confirmed || matches!(pass.scope, Scope::Only(_));
    // Sweeps take turns: what the one has brought into step is nothing for the next.
    let _turn = if sweep { Some(runtime.sweep_turn.lock().await) } else { None };
    let now = runtime.world.clock.now();
    if matches!(pass.scope, Scope::Look(Look::Everything)) {
        schedule::note(runtime, now).await?;
    }
    let _sweeping = sweep.then(|| Sweeping(runtime));
    if sweep {
        runtime.brake.begin(now, confirmed);
    }
    within(runtime, pass, listed).await
}

async fn within(runtime: &Arc<Runtime>, pass: &Pass, listed: impl FnOnce() + Send) -> Result<Report, Trouble> {
    let mut happenings = runtime.listen();
    let (over, mut ended) = tokio::sync::oneshot::channel::<()>();
    let noting = tokio::spawn(async move {
        let mut report = Report::default();
        loop {
            tokio::select! {
                biased;
                happening = happenings.recv() => match happening {
                    Ok(happening) => report.note(&happening),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return report,
                },
                _ = &mut ended => return report,
            }
        }
    });
    let went = go(runtime, pass, listed).await;
    let _ = over.send(());
    let mut report = noting.await.unwrap_or_default();
    match went? {
        Ok(()) => {}
        Err(braked) => report.braked = Some(braked),
    }
    let parks = runtime.store.parks().await?;
    report.left(parks, if let Scope::Only(record) = &pass.scope { Some(record) } else { None });
    Ok(report)
}

type Went = Result<(), super::brake::Braked>;

async fn go(runtime: &Arc<Runtime>, pass: &Pass, listed: impl FnOnce() + Send) -> Result<Went, Trouble> {
    let looked = match &pass.scope {
        Scope::Look(how) => look(runtime, *how).await,
        Scope::Only(record) => hint(runtime, std::iter::once(record.clone())).await,
    };
    listed();
    settle(runtime, pass.patience).await?;
    looked?;
    let links = runtime.store.counts().await?.links;
    let held = match runtime.brake.release(links) {
        Ok(held) => held,
        Err(braked) => return Ok(Err(braked)),
    };
    if !held.is_empty() {
        hint(runtime, held.into_iter()).await?;
        settle(runtime, pass.patience).await?;
    }
    Ok(Ok(()))
}

async fn hint(runtime: &Runtime, records: impl Iterator<Item = RecordRef>) -> Result<(), Trouble> {
    let at = runtime.world.clock.now();
    let hint = |target| Hint { at, source: HintSource::Sweep, target, version: None, first: true };
    runtime.accept(records.map(hint).collect()).await.map(|_| ())
}

/// Works until nothing is due, what a service beside this has taken up included.
async fn settle(runtime: &Arc<Runtime>, patience: Duration) -> Result<(), Trouble> {
    let start = runtime.world.clock.now();
    loop {
        dispatcher::settle(runtime, patience).await;
        let waited = runtime.world.clock.now().duration_since(start);
        let tired = Duration::try_from(waited).unwrap_or_default() > TAKEN_UP_MAX + patience;
        if runtime.store.counts().await?.in_flight == 0 || tired || runtime.pause(TAKEN_UP_LOOK).await {
            return Ok(());
        }
    }
}
