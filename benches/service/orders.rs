//! Orders that waited while the service was away and are brought over once it is there, and orders with a whole life.

use std::collections::BTreeMap;
use std::time::Duration;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::stage::Stage;
use crate::{Row, log, size, sizes};

/// Tables that keep what was done and why.
const JOURNAL: [&str; 7] = ["hint", "decision", "input", "part", "history", "intent", "seen"];

/// How often it is looked how many are there.
const LOOK: Duration = Duration::from_millis(500);

pub(crate) async fn measure() -> Vec<Row> {
    let mut rows = Vec::new();
    for count in sizes("ORDERS", &[100, 200]) {
        rows.extend(waiting(count).await);
    }
    rows.extend(lives(size("LIVES", 20)).await);
    rows
}

async fn waiting(count: usize) -> Vec<Row> {
    let stage = Stage::new(24, 12).await;
    let service = stage.start();
    stage.quiet(&service).await;
    service.stop();
    let before = log::tables(&stage.folder);
    stage.control("leaflink", Method::Post, "submit", &json!({ "count": count })).await;
    stage.forget_calls().await;
    let service = stage.start();
    let began = service.cpu();
    stage.subscribe(&service).await;
    let made = async || {
        let requests = stage.control("flourish", Method::Get, "requests", &Json::Null).await;
        requests["counts"]["POST /external/api/v1/outbound-orders"].as_u64().unwrap_or_default()
    };
    while made().await < count as u64 {
        tokio::time::sleep(LOOK).await;
    }
    stage.quiet(&service).await;
    let cpu = service.cpu() - began;
    let [memory, most] = service.memory();
    service.stop();
    let orders = stage.control("flourish", Method::Get, "state", &Json::Null).await;
    let made = orders["orders"].as_array().unwrap().len();
    assert!(made >= count, "{made} of {count} orders came over");
    let calls: u64 = stage.calls().await.values().sum();
    let name = format!("{count} waiting orders");
    let mut rows = vec![
        Row::new(format!("{name}: CPU of the service, per order"), format!("{:.2} ms", cpu / count as f64)),
        Row::new(format!("{name}: calls at the peers, per order"), format!("{:.1}", calls as f64 / count as f64)),
        Row::new(format!("{name}: memory afterwards (most)"), format!("{memory:.0} ({most:.0}) MiB")),
    ];
    rows.extend(bytes(&name, (&before, &log::tables(&stage.folder)), count));
    rows
}

/// Each order from submission to shipment, with the webhooks of all that it reserves and frees.
async fn lives(count: usize) -> Vec<Row> {
    let stage = Stage::new(24, 12).await;
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    service.stop();
    let before = log::tables(&stage.folder);
    let service = stage.start();
    stage.subscribe(&service).await;
    stage.quiet(&service).await;
    stage.forget_calls().await;
    let began = service.cpu();
    for _ in 0..count {
        let made = stage.control("leaflink", Method::Post, "submit", &json!({})).await;
        let order = &made["orders"][0]["number"];
        stage.quiet(&service).await;
        for act in ["allocate", "ship"] {
            let body = json!({ "order": order, "force": true });
            let body = if act == "ship" { body } else { json!({ "order": order }) };
            stage.control("flourish", Method::Post, act, &body).await;
            stage.quiet(&service).await;
        }
    }
    let cpu = service.cpu() - began;
    service.stop();
    let calls: u64 = stage.calls().await.values().sum();
    let name = "an order from submission to shipment, with its stock";
    let mut rows = vec![
        Row::new(format!("{name}: CPU of the service"), format!("{:.1} ms", cpu / count as f64)),
        Row::new(format!("{name}: calls at the peers"), format!("{:.1}", calls as f64 / count as f64)),
    ];
    rows.extend(bytes(name, (&before, &log::tables(&stage.folder)), count));
    rows
}

fn bytes(name: &str, (before, after): (&BTreeMap<String, i64>, &BTreeMap<String, i64>), count: usize) -> Vec<Row> {
    let grown = |table: &str| {
        let at = |tables: &BTreeMap<String, i64>| tables.get(table).copied().unwrap_or_default();
        (at(after) - at(before)) as f64 / 1024.0 / count as f64
    };
    let mut rows = Vec::new();
    let all: f64 = after.keys().map(|table| grown(table)).sum();
    let journal: f64 = JOURNAL.iter().map(|table| grown(table)).sum();
    rows.push(Row::new(format!("{name}: store (journal), each"), format!("{all:.1} ({journal:.1}) KiB")));
    let mut tables: Vec<(f64, &String)> = after.keys().map(|table| (grown(table), table)).collect();
    tables.sort_by(|one, other| other.0.total_cmp(&one.0));
    let told: Vec<String> = tables.iter().take(6).map(|(bytes, table)| format!("{table} {bytes:.1}")).collect();
    rows.push(Row::new(format!("{name}: of that"), told.join(", ")));
    rows
}
