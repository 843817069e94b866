//! `GET /metrics`: what is counted and how much waits, gathered when somebody asks. What the store cannot say now is
//! left out.

use std::time::Duration;

use axum::extract::State;

use super::metric::{self, Exposition, Ranges};
use super::shared::Shared;
use crate::connector::BreakerState;
use crate::runtime::memory::meter::LAG_BOUNDS;
use crate::runtime::service::sweep_marks::last_whole;
use crate::runtime::{Live, Runtime};
use crate::store::{Ages, StoreError};
use crate::world::log_sink;

/// `GET /metrics`
pub async fn metrics(State(shared): State<Shared>) -> String {
    let runtime = &shared.runtime;
    let live = runtime.live.load_full();
    let mut text = Exposition::default();
    counted(runtime, &mut text);
    of_accounts(&live, &mut text);
    if let Err(error) = kept(runtime, &mut text).await {
        tracing::warn!(%error, "metrics lack what the store holds");
    }
    text.put(metric::GENERATION, &[], live.generation);
    text.put(metric::HELD_BY_RULE, &[], runtime.tally.by_rule().len());
    text.put(metric::RULES_CURRENT, &[], u8::from(runtime.rules.is_current()));
    text.put(metric::LOG_DROPPED, &[], log_sink::dropped());
    shared.refused.put(&mut text);
    shared.seats.put(&mut text);
    text.to_string()
}

/// What was counted since the process began.
fn counted(runtime: &Runtime, text: &mut Exposition) {
    let meter = &runtime.meter;
    for ((account, source), count) in meter.events() {
        text.put(metric::EVENTS, &[&account, source], count);
    }
    let (some, none) = runtime.decided.counts();
    text.put(metric::DECISIONS, &["some"], some);
    text.put(metric::DECISIONS, &["none"], none);
    for ((pipeline, source), lag) in meter.lags() {
        let (count, sum) = (lag.count, lag.sum.as_secs_f64());
        let ranges = Ranges { bounds: &LAG_BOUNDS, counts: &lag.counts, count, sum };
        text.histogram(metric::LAG, &[&pipeline, source], ranges);
    }
    for (how, count) in meter.reloads() {
        text.put(metric::RELOADS, &[how], count);
    }
    for (account, heard) in meter.heard() {
        text.put(metric::WEBHOOKS, &[&account], heard.webhooks);
    }
    let now = runtime.world.clock.now();
    for (account, polled) in meter.polls() {
        let age = Duration::try_from(now.duration_since(polled.last)).unwrap_or_default();
        text.put(metric::LAST_POLL, &[&account], age.as_secs_f64());
    }
    for (name, subject) in runtime.signals.standing().keys() {
        text.put(metric::ALARM, &[name, subject], 1);
    }
}

/// What went to each account's peer, and what holds calls back.
fn of_accounts(live: &Live, text: &mut Exposition) {
    for (account, peer) in &live.peers {
        for ((kind, status), count) in peer.answers() {
            let status = status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            text.put(metric::CALLS, &[account, kind, &status], count);
        }
        text.put(metric::BREAKER, &[account], u8::from(peer.breaker() != BreakerState::Closed));
        text.put(metric::BUDGET, &[account], peer.system().limits.per_minute);
        text.put(metric::BUDGET_LEFT, &[account], peer.calls_left());
        text.put(metric::BUDGET_SHORT, &[account], peer.short_for().unwrap_or_default().as_secs_f64());
    }
}

/// What the store holds.
async fn kept(runtime: &Runtime, text: &mut Exposition) -> Result<(), StoreError> {
    let store = runtime.store.as_ref();
    let counts = store.counts().await?;
    let Ages { waiting, in_flight, retrying, parked, held } = store.ages().await?;
    let buckets = [
        ("waiting", counts.pending.saturating_sub(counts.retrying), waiting),
        ("in_flight", counts.in_flight, in_flight),
        ("retrying", counts.retrying, retrying),
        ("parked", counts.parked, parked),
        ("held", counts.held, held),
    ];
    for (bucket, count, age) in buckets {
        text.put(metric::QUEUE, &[bucket], count);
        text.put(metric::QUEUE_AGE, &[bucket], age.unwrap_or_default().as_secs_f64());
    }
    text.put(metric::WORK_PENDING, &[], counts.pending);
    text.put(metric::WORK_IN_FLIGHT, &[], counts.in_flight);
    text.put(metric::PARKED, &[], counts.parked);
    text.put(metric::LINKS, &[], counts.links);
    if let Some(whole) = last_whole(store).await? {
        let age = Duration::try_from(runtime.world.clock.now().duration_since(whole)).unwrap_or_default();
        text.put(metric::LAST_SWEEP, &[], age.as_secs_f64());
    }
    if let Some(bytes) = store.bytes().await? {
        text.put(metric::STORE_BYTES, &[], bytes);
    }
    Ok(())
}
