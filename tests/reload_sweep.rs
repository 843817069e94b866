//! What new rules do otherwise with records that are linked already is told, and is brought over by itself where the
//! settings say so: only what changed, under the brake, and also where the process ends in between.

use std::path::PathBuf;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, send, until};

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

fn settings(trade: &Trade) -> PathBuf {
    trade.rules.join("settings.yaml")
}

/// Changes the settings file; all of it is there once it serves.
fn edit(trade: &Trade, changes: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(settings(trade)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    std::fs::write(settings(trade), text).unwrap();
}

/// What is offered on the marketplace, by product.
fn offered(trade: &Trade) -> Vec<String> {
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let products = state["products"].as_array().unwrap().iter();
    products.map(|one| format!("{} {}", one["sku"], one["available_inventory"])).collect()
}

fn in_step(trade: &Trade, sweep: &str) -> Process {
    edit(trade, &[("    sweep: ask\n", &format!("    sweep: {sweep}\n"))]);
    let service = trade.run("1h");
    let url = format!("{}/api/v1/sweep", service.url);
    until("the first sweep is over", || status(&service)["last_sweep"]["state"] != "not ended" && at_rest(&service.url));
    send(Method::Post, &url, &json!({ "confirm": true }));
    until("both sides are in step", || status(&service)["last_sweep"]["state"] == "done" && at_rest(&service.url));
    service
}

fn changed(service: &Process) -> Json {
    status(service)["last_reload"]["changed"].clone()
}

/// The lines of the file that say something.
fn line_of(trade: &Trade, text: &str) -> usize {
    let whole = std::fs::read_to_string(settings(trade)).unwrap();
    whole.lines().position(|line| line.contains(text)).unwrap() + 1
}

#[test]
fn what_new_rules_do_otherwise_is_told_and_left_to_a_person() {
    let trade = Trade::start();
    let service = in_step(&trade, "ask");
    assert_eq!(changed(&service), Json::Null);
    let before = offered(&trade);
    edit(&trade, &[("    safety: 0\n", "    safety: 5\n")]);
    until("the new rules serve", || changed(&service)["pipelines"] == json!(["stock"]));
    let told = changed(&service);
    let place = told["places"][0].as_str().unwrap();
    assert!(place.ends_with(&format!("settings.yaml:{}", line_of(&trade, "safety: 5"))), "{told}");
    assert_eq!(told["generation"], status(&service)["generation"]);
    assert!(told["links"].as_u64().unwrap() > 1, "{told}");
    until("it is at rest", || at_rest(&service.url));
    assert_eq!(offered(&trade), before, "nobody asked for it");
    let shown = trade.command(&["status", "--url", &service.url]).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains(&format!("{} linked records may differ", told["links"])), "{shown}");
    send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    until("it is brought over", || offered(&trade) != before && at_rest(&service.url));
    // A remark is another generation, and nothing differs by it.
    edit(&trade, &[("    safety: 5\n", "    safety: 5 # enough\n")]);
    until("the remark serves", || changed(&service)["generation"].as_i64() > told["generation"].as_i64());
    assert_eq!((changed(&service)["pipelines"].clone(), changed(&service)["links"].clone()), (json!([]), json!(0)));
}

#[test]
fn where_it_is_wished_only_what_changed_is_swept_at_once() {
    let trade = Trade::start();
    let service = in_step(&trade, "always");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let (before, swept) = (offered(&trade), status(&service)["last_sweep"].clone());
    edit(&trade, &[("    safety: 0\n", "    safety: 5\n")]);
    until("it is brought over", || offered(&trade) != before && at_rest(&service.url));
    assert_eq!(status(&service)["last_sweep"], swept, "not everything was compared");
    assert!(trade.orders().is_empty(), "orders are no part of what changed");
}

#[test]
fn a_sweep_that_is_owed_is_made_after_a_restart() {
    let trade = Trade::start();
    let mut service = in_step(&trade, "always");
    let before = offered(&trade);
    // Nothing can be listed, so that the sweep cannot come to its end.
    trade.faults(&trade.leaflink, &json!({ "error_before_every": 1 }));
    let first = status(&service)["generation"].as_i64();
    edit(&trade, &[("    safety: 0\n", "    safety: 5\n")]);
    until("the new rules serve", || status(&service)["generation"].as_i64() > first);
    assert_eq!(status(&service)["sweeping"], true);
    service.kill();
    trade.faults(&trade.leaflink, &json!({}));
    assert_eq!(offered(&trade), before);
    let _service = trade.run("1h");
    until("it is brought over", || offered(&trade) != before);
}

#[test]
fn what_would_change_too_much_waits_for_a_person() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "world", &json!({ "seed": 7, "items": 60 }));
    trade.people(&trade.flourish, "world", &json!({ "seed": 7, "items": 60 }));
    let service = in_step(&trade, "always");
    let before = offered(&trade);
    edit(&trade, &[("    safety: 0\n", "    safety: 5\n")]);
    until("the brake stops it", || status(&service)["last_sweep"]["state"] == "held back");
    until("it is at rest", || at_rest(&service.url));
    assert_eq!(offered(&trade), before);
    send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    until("it is brought over", || offered(&trade) != before);
}
