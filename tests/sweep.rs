//! Passes over everything: what they put right, what they hold, what they tell, and with an empty store.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, get, http, own, send, until};

const KEY: (&str, &str) = ("Authorization", "App key-for-tests");

/// Both sides in step, products and stock included, by one full pass. `items` sizes the world.
fn in_step(items: usize) -> Trade {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": items }));
    }
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!(code, 0, "{report:#}");
    trade
}

/// The exit code and the report of a pass.
fn sync(trade: &Trade, arguments: &[&str]) -> (i32, Json) {
    let mut command = trade.command(&["sync", "--format", "json"]);
    let done = command.args(arguments).output().unwrap();
    let report = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    });
    (done.status.code().unwrap(), report)
}

fn products(trade: &Trade) -> Vec<Json> {
    let mut url = format!("{}/api/v2/products/?limit=100", trade.leaflink.url);
    let mut found = Vec::new();
    loop {
        let page: Json = serde_json::from_slice(&http(Method::Get, &url, &[KEY], b"").body).unwrap();
        found.extend(page["results"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut url),
            None => return found,
        }
    }
}

/// Somebody changes products on LeafLink that Flourish describes.
fn drift(trade: &Trade, count: usize) {
    for product in products(trade).into_iter().take(count) {
        let url = format!("{}/api/v2/products/{}/", trade.leaflink.url, product["id"]);
        let headers = [KEY, ("Content-Type", "application/json")];
        assert_eq!(
            http(Method::Patch, &url, &headers, json!({ "name": "Drifted" }).to_string().as_bytes()).status,
            200
        );
    }
}

fn drifted(trade: &Trade) -> usize {
    products(trade).iter().filter(|product| product["name"] == "Drifted").count()
}

/// Writes that LeafLink and Flourish have seen since this was last asked.
fn writes(trade: &Trade) -> usize {
    let mut count = 0;
    for side in [&trade.leaflink, &trade.flourish] {
        let url = format!("{}/_control/requests", side.url);
        count += get(&url)["log"].as_array().unwrap().iter().filter(|call| call["method"] != "GET").count();
        http(Method::Delete, &url, &[], b"");
    }
    count
}

/// Takes the store away.
fn forget(trade: &Trade) {
    std::fs::remove_file(trade.folder.0.join("petiole.db")).unwrap();
    for more in ["petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(trade.folder.0.join(more));
    }
}

#[test]
fn the_first_pass_brings_both_sides_into_step_and_the_second_writes_nothing() {
    let trade = in_step(30);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, &report["writes"], &report["converged"]), (0, &json!(0), &json!(true)), "{report:#}");
    assert_eq!(writes(&trade), 0);
}

#[test]
fn a_sweep_that_would_change_too_much_stops_until_it_is_confirmed() {
    let trade = in_step(120);
    drift(&trade, 60);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade)), (3, 0), "{report:#}");
    assert_eq!(report["braked"]["would_change"], 60, "{report:#}");
    assert_eq!(drifted(&trade), 60);
    let told = trade.command(&["sync", "--full"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("linked records would change") && told.contains("--yes"), "{told}");
    let (code, report) = sync(&trade, &["--full", "--yes"]);
    assert_eq!((code, drifted(&trade)), (0, 0), "{report:#}");
    assert_eq!((&report["healed"], writes(&trade)), (&json!(60), 60), "{report:#}");
}

#[test]
fn a_sweep_that_changes_little_needs_no_confirmation() {
    let trade = in_step(120);
    drift(&trade, 49);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, drifted(&trade), &report["healed"]), (0, 0, &json!(49)), "{report:#}");
    let change = &report["changes"][0];
    assert_eq!((&change["owner"], &change["fields"]), (&json!("flourish"), &json!(["name"])), "{report:#}");
    assert!(change["rules"][0].as_str().unwrap().contains("products.yaml:"), "{report:#}");
}

#[test]
fn a_service_sweeps_on_demand_under_the_same_brake() {
    let trade = in_step(120);
    let service = trade.run("1h");
    drift(&trade, 60);
    let sweep = |body: &Json| send(Method::Post, &format!("{}/api/v1/sweep", service.url), body);
    let report = sweep(&json!({}));
    assert_eq!((&report["braked"]["would_change"], drifted(&trade)), (&json!(60), 60), "{report:#}");
    let report = sweep(&json!({ "confirm": true }));
    assert_eq!((&report["braked"], drifted(&trade)), (&Json::Null, 0), "{report:#}");
    assert_eq!(report["converged"], true, "{report:#}");
}

#[test]
fn a_service_sweeps_by_schedule() {
    let trade = in_step(24);
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("every: 24h", "every: 1s")).unwrap();
    let _service: Process = trade.run("1h");
    drift(&trade, 3);
    until("the drift is put right", || drifted(&trade) == 0);
}

#[test]
fn what_is_observed_is_told_and_not_written() {
    let trade = in_step(24);
    drift(&trade, 2);
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("mode: live", "mode: observe")).unwrap();
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade), drifted(&trade)), (3, 0, 2), "{report:#}");
    let would = report["would_change"].as_array().unwrap();
    assert_eq!(would.len(), 2, "{report:#}");
    assert_eq!((&would[0]["action"], &would[0]["fields"]), (&json!("update"), &json!(["name"])), "{report:#}");
}

#[test]
fn one_record_alone_is_brought_together_for_a_first_trial() {
    let trade = in_step(24);
    drift(&trade, 3);
    let id = products(&trade).iter().find(|one| one["name"] == "Drifted").unwrap()["sku"].clone();
    let state = get(&format!("{}/_control/state", trade.flourish.url));
    let item = state["items"].as_array().unwrap().iter().find(|one| one["sku"] == id).unwrap().clone();
    let (code, report) = sync(&trade, &["--only", &format!("flourish.item/{}", item["id"].as_str().unwrap())]);
    assert_eq!((code, drifted(&trade), &report["compared"]), (0, 2, &json!(1)), "{report:#}");
    let done = trade.command(&["sync", "--only", "flourish.nothing/1"]).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
}

#[test]
fn with_an_empty_store_linked_systems_are_adopted_and_nothing_is_made_twice() {
    let trade = in_step(24);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 8 }));
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!(code, 0, "{report:#}");
    let count = |trade: &Trade| {
        let flourish = get(&format!("{}/_control/state", trade.flourish.url));
        let number = |name: &str| flourish[name].as_array().unwrap().len();
        (number("orders"), number("destinations"), products(trade).len())
    };
    let before = count(&trade);
    assert_eq!(before.0, 8);
    forget(&trade);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade)), (0, 0), "{report:#}");
    assert_eq!(count(&trade), before);
    assert_eq!((&report["linked"]["orders"], &report["linked"]["products"]), (&json!(8), &json!(24)), "{report:#}");
}

#[test]
fn a_first_start_sees_by_listing_what_is_in_step() {
    let trade = in_step(24);
    forget(&trade);
    writes(&trade);
    let service = trade.run("1h");
    until("everything is linked again", || {
        let links = get(&format!("{}/api/v1/status", service.url))["links"].as_u64().unwrap_or_default();
        links >= 48 && at_rest(&service.url)
    });
    let counts = get(&format!("{}/_control/requests", trade.leaflink.url))["counts"].clone();
    assert_eq!((&counts["GET /api/v2/products/{id}/"], writes(&trade)), (&Json::Null, 0), "{counts:#}");
}

#[test]
fn a_first_start_is_not_at_rest_before_its_sweep_is_over() {
    let trade = in_step(4);
    let known = trade.command(&["status", "--format", "json"]).output().unwrap();
    let linked = serde_json::from_slice::<Json>(&known.stdout).unwrap()["links"].clone();
    assert!(linked.as_u64() > Some(0), "{linked}");
    forget(&trade);
    let open = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&open);
    let look: Arc<Look> = Arc::new(move |_, _| {
        until("the test has looked", || gate.load(Ordering::SeqCst));
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    let status = || get(&format!("{}/api/v1/status", service.url));
    let before = status();
    open.store(true, Ordering::SeqCst);
    assert_eq!((&before["sweeping"], &before["queue"]["pending"]), (&json!(true), &json!(1)), "{before:#}");
    until("the sweep is over", || at_rest(&service.url));
    let after = status();
    assert_eq!((&after["sweeping"], &after["links"]), (&json!(false), &linked), "{after:#}");
}

/// Asks a service for a sweep and hands back the connection, on which nobody has read yet.
fn ask_for_a_sweep(url: &str) -> TcpStream {
    let host = url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!("POST /api/v1/sweep HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n");
    connection.write_all(format!("{head}Content-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap();
    connection
}

#[test]
fn a_sweep_goes_on_to_its_end_when_whoever_asked_hangs_up() {
    let trade = in_step(24);
    let open = Arc::new(AtomicBool::new(false));
    let held = Arc::new(AtomicBool::new(false));
    let (gate, reached) = (Arc::clone(&open), Arc::clone(&held));
    let look: Arc<Look> = Arc::new(move |when, request| {
        if when == When::Before && request.method != Method::Get {
            reached.store(true, Ordering::SeqCst);
            until("the client has gone", || gate.load(Ordering::SeqCst));
        }
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    until("the first look is over", || at_rest(&service.url));
    drift(&trade, 3);
    let client = ask_for_a_sweep(&service.url);
    until("a write is on its way", || held.load(Ordering::SeqCst));
    drop(client);
    // The service has seen it go once it answers somebody who came later, with the write still on its way.
    until("the service goes on", || get(&format!("{}/api/v1/status", service.url))["sweeping"] == true);
    open.store(true, Ordering::SeqCst);
    until("all is brought to its end", || at_rest(&service.url) && drifted(&trade) == 0);
    drift(&trade, 2);
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    assert_eq!((&report["healed"], &report["converged"], drifted(&trade)), (&json!(2), &json!(true), 0), "{report:#}");
}
