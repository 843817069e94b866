//! What is going on, as JSON.

use serde_json::{Map, Value as Json, json};

use super::nodes;
use super::refused::Refused;
use super::waiting::{NAMED_MAX, Waiting, waiting};
use crate::connector::BreakerState;
use crate::language::plan::Account;
use crate::runtime::service::sweep_marks::LastSweep;
use crate::runtime::{Live, Runtime};
use crate::store::{Counts, Drawn, Ledger, RecordRef, StoreError};
use crate::value::timestamp;
use crate::view::health::health;
use crate::view::park::matched;

/// The body of `GET /api/v1/status`.
///
/// # Errors
/// Where the store cannot be read.
pub async fn status(runtime: &Runtime, refused: &Refused) -> Result<Json, StoreError> {
    let live = runtime.live.load_full();
    let counts = runtime.store.counts().await?;
    let troubles: Vec<Json> = runtime
        .store
        .deferred()
        .await?
        .into_iter()
        .map(|(reason, records)| json!({ "reason": reason, "records": records }))
        .collect();
    let by_hand: Vec<Json> = runtime.store.links_by_hand().await?.iter().map(matched).collect();
    let (rules_state, mut last_reload) = runtime.rules.to_json();
    if let Some(told) = last_reload.as_object_mut() {
        let change = runtime.rule_change.load();
        told.insert("changed".to_owned(), change.as_ref().map_or(Json::Null, |change| change.to_json()));
        told.insert("gone".to_owned(), runtime.departed.to_json(runtime.world.clock.now()));
    }
    // A sweep is work until it is over: while it lists, the journal knows nothing of what it will find.
    let sweeping = runtime.sweeping();
    let ledger = runtime.store.ledger().await?;
    let pending = counts.pending.saturating_add(u64::from(sweeping));
    let counts = Counts { pending, ..counts };
    let by_rule = runtime.tally.by_rule();
    let Waiting { queue, mut waiting, retrying, holds } =
        waiting(runtime.store.as_ref(), counts, runtime.world.clock.now()).await?;
    if let Some(counted) = waiting.as_object_mut() {
        counted.insert("held_by_rule".to_owned(), json!(by_rule.len()));
    }
    let living = runtime.store.nodes().await?;
    let drawn = runtime.store.budgets().await?;
    let here = runtime.membership.now().await;
    let accounts: Map<String, Json> = live
        .plan
        .accounts
        .values()
        .map(|account| (account.name.clone(), of_account((runtime, refused), (&live, &drawn), account)))
        .collect();
    let mut status = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "generation": live.generation,
        "rules_hash": live.plan.rules_hash,
        "rules_state": rules_state,
        "last_reload": last_reload,
        "queue": queue,
        "waiting": waiting,
        "retrying": retrying,
        "waits": runtime.waits.load().as_deref().map(std::time::Duration::as_secs),
        "held_by_rule": by_rule.iter().take(NAMED_MAX).map(of_held_by_rule).collect::<Json>(),
        "holds": holds,
        "mode": live.mode(),
        "sweeping": sweeping,
        "last_sweep": LastSweep::of(runtime.store.as_ref()).await?.map(LastSweep::to_json),
        "held": runtime.brake.stopped(),
        "alarms": runtime.signals.to_json(),
        "ledger": ledger.as_ref().map_or_else(|| json!([]), Ledger::to_json),
        "ledger_at": ledger.map(|ledger| timestamp::text(ledger.at)),
        "links": counts.links,
        "crosswalk": by_hand,
        "troubles": troubles,
        "nodes": nodes::nodes(&living, here),
        "accounts": accounts,
    });
    let health = health(&status);
    if let Some(status) = status.as_object_mut() {
        status.insert("health".to_owned(), health);
    }
    Ok(status)
}

/// A record that waits, and the line that says so.
fn of_held_by_rule((target, line): (&RecordRef, &String)) -> Json {
    json!({ "record": target.to_string(), "line": line })
}

/// What an account's peer let through, and what holds calls back now.
fn of_account((runtime, refused): (&Runtime, &Refused), (live, drawn): (&Live, &[Drawn]), account: &Account) -> Json {
    let Some(peer) = live.peers.get(&account.name) else { return json!({ "system": account.system }) };
    let calls: Map<String, Json> =
        peer.calls().into_iter().map(|(method, count)| (method.to_owned(), json!(count))).collect();
    let alarms = runtime.alarms.of(&account.name);
    let state = match peer.breaker() {
        BreakerState::Closed if !alarms.is_empty() => "alarm",
        BreakerState::Closed => "ok",
        BreakerState::Open { .. } => "held back",
        BreakerState::Probing => "on trial",
    };
    let polled = runtime.meter.polls().get(&account.name).map(|polled| timestamp::text(polled.last));
    json!({
        "system": account.system,
        "state": state,
        "last_poll": polled,
        "paused_until": peer.paused_until().map(timestamp::text),
        "calls": calls,
        "budget": nodes::budget(drawn, &account.name, peer.system().limits.per_minute),
        "webhooks_refused": refused.of(&account.name),
        "alarms": alarms,
    })
}
