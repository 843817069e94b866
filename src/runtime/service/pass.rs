//! One pass: look, bring together what was found, hold what is too much, report.
//!
//! The same for `sync`, for a sweep on demand and for one by schedule. Ends when nothing of it is
//! due any more. A task of its own: it goes on to its end whoever asked for it and went away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::Timestamp;

use super::among::Among;
use super::dispatcher;
use super::halts;
use super::ledger;
use super::look::{Look, Missed};
use super::look_around::{look, look_among};
use super::sweep_marks::{self, is_owed};
use crate::language::plan::{Interest, RecordType};
use crate::runtime::limits::{TAKEN_UP_LOOK, TAKEN_UP_MAX};
use crate::runtime::memory::brake::Braked;
use crate::runtime::planned::permit::Permit;
use crate::runtime::report::{Report, Seen};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Hint, HintSource, Lead, Ledger, RecordRef, Role};

/// What a pass is for.
#[derive(Clone, Debug)]
pub enum Scope {
    /// What a look finds.
    Look(Look),
    /// Everything that some pipelines join.
    Pipelines(BTreeSet<String>),
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
    pass_under(runtime, pass, None).await
}

/// The same, which writes nothing but what is permitted, where that is said.
///
/// # Errors
/// As [`pass`].
pub async fn pass_under(runtime: &Arc<Runtime>, pass: &Pass, permit: Option<Arc<Permit>>) -> Result<Report, Trouble> {
    going(runtime, (pass, permit, false), || {}).await
}

/// The same, which goes on with what can be looked at, and tells what cannot.
///
/// # Errors
/// [`Trouble`] where the store failed.
pub async fn pass_as_far(runtime: &Arc<Runtime>, pass: &Pass) -> Result<Report, Trouble> {
    going(runtime, (pass, None, true), || {}).await
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
    going(runtime, (pass, None, false), listed).await
}

async fn going(
    runtime: &Arc<Runtime>,
    (pass, permit, goes_on): (&Pass, Option<Arc<Permit>>, bool),
    listed: impl FnOnce() + Send + 'static,
) -> Result<Report, Trouble> {
    let (runtime, pass) = (Arc::clone(runtime), pass.clone());
    // What was claimed from the store is worked on to its end, also where whoever asked hangs up meanwhile.
    let spawner = Arc::clone(&runtime.world.spawner);
    let going = spawner.start(async move { take_turn(&runtime, (&pass, permit, goes_on), listed).await });
    going
        .await
        .unwrap_or_else(|error| Err(Trouble::Later { reason: format!("the pass broke off: {error}"), after: None }))
}

/// The sweep under way; over when this goes, however that comes.
struct Sweeping<'a> {
    runtime: &'a Runtime,
    /// Whether it leaves its work to the next one, as things stand.
    owes: bool,
}

impl<'a> Sweeping<'a> {
    fn begin(runtime: &'a Runtime, now: Timestamp, (everything, confirmed): (bool, bool)) -> Self {
        // One pair alone leaves owed what was owed before.
        let owes = everything || runtime.brake.is_owed();
        runtime.brake.begin(now, confirmed);
        Self { runtime, owes }
    }
}

impl Drop for Sweeping<'_> {
    fn drop(&mut self) {
        self.runtime.live.load().memory.swept.clear();
        self.runtime.brake.end(self.owes);
    }
}

async fn take_turn(
    runtime: &Arc<Runtime>,
    (pass, permit, goes_on): (&Pass, Option<Arc<Permit>>, bool),
    listed: impl FnOnce() + Send,
) -> Result<Report, Trouble> {
    // Passes take turns: what the one has brought into step is nothing for the next.
    let _turn = runtime.sweep_turn.lock().await;
    let Some(lead) = runtime.lead(&Role::Sweep).await? else {
        return Err(Trouble::Later { reason: "another process makes a pass".to_owned(), after: None });
    };
    runtime.permit.store(permit);
    let report = lead_pass(runtime, (pass, goes_on), listed, &lead).await;
    runtime.permit.store(None);
    runtime.resign(&lead).await;
    report
}

async fn lead_pass(
    runtime: &Arc<Runtime>,
    (pass, goes_on): (&Pass, bool),
    listed: impl FnOnce() + Send,
    lead: &Lead,
) -> Result<Report, Trouble> {
    halts::lift_what_is_over(runtime, runtime.world.clock.now()).await?;
    let pass = &Pass { scope: scope_of(runtime, &pass.scope).await?, ..pass.clone() };
    let sweep = !matches!(pass.scope, Scope::Look(Look::Changes));
    let confirmed = pass.confirmed || matches!(pass.scope, Scope::Only(_));
    let now = runtime.world.clock.now();
    let everything = matches!(pass.scope, Scope::Look(Look::Everything));
    if everything {
        sweep_marks::note(runtime, sweep_marks::Mark::Begun, now, lead).await?;
    }
    let mut sweeping = sweep.then(|| Sweeping::begin(runtime, now, (everything, confirmed)));
    let report = within(runtime, (pass, now, goes_on), listed).await?;
    if report.lacks_any() && report.braked.is_none() {
        // What was not looked at is owed still.
        return Ok(report);
    }
    if everything {
        runtime.brake.note_stopped(report.braked.as_ref());
        let mark = if report.braked.is_some() { sweep_marks::Mark::Braked } else { sweep_marks::Mark::Whole };
        match &report.ledger {
            Some(ledger) => sweep_marks::end(runtime, mark, ledger, lead).await?,
            None => sweep_marks::note(runtime, mark, now, lead).await?,
        }
        if report.braked.is_none() {
            runtime.rule_change.store(None);
        }
        if let Some(sweeping) = &mut sweeping {
            sweeping.owes = report.braked.is_some();
        }
    } else if matches!(pass.scope, Scope::Pipelines(_)) && report.braked.is_some() {
        // What it would have changed waits for a person, as what a whole one would.
        runtime.brake.note_stopped(report.braked.as_ref());
        sweep_marks::note(runtime, sweep_marks::Mark::Begun, now, lead).await?;
        sweep_marks::note(runtime, sweep_marks::Mark::Braked, now, lead).await?;
        if let Some(sweeping) = &mut sweeping {
            sweeping.owes = true;
        }
    }
    runtime.note_observing(&runtime.live.load_full()).await?;
    Ok(report)
}

/// What a pass is really for: a look for changes would not see what an earlier one only observed or held, nor what was
/// there before the first.
async fn scope_of(runtime: &Runtime, scope: &Scope) -> Result<Scope, Trouble> {
    Ok(match scope {
        Scope::Look(Look::Changes) | Scope::Pipelines(_) if is_owed(runtime).await? => Scope::Look(Look::Everything),
        scope => scope.clone(),
    })
}

async fn within(
    runtime: &Arc<Runtime>,
    (pass, began, goes_on): (&Pass, Timestamp, bool),
    listed: impl FnOnce() + Send,
) -> Result<Report, Trouble> {
    let seen = match &pass.scope {
        Scope::Look(Look::Everything) => Seen::Everything,
        Scope::Look(Look::Changes) => Seen::Changes { since: since(runtime).await? },
        Scope::Pipelines(names) => Seen::Pipelines(names.clone()),
        Scope::Only(record) => Seen::Only(record.clone()),
    };
    let mode = runtime.live.load().mode();
    runtime.tally.open(Report::of(seen, mode), !runtime.serving.load(Ordering::Acquire));
    let went = go(runtime, (pass, goes_on), listed).await;
    let (mut report, census) = runtime.tally.close();
    let (braked, missed) = went?;
    report.braked = braked;
    report.lacks(missed.iter().map(Missed::told).collect());
    let parks = runtime.store.parks().await?;
    if matches!(pass.scope, Scope::Look(Look::Everything)) && !report.lacks_any() {
        let (live, store) = (runtime.live.load_full(), runtime.store.as_ref());
        let stands = (parks.as_slice(), report.braked.as_ref());
        let lines = ledger::count((&live, store), &census, stands).await?;
        report.ledger = Some(Ledger { at: began, lines });
    }
    report.left(parks);
    report.stands(runtime.store.halts().await?, &runtime.tally.by_rule());
    report.leaves_out(runtime.alarms.left_out());
    report.waits(runtime.store.deferred().await?);
    Ok(report)
}

/// From when on a look for changes sees what changed, by account and kind.
async fn since(runtime: &Runtime) -> Result<BTreeMap<String, Option<Timestamp>>, Trouble> {
    let live = runtime.live.load_full();
    let mut found = BTreeMap::new();
    for account in live.plan.accounts.values() {
        let kinds = live.plan.systems.get(&account.system).into_iter().flat_map(|system| system.records.values());
        // Of the others only what work waits for is looked for.
        let is_listed = |kind: &RecordType| live.plan.interest(&kind.system, &kind.name) > Some(Interest::LookUp);
        for kind in kinds.filter(|kind| kind.changed.is_some() && is_listed(kind)) {
            let cursor = runtime.store.cursor(&account.name, &kind.name).await?;
            found.insert(format!("{}.{}", account.name, kind.name), cursor);
        }
    }
    Ok(found)
}

/// What the brake holds, and what could not be looked at.
type Went = (Option<Braked>, Vec<Missed>);

async fn go(
    runtime: &Arc<Runtime>,
    (pass, goes_on): (&Pass, bool),
    listed: impl FnOnce() + Send,
) -> Result<Went, Trouble> {
    let mut stopping = runtime.stopping();
    let looked = async {
        match &pass.scope {
            Scope::Look(how) => look(runtime, *how).await,
            Scope::Pipelines(names) => {
                let among = Among::of_pipelines(&runtime.live.load().plan, names);
                look_among(runtime, Look::Everything, &among).await
            }
            Scope::Only(record) => hint(runtime, std::iter::once(record.clone())).await.map(|()| Vec::new()),
        }
    };
    // Listing takes as long as the peers' budgets say, and only reads: it breaks off where the service ends.
    let looked = tokio::select! {
        biased;
        _ = stopping.wait_for(|stops| *stops) => Err(breaks_off()),
        looked = looked => looked,
    };
    listed();
    settle(runtime, pass.patience).await?;
    let missed = gone_on(looked?, goes_on)?;
    let links = runtime.store.counts().await?.links;
    let held = match runtime.brake.release(links) {
        Ok(held) => held,
        // What a rehearsal would hold is told with all the rest.
        Err(braked) if runtime.live.load().rehearses => {
            runtime.brake.begin(runtime.world.clock.now(), true);
            hint(runtime, braked.records().into_iter()).await?;
            settle(runtime, pass.patience).await?;
            return Ok((Some(braked), missed));
        }
        Err(braked) => return Ok((Some(braked), missed)),
    };
    if !held.is_empty() {
        hint(runtime, held.into_iter()).await?;
        settle(runtime, pass.patience).await?;
    }
    Ok((None, missed))
}

/// What could not be looked at, where the pass goes on all the same: a store that fails, or petiole itself, ends it.
fn gone_on(missed: Vec<Missed>, goes_on: bool) -> Result<Vec<Missed>, Trouble> {
    let ends = |one: &Missed| !goes_on || !matches!(one.trouble, Trouble::Later { .. } | Trouble::Unreadable { .. });
    match missed.iter().find(|one| ends(one)) {
        Some(one) => Err(one.trouble.clone()),
        None => Ok(missed),
    }
}

fn breaks_off() -> Trouble {
    Trouble::Later { reason: "the service ends before the pass is over".to_owned(), after: None }
}

async fn hint(runtime: &Runtime, records: impl Iterator<Item = RecordRef>) -> Result<(), Trouble> {
    let at = runtime.world.clock.now();
    let hint = |target| Hint { at, source: HintSource::Sweep, target, version: None, first: true };
    runtime.accept(records.map(hint).collect()).await.map(|_| ())
}

/// Works until nothing is due, what a service beside this has taken up included.
async fn settle(runtime: &Arc<Runtime>, patience: Duration) -> Result<(), Trouble> {
    let start = runtime.world.clock.steady();
    loop {
        dispatcher::settle(runtime, patience).await;
        if runtime.is_stopping() {
            return Err(breaks_off());
        }
        let waited = runtime.world.clock.steady().duration_since(start);
        let tired = Duration::try_from(waited).unwrap_or_default() > TAKEN_UP_MAX + patience;
        if runtime.store.counts().await?.in_flight == 0 || tired || runtime.pause(TAKEN_UP_LOOK).await {
            return Ok(());
        }
    }
}
