//! A person has a record, a pipeline or an account wait: nothing of it is written, nothing is lost, and it is shown;
//! what was put off is named with its next try and goes now where somebody asks.

use std::process::Output;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::postgres::server;
use crate::support::{Process, Trade, at_rest, get, send, until};

fn submit(trade: &Trade, count: u64) -> Vec<String> {
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": count }));
    made["orders"].as_array().unwrap().iter().map(|one| one["number"].as_str().unwrap().to_owned()).collect()
}

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

fn told(done: &Output) -> String {
    let both = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    both.concat()
}

/// Runs a command that ends with this code; what it says.
#[track_caller]
fn says(trade: &Trade, arguments: &[&str], code: i32) -> String {
    let done = trade.command(arguments).output().unwrap();
    assert_eq!(done.status.code(), Some(code), "{arguments:?}: {}", told(&done));
    told(&done)
}

/// Serves, and hears of every order by itself.
fn serve(trade: &Trade) -> Process {
    let service = trade.run("300ms");
    trade.subscribe(&service);
    until("the service is at rest", || at_rest(&service.url));
    service
}

/// What a ledger counts of the marketplace's orders in a bucket.
fn orders(report: &Json, bucket: &str) -> u64 {
    let is_it = |line: &&Json| line["pipeline"] == "orders" && line["account"] == "leaflink";
    let line = report["ledger"].as_array().unwrap().iter().find(is_it);
    line.map_or(0, |line| line[bucket].as_u64().unwrap())
}

#[test]
fn a_held_pipeline_waits_through_a_restart_and_goes_on_whole() {
    let trade = Trade::start();
    let service = serve(&trade);
    let said = says(&trade, &["hold", "orders", "--because", "stock is counted"], 0);
    assert!(said.contains("held until `petiole release orders`: pipeline orders"), "{said}");
    submit(&trade, 3);
    until("three orders wait", || status(&service)["waiting"]["held"] == 3);
    assert!(trade.orders().is_empty(), "nothing of them was written");
    let shown = says(&trade, &["status"], 0);
    assert!(shown.contains("pipeline orders: stock is counted; 3 records wait (petiole release orders)"), "{shown}");
    // The pass is asked for what it cannot do, and says so.
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    assert_eq!((report["converged"].clone(), orders(&report, "held")), (json!(false), 3), "{report:#}");
    assert_eq!(report["holds"][0]["name"], "orders");
    drop(service);

    // Nobody serves: the store alone says it, and lets the orders go on.
    let shown = says(&trade, &["status"], 3);
    assert!(shown.contains("3 held") && shown.contains("pipeline orders: stock is counted"), "{shown}");
    let shown = says(&trade, &["sync", "--full"], 3);
    assert!(shown.contains("held by a person: pipeline orders") && trade.orders().is_empty(), "{shown}");
    let service = serve(&trade);
    assert!(trade.orders().is_empty());
    assert_eq!(status(&service)["waiting"]["held"], 3);
    says(&trade, &["release", "products"], 3);
    let said = says(&trade, &["release", "orders"], 0);
    assert!(said.contains("released pipeline orders: 3 records go on"), "{said}");
    until("the orders crossed", || trade.orders().len() == 3);
    trade.assert_exactly_once();
    until("nothing is held", || status(&service)["holds"] == json!([]) && at_rest(&service.url));
}

#[test]
fn a_held_record_waits_on_both_sides_and_others_go_on() {
    let trade = Trade::start();
    let service = serve(&trade);
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }))["orders"][0].clone();
    let (first, short) = (made["number"].as_str().unwrap(), made["short_id"].as_str().unwrap());
    until("it crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let entered = trade.orders()[0]["id"].clone();
    let sold = || {
        let state = get(&format!("{}/_control/state", trade.leaflink.url));
        state["orders"].as_array().unwrap().iter().find(|one| one["number"] == first).unwrap()["status"].clone()
    };
    until("it is accepted", || sold() == "Accepted" && at_rest(&service.url));
    // By its own short number, and for so long.
    let said = says(&trade, &["hold", short, "--until", "2h"], 0);
    assert!(said.contains(&format!("leaflink.order/{first}")), "{said}");
    // The warehouse cancels, which the marketplace is to hear.
    trade.people(&trade.flourish, "cancel", &json!({ "order": entered }));
    until("the cancellation waits", || status(&service)["waiting"]["held"] == 1);
    submit(&trade, 1);
    until("another crosses", || trade.orders().len() == 2);
    assert_eq!(sold(), "Accepted");
    let only = says(&trade, &["sync", "--url", &service.url, "--only", &format!("leaflink.order/{first}")], 3);
    assert!(only.contains("held: leaflink.order/"), "{only}");
    says(&trade, &["release", &format!("leaflink.order/{first}")], 0);
    until("it is rejected", || sold() == "Rejected");
}

#[test]
fn a_held_account_goes_on_by_itself_when_its_time_has_come() {
    let trade = Trade::start();
    let service = serve(&trade);
    says(&trade, &["hold", "flourish", "--until", "2s"], 0);
    submit(&trade, 2);
    until("the orders crossed", || trade.orders().len() == 2);
    assert_eq!(status(&service)["holds"], json!([]));
    trade.assert_exactly_once();
    for (arguments, words) in [
        (&["hold", "flourish", "--until", "2001-01-01"][..], "is over already"),
        (&["hold", "flourish", "--until", "soon"], "is no time"),
        (&["hold", "nothing-like-it"], "no pipeline or account is called `nothing-like-it`"),
        (&["hold", "leaflink.order/none"], "there is no record `leaflink.order/none`"),
        (&["release", "flourish"], "account flourish is not held"),
    ] {
        let said = says(&trade, arguments, 3);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn what_is_put_off_is_named_with_its_next_try_and_goes_now_on_demand() {
    let trade = Trade::start();
    let service = serve(&trade);
    trade.faults(&trade.flourish, &json!({ "error_before_every": 1 }));
    let number = submit(&trade, 1).remove(0);
    until("it was tried twice", || {
        let shown = status(&service);
        shown["waiting"]["retrying"] == 1 && shown["retrying"][0]["attempts"].as_u64() > Some(1)
    });
    let shown = says(&trade, &["status"], 0);
    let line = shown.lines().find(|line| line.starts_with("retrying leaflink.order/")).unwrap_or_default();
    assert!(line.contains("tried ") && line.contains("next try at ") && line.contains("flourish"), "{shown}");
    // The longer it fails the longer it waits: by itself it would not go for a while.
    until("it waits for long", || status(&service)["retrying"][0]["attempts"].as_u64() > Some(3));
    trade.faults(&trade.flourish, &json!({}));
    let said = says(&trade, &["retry", &number], 0);
    assert!(said.contains("1 record goes now"), "{said}");
    until("it crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    assert!(says(&trade, &["retry", "--all"], 0).contains("nothing of it is put off"));
    assert!(says(&trade, &["retry", &format!("leaflink.order/{number}")], 3).contains("is put off"));
    says(&trade, &["retry"], 2);
    trade.assert_exactly_once();
}

#[test]
fn what_one_node_is_told_to_hold_all_hold() {
    let Some(server) = server() else { return };
    let database = server.database();
    let trade = Trade::start();
    let node = || {
        let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
        Process::start(command.env("PETIOLE_STORE", database.url()), "listening")
    };
    let nodes = [node(), node()];
    until("both are at rest", || nodes.iter().all(|node| at_rest(&node.url)));
    says(&trade, &["hold", "--url", &nodes[0].url, "orders"], 0);
    for node in &nodes {
        trade.subscribe(node);
        submit(&trade, 2);
    }
    until("all of them wait", || nodes.iter().all(|node| status(node)["waiting"]["held"] == 4));
    assert!(trade.orders().is_empty());
    assert_eq!(status(&nodes[1])["holds"][0]["waiting"], 4);
    says(&trade, &["release", "--url", &nodes[1].url, "orders"], 0);
    until("all of them crossed", || trade.orders().len() == 4);
    trade.assert_exactly_once();
}
