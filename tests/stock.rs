//! Stock in real time against both simulators: what may be sold is offered, at once, and never twice.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, WEBHOOK_KEY, When, at_rest, get, http, own, signed, until};

/// What LeafLink offers of a SKU: on hand, less what it holds reserved.
fn offered(trade: &Trade, sku: &str) -> f64 {
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let product = state["products"].as_array().unwrap().iter().find(|one| one["sku"] == sku).unwrap().clone();
    let number = |name: &str| product[name].as_str().unwrap().parse::<f64>().unwrap();
    number("quantity") - number("reserved")
}

fn sku(trade: &Trade) -> String {
    get(&format!("{}/_control/state", trade.leaflink.url))["products"][0]["sku"].as_str().unwrap().to_owned()
}

fn start() -> (Trade, Process, String) {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let service = trade.run("500ms");
    let sku = sku(&trade);
    (trade, service, sku)
}

fn set(trade: &Trade, sku: &str, quantity: &Json) {
    trade.people(&trade.flourish, "stock", &json!({ "sku": sku, "qty": quantity }));
}

fn rests(service: &Process) {
    until("the service is at rest", || at_rest(&service.url));
}

#[test]
fn what_may_be_sold_is_offered_the_moment_it_changes() {
    let (trade, service, sku) = start();
    trade.subscribe(&service);
    for quantity in [json!(40), json!(12.5), json!(0), json!(7)] {
        set(&trade, &sku, &quantity);
        let wanted = quantity.as_f64().unwrap();
        until(&format!("{quantity} is offered"), || (offered(&trade, &sku) - wanted).abs() < 1e-9);
    }
}

#[test]
fn an_order_is_subtracted_once_on_its_way_across() {
    let (trade, service, sku) = start();
    set(&trade, &sku, &json!(50));
    until("the stock is offered", || (offered(&trade, &sku) - 50.0).abs() < 1e-9);
    trade.people(&trade.leaflink, "submit", &json!({ "lines": [{ "sku": sku, "quantity": 8 }] }));
    until("the order crossed", || trade.orders().len() == 1);
    until("what is left is offered", || {
        rests(&service);
        (offered(&trade, &sku) - 42.0).abs() < 1e-9
    });
}

/// What was written as offered to LeafLink, in order.
fn written(trade: &Trade) -> Vec<f64> {
    let log = get(&format!("{}/_control/requests", trade.leaflink.url))["log"].clone();
    let values = log.as_array().unwrap().iter().map(|call| call["body"]["available_inventory"].clone());
    let number = |value: Json| value.as_f64().or_else(|| value.as_str()?.parse().ok());
    values.filter_map(number).collect()
}

/// Waits until Flourish was looked at from begin to end.
fn looked_at(service: &Process) {
    let looked = || get(&format!("{}/api/v1/status", service.url))["accounts"]["flourish"]["last_poll"].clone();
    // The first to end may have begun before.
    for _ in 0..2 {
        let before = looked();
        until("Flourish was looked at", || looked() != before);
    }
}

/// Promise R8: between the order's coming and its settlement, no write offers what it reserves.
#[test]
fn an_order_whose_answer_was_lost_is_subtracted_once_at_every_moment() {
    let (trade, service, sku) = start();
    trade.subscribe(&service);
    set(&trade, &sku, &json!(50));
    until("the stock is offered", || (offered(&trade, &sku) - 50.0).abs() < 1e-9);
    rests(&service);
    let before = written(&trade).len();
    trade.faults(&trade.flourish, &json!({ "error_after_commit_every": 1, "webhook_copies": 3 }));
    trade.people(&trade.leaflink, "submit", &json!({ "lines": [{ "sku": sku, "quantity": 8 }] }));
    until("the order crossed", || trade.orders().len() == 1);
    until("what is left is offered", || (offered(&trade, &sku) - 42.0).abs() < 1e-9);
    rests(&service);
    assert!((offered(&trade, &sku) - 42.0).abs() < 1e-9);
    let writes = written(&trade).split_off(before);
    assert!(writes.iter().all(|offer| *offer <= 42.0), "{writes:?}");
}

#[test]
fn a_marketplace_that_owns_its_stock_is_left_alone() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    let sku = sku(&trade);
    let before = offered(&trade, &sku);
    set(&trade, &sku, &json!(3));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("an order crossed meanwhile", || trade.orders().len() == 1);
    rests(&service);
    let log = get(&format!("{}/_control/requests", trade.leaflink.url))["log"].clone();
    let patched = log.as_array().unwrap().iter().any(|call| call["path"].as_str().unwrap().contains("/products/"));
    assert!(!patched, "no product is written: {log}");
    assert!(before > 3.0 && offered(&trade, &sku) > 3.0);
}

/// The stock, what it is weighed against, and the product it is offered as are read once each, and the answer to the
/// write is what the product holds. The own write comes back as a webhook that shows just that, and costs no call.
#[test]
fn a_change_of_stock_costs_one_read_each_and_its_echo_none() {
    const CHANGES: u64 = 4;
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    own(&trade.rules, "products", "flourish");
    let service = trade.run("10m");
    trade.subscribe(&service);
    let sku = sku(&trade);
    let requests = format!("{}/_control/requests", trade.leaflink.url);
    let settled = || {
        until("all that was told arrived", || {
            let quiet = |url: &str| get(&format!("{url}/_control/quiet"))["quiet"] == true;
            quiet(&trade.leaflink.url) && quiet(&trade.flourish.url)
        });
        rests(&service);
    };
    set(&trade, &sku, &json!(40));
    until("the stock is offered", || (offered(&trade, &sku) - 40.0).abs() < 1e-9);
    settled();
    let before = get(&requests)["counts"].clone();
    let summaries = || {
        let counts = get(&format!("{}/_control/requests", trade.flourish.url))["counts"].clone();
        counts["GET /external/api/v1/inventory/summary"].as_u64().unwrap()
    };
    let summaries_before = summaries();
    for change in 0..CHANGES {
        let quantity = 30 + i32::try_from(change).unwrap();
        set(&trade, &sku, &json!(quantity));
        until("the stock is offered", || (offered(&trade, &sku) - f64::from(quantity)).abs() < 1e-9);
        settled();
    }
    let after = get(&requests)["counts"].clone();
    let made = |call: &str| after[call].as_u64().unwrap_or_default() - before[call].as_u64().unwrap_or_default();
    assert_eq!(made("PATCH /api/v2/products/{id}/"), CHANGES);
    assert_eq!(made("GET /api/v2/orders-received/"), CHANGES, "orders are read for the decision, not for its echo");
    let products = made("GET /api/v2/products/") + made("GET /api/v2/products/{id}/");
    // An echo that a busy machine has wait too long for the end of its write is a change like any other.
    assert!((CHANGES..CHANGES * 2).contains(&products), "once before each write: {products}");
    assert_eq!(summaries() - summaries_before, CHANGES, "the stock itself, after what it is weighed against");
}

/// A webhook that shows anything else than what petiole wrote is looked at, also where somebody wrote in between.
#[test]
fn what_a_person_changes_after_an_own_write_is_no_echo() {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let service = trade.run("10m");
    trade.subscribe(&service);
    let sku = sku(&trade);
    set(&trade, &sku, &json!(40));
    until("the stock is offered", || (offered(&trade, &sku) - 40.0).abs() < 1e-9);
    rests(&service);
    let requests = format!("{}/_control/requests", trade.leaflink.url);
    let read = || get(&requests)["counts"]["GET /api/v2/products/{id}/"].as_u64().unwrap_or_default();
    let before = read();
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let product = state["products"].as_array().unwrap().iter().find(|one| one["sku"] == sku).unwrap().clone();
    let told = json!({ "action": "edit", "data": { "id": product["id"], "sku": sku, "available_inventory": "41" } });
    tell(&service, &told);
    until("it is looked at", || read() > before);
}

/// Sends what LeafLink would.
fn tell(service: &Process, body: &Json) {
    let body = body.to_string();
    let signature = signed(body.as_bytes(), WEBHOOK_KEY);
    let headers = [("Content-Type", "application/json"), ("LL-Signature", signature.as_str())];
    let answer = http(Method::Post, &format!("{}/webhooks/leaflink", service.url), &headers, body.as_bytes());
    assert_eq!(answer.status, 202);
}

/// A burst of changes of one SKU costs a few writes, and the last value stands.
#[test]
fn a_burst_is_written_at_once_and_then_now_and_then() {
    let (trade, service, sku) = start();
    trade.subscribe(&service);
    rests(&service);
    let before = written(&trade).len();
    let begin = std::time::Instant::now();
    for quantity in 1..=120 {
        set(&trade, &sku, &json!(quantity));
    }
    until("the last value is offered", || (offered(&trade, &sku) - 120.0).abs() < 1e-9);
    rests(&service);
    let seconds = begin.elapsed().as_secs();
    let burst = written(&trade).split_off(before);
    // The first at once, then one a second with what is the newest.
    assert!(burst.len() as u64 <= seconds + 3, "{} writes in {seconds} s: {burst:?}", burst.len());
    assert!(burst.is_sorted(), "{burst:?}");
}

/// What LeafLink holds reserved it gives free by itself once an order ends there. Where the stock was offered anew before
/// that, nobody but the order tells that the offer is wrong now.
#[test]
fn an_offer_is_looked_at_again_when_an_order_that_it_is_made_from_ends() {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let sku = sku(&trade);
    let held = Arc::new(AtomicBool::new(false));
    let holds = Arc::clone(&held);
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        let moves = request.method != Method::Get && request.url.contains("/orders-received/");
        when != When::Before || !moves || !holds.load(Ordering::SeqCst)
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    let offers = |wanted: f64| (offered(&trade, &sku) - wanted).abs() < 1e-9;
    set(&trade, &sku, &json!(50));
    until("the stock is offered", || offers(50.0));
    let status = || get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"].clone();
    trade.people(&trade.leaflink, "submit", &json!({ "lines": [{ "sku": sku, "quantity": 8 }] }));
    until("the order crossed", || trade.orders().len() == 1 && status() == "Accepted" && at_rest(&service.url));
    until("what is left is offered", || offers(42.0));
    // What LeafLink reserves shows 42 before the stock was looked at: without that look nothing tells that it came back.
    looked_at(&service);
    rests(&service);
    held.store(true, Ordering::SeqCst);
    trade.people(&trade.flourish, "cancel", &json!({ "order": trade.orders()[0]["id"] }));
    until("it is offered again, though LeafLink still holds it reserved", || offers(50.0));
    held.store(false, Ordering::SeqCst);
    until("the order ends there, too", || status() == "Rejected");
    until("no more is offered than there is", || at_rest(&service.url) && offers(50.0));
}

/// What a call waits at until it is opened.
#[derive(Default)]
struct Gate {
    is_open: Mutex<bool>,
    opened: Condvar,
}

impl Gate {
    fn pass(&self) {
        drop(self.opened.wait_while(self.is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
    }
}

/// A gate that opens when this goes, however the test ends.
struct Shut(Arc<Gate>);

impl Drop for Shut {
    fn drop(&mut self) {
        *self.0.is_open.lock().unwrap() = true;
        self.0.opened.notify_all();
    }
}

/// A sweep judges by what it listed when it began. What changed since then has been told, and is read.
#[test]
fn what_changes_during_a_sweep_is_not_judged_by_what_it_listed() {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let sku = sku(&trade);
    // One write of the first sweep takes as long as the test wants, and so does the sweep.
    let (gate, moves_fail) = (Arc::new(Gate::default()), Arc::new(AtomicBool::new(false)));
    let (shut, failing) = (Arc::clone(&gate), Arc::clone(&moves_fail));
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        if when == When::Before && request.method == Method::Patch && request.url.ends_with("/products/3024/") {
            shut.pass();
        }
        let moves = request.method != Method::Get && request.url.contains("/orders-received/");
        when != When::Before || !moves || !failing.load(Ordering::SeqCst)
    });
    let between = GoBetween::new(&trade, &look);
    let shut = Shut(gate);
    set(&trade, &sku, &json!(50));
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    let offers = |wanted: f64| (offered(&trade, &sku) - wanted).abs() < 1e-9;
    until("the stock is offered", || offers(50.0));
    let status = || get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"].clone();
    trade.people(&trade.leaflink, "submit", &json!({ "lines": [{ "sku": sku, "quantity": 8 }] }));
    until("the order crossed", || trade.orders().len() == 1 && status() == "Accepted");
    looked_at(&service);
    until("only the sweep is under way", || {
        let queue = get(&format!("{}/api/v1/status", service.url))["queue"].clone();
        // The record that is being written, and its other side.
        queue["pending"] == 1 && queue["in_flight"] == 1
    });
    moves_fail.store(true, Ordering::SeqCst);
    trade.people(&trade.flourish, "cancel", &json!({ "order": trade.orders()[0]["id"] }));
    until("what came back is offered", || offers(50.0));
    moves_fail.store(false, Ordering::SeqCst);
    drop(shut);
    until("the order ends there, too", || status() == "Rejected");
    until("no more is offered than there is", || at_rest(&service.url) && offers(50.0));
}
