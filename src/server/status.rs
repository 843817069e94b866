//! What is going on, as JSON and as Prometheus text.

use axum::extract::State;
use serde_json::{Map, Value as Json, json};

use super::server::Shared;
use crate::runtime::Runtime;
use crate::store::StoreError;

/// The body of `GET /api/v1/status`.
///
/// # Errors
/// Where the store cannot be read.
pub async fn status(runtime: &Runtime) -> Result<Json, StoreError> {
    let live = runtime.live.load_full();
    let counts = runtime.store.counts().await?;
    let troubles: Vec<Json> = runtime
        .store
        .deferred()
        .await?
        .into_iter()
        .map(|(reason, records)| json!({ "reason": reason, "records": records }))
        .collect();
    let (rules_state, last_reload) = runtime.rules.to_json();
    let accounts: Map<String, Json> = live
        .plan
        .accounts
        .values()
        .map(|account| (account.name.clone(), json!({ "system": account.system })))
        .collect();
    Ok(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "generation": live.generation,
        "rules_hash": live.plan.rules_hash,
        "rules_state": rules_state,
        "last_reload": last_reload,
        "queue": { "pending": counts.pending, "in_flight": counts.in_flight, "parked": counts.parked },
        "links": counts.links,
        "troubles": troubles,
        "accounts": accounts,
    }))
}

/// `GET /metrics`
pub async fn metrics(State(shared): State<Shared>) -> String {
    let counts = shared.runtime.store.counts().await.unwrap_or_default();
    let generation = shared.runtime.live.load().generation;
    let gauges = [
        ("petiole_work_pending", "Records with work that has not started.", counts.pending.to_string()),
        ("petiole_work_in_flight", "Records being worked on.", counts.in_flight.to_string()),
        ("petiole_parked", "Entries of the inbox.", counts.parked.to_string()),
        ("petiole_links", "Links between records.", counts.links.to_string()),
        ("petiole_generation", "The generation of rules in service.", generation.to_string()),
    ];
    gauges
        .iter()
        .map(|(name, help, value)| format!("# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}\n"))
        .collect()
}
