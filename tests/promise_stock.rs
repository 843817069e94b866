//! Promise R8, looked at while every single stock write passes by: no more is offered than may be sold less what
//! orders reserve that Flourish does not have yet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, get, own, until};

const FACILITY: &str = "60aa00000000000000000001";
/// A customer whose orders ship from that facility.
const CUSTOMER: u64 = 90001;

/// What may be offered of each SKU right now.
fn free(leaflink: &str, flourish: &str) -> BTreeMap<String, f64> {
    // In this order: what left the one for the other in between is counted on both sides, and the check is too strict
    // rather than too lax.
    let waiting = get(&format!("{leaflink}/_control/state"))["orders"].clone();
    let held = get(&format!("{flourish}/_control/state"));
    let mut free = BTreeMap::new();
    for row in held["stock"].as_array().unwrap().iter().filter(|row| row["facility"] == FACILITY) {
        *free.entry(row["sku"].as_str().unwrap().to_owned()).or_insert(0.0) += number(&row["sellable"]);
    }
    let crossed =
        |order: &Json| held["orders"].as_array().unwrap().iter().any(|one| one["original_order_id"] == order["number"]);
    let open = |order: &&Json| matches!(order["status"].as_str(), Some("Submitted" | "Accepted"));
    for order in waiting.as_array().unwrap().iter().filter(open).filter(|order| !crossed(order)) {
        for line in order["lines"].as_array().unwrap() {
            *free.entry(line["sku"].as_str().unwrap().to_owned()).or_insert(0.0) -= number(&line["quantity"]);
        }
    }
    free.into_iter().map(|(sku, quantity)| (sku, quantity.max(0.0))).collect()
}

fn number(value: &Json) -> f64 {
    value.as_f64().or_else(|| value.as_str()?.parse().ok()).unwrap()
}

/// Sees to it that no stock write offers too much; what it saw.
struct Watch {
    leaflink: String,
    flourish: String,
    skus: BTreeMap<String, String>,
    seen: Mutex<(usize, Vec<String>)>,
}

impl Watch {
    fn look(&self, when: When, request: &Request) {
        if when != When::Before || request.method != Method::Patch || !request.url.contains("/products/") {
            return;
        }
        let body: Json = serde_json::from_slice(&request.body).unwrap();
        if body["available_inventory"].is_null() {
            return;
        }
        let id = request.url.trim_end_matches('/').rsplit('/').next().unwrap();
        let sku = &self.skus[id];
        let (offer, may) = (number(&body["available_inventory"]), free(&self.leaflink, &self.flourish)[sku]);
        let mut seen = self.seen.lock().unwrap();
        seen.0 += 1;
        if offer > may + 1e-9 {
            seen.1.push(format!("{sku}: {offer} is offered, {may} may be"));
        }
    }
}

fn in_step(trade: &Trade, service: &Process) -> bool {
    let may = free(&trade.leaflink.url, &trade.flourish.url);
    let products = get(&format!("{}/_control/state", trade.leaflink.url))["products"].clone();
    let offered = |product: &Json| number(&product["quantity"]) - number(&product["reserved"]);
    let right = |product: &Json| (offered(product) - may[product["sku"].as_str().unwrap()]).abs() < 1e-9;
    products.as_array().unwrap().iter().all(right) && at_rest(&service.url)
}

#[test]
fn no_write_offers_what_an_order_reserves() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let products = get(&format!("{}/_control/state", trade.leaflink.url))["products"].clone();
    let named = |product: &Json| (product["id"].to_string(), product["sku"].as_str().unwrap().to_owned());
    let watch = Arc::new(Watch {
        leaflink: trade.leaflink.url.clone(),
        flourish: trade.flourish.url.clone(),
        skus: products.as_array().unwrap().iter().map(named).collect(),
        seen: Mutex::default(),
    });
    let watching = Arc::clone(&watch);
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        watching.look(when, request);
        true
    });
    let mut skus: Vec<&String> = watch.skus.values().collect();
    let count = |random: &mut fastrand::Rng, sku: &str, from: u32| {
        let stock = json!({ "sku": sku, "facility": FACILITY, "qty": random.u32(from..from + 50) });
        trade.people(&trade.flourish, "stock", &stock);
    };
    for sku in &skus {
        count(&mut random, sku, 100);
    }
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    trade.subscribe(&service);
    // Creates whose answer is lost stay unsettled for a while, and every webhook asks for another decision.
    trade.faults(
        &trade.flourish,
        &json!({ "error_after_commit_every": 2, "webhook_copies": 3, "webhook_shuffle": true }),
    );
    trade.faults(&trade.leaflink, &json!({ "webhook_copies": 3, "webhook_shuffle": true }));
    for round in 0..12 {
        until("all is in step", || in_step(&trade, &service));
        // What lessens what is free comes while nothing is under way; what adds to it may come at any time.
        random.shuffle(&mut skus);
        let bought = skus.iter().take(3).map(|sku| json!({ "sku": sku, "quantity": random.u32(1..9) }));
        let order = json!({ "customer": CUSTOMER, "lines": bought.collect::<Vec<_>>() });
        trade.people(&trade.leaflink, "submit", &order);
        for sku in skus.iter().take(3) {
            count(&mut random, sku, 200 * (round + 1));
        }
    }
    until("all is in step", || in_step(&trade, &service));
    let (writes, wrong) = &*watch.seen.lock().unwrap();
    assert!(*writes > 20, "{writes} stock writes are too few to tell, seed {seed}");
    assert!(wrong.is_empty(), "{wrong:#?}, seed {seed}");
}
