//! A rule has records wait while a condition holds: nothing of them is written, each is named with the line that says
//! so, and what is to be written goes on by itself when the condition no longer holds.

use serde_json::{Value as Json, json};

use petiole::world::Method;

use crate::support::{Process, Trade, at_rest, get, http, says, until};

/// The shipped rules, and orders whose note says so wait.
fn waiting_trade() -> Trade {
    let trade = Trade::start();
    let path = trade.rules.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let hold = "hold when: starts_with(leaflink.notes ?? \"\", \"WAIT\")\n\nwith:\n";
    std::fs::write(&path, text.replacen("with:\n", hold, 1)).unwrap();
    trade
}

fn submit(trade: &Trade, notes: &str) -> String {
    let made =
        trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "payment_term": "Net 30", "notes": notes }));
    made["orders"][0]["number"].as_str().unwrap().to_owned()
}

fn edit(trade: &Trade, number: &str, fields: &Json) {
    let mut body = fields.clone();
    body["order"] = json!(number);
    trade.people(&trade.leaflink, "edit", &body);
}

fn is_destination(trade: &Trade, license: &str) -> bool {
    let state = get(&format!("{}/_control/state", trade.flourish.url));
    state["destinations"].as_array().unwrap().iter().any(|one| one.to_string().contains(license))
}

fn crossed(trade: &Trade, number: &str) -> Option<Json> {
    trade.orders().into_iter().find(|one| one["original_order_id"] == number)
}

fn rests(service: &Process) {
    until("the service is at rest", || at_rest(&service.url));
}

#[test]
fn what_a_rule_has_wait_is_named_and_goes_on_by_itself() {
    let trade = waiting_trade();
    let service = trade.run("200ms");
    rests(&service);
    let customer = json!({ "name": "Not Known Yet", "license_number": "C10-7777777-LIC" });
    let customer = trade.people(&trade.leaflink, "customer", &customer)["id"].clone();
    let order = json!({ "count": 1, "payment_term": "Net 30", "notes": "WAIT for the check", "customer": customer });
    let waits = trade.people(&trade.leaflink, "submit", &order)["orders"][0]["number"].as_str().unwrap().to_owned();
    let goes = submit(&trade, "none");
    until("the other crossed", || crossed(&trade, &goes).is_some() && at_rest(&service.url));
    assert!(crossed(&trade, &waits).is_none(), "nothing of it is written");

    // It is named, counted as held, and never called in step.
    let report = says(&trade, &["sync", "--full"], 3);
    assert!(report.contains("held") && report.contains(&format!("leaflink.order/{waits}, by the rule ")), "{report}");
    assert!(report.contains("orders.yaml:"), "{report}");
    let told = trade.command(&["sync", "--full", "--format", "json"]).output().unwrap();
    let told: Json = serde_json::from_slice(&told.stdout).unwrap();
    let is_it = |line: &&Json| line["pipeline"] == "orders" && line["account"] == "leaflink";
    let line = told["ledger"].as_array().unwrap().iter().find(is_it).unwrap();
    assert_eq!(line["held"], 1, "{line}");
    let story = says(&trade, &["explain", &format!("leaflink.order/{waits}")], 0);
    assert!(story.contains("waits as long as the rules say so") && story.contains("orders.yaml:"), "{story}");
    assert_eq!(get(&format!("{}/api/v1/inbox", service.url))["items"], json!([]), "nobody has to do anything");

    assert!(!is_destination(&trade, "C10-7777777-LIC"), "nobody is brought over for what waits");
    let told = says(&trade, &["sync"], 3);
    assert!(told.contains(&format!("leaflink.order/{waits}, by the rule ")), "{told}");
    let told = says(&trade, &["plan", "--full"], 0);
    assert!(told.contains(&format!("held: leaflink.order/{waits}, by the rule ")), "{told}");

    edit(&trade, &waits, &json!({ "notes": "checked" }));
    until("it crossed", || crossed(&trade, &waits).is_some() && at_rest(&service.url));
    assert!(is_destination(&trade, "C10-7777777-LIC"), "then its buyer is brought over with it");

    // What is linked waits just so, on both sides.
    edit(&trade, &waits, &json!({ "notes": "WAIT once more", "payment_term": "Net 60" }));
    until("it was seen", || says(&trade, &["explain", &waits], 0).matches("waits as long").count() > 1);
    rests(&service);
    assert_eq!(crossed(&trade, &waits).unwrap()["payment_term"], "Net 30");
    edit(&trade, &waits, &json!({ "notes": "checked" }));
    until("the term follows", || crossed(&trade, &waits).unwrap()["payment_term"] == "Net 60");
    rests(&service);
    says(&trade, &["sync", "--full"], 0);
    trade.assert_exactly_once();
}

#[test]
fn what_waited_goes_on_when_the_rule_is_taken_away() {
    let trade = waiting_trade();
    let service = trade.run("200ms");
    rests(&service);
    let before = status(&service)["generation"].as_i64().unwrap();
    let waits = submit(&trade, "WAIT for the credit check");
    until("it waits", || says(&trade, &["sync"], 3).contains(&waits));
    let path = trade.rules.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("hold when:")).collect();
    std::fs::write(&path, without.join("\n") + "\n").unwrap();
    until("the new rules serve", || status(&service)["generation"].as_i64().unwrap() > before);
    until("it crossed", || crossed(&trade, &waits).is_some() && at_rest(&service.url));
    let told = status(&service)["last_reload"]["changed"]["text"].as_str().unwrap().to_owned();
    assert!(told.contains("had wait in orders is looked at now"), "{told}");
    trade.assert_exactly_once();
}

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

#[test]
fn what_waits_for_another_record_is_asked_again_when_that_changes() {
    let trade = Trade::start();
    let path = trade.rules.join("pipelines/orders.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let hold = "hold when: starts_with(leaflink.customer.nickname ?? \"\", \"CREDIT\")\n\nwith:\n";
    std::fs::write(&path, text.replacen("with:\n", hold, 1)).unwrap();
    let service = trade.run("200ms");
    rests(&service);
    let known = json!({ "name": "Slow Payer", "license_number": "C10-7777777-LIC" });
    let customer = trade.people(&trade.leaflink, "customer", &known)["id"].clone();
    let nicknamed = |nickname: &str| {
        trade.people(&trade.leaflink, "customer", &json!({ "customer": customer, "nickname": nickname }))
    };
    nicknamed("CREDIT: 3 open invoices");
    let order = json!({ "count": 2, "payment_term": "Net 30", "customer": customer });
    let made = trade.people(&trade.leaflink, "submit", &order);
    let numbers = [0, 1].map(|at| made["orders"][at]["number"].as_str().unwrap().to_owned());
    until("both wait", || status(&service)["waiting"]["held_by_rule"] == 2);
    rests(&service);
    let told = says(&trade, &["status"], 0);
    assert!(told.contains(", 2 held by rule"), "{told}");
    for number in &numbers {
        assert!(crossed(&trade, number).is_none());
        assert!(told.lines().any(|line| line.starts_with("held by the rule ") && line.contains(number)), "{told}");
    }
    let metrics = http(Method::Get, &format!("{}/metrics", service.url), &[], b"").body;
    let metrics = String::from_utf8_lossy(&metrics).into_owned();
    assert!(metrics.contains("\npetiole_held_by_rule 2\n"), "{metrics}");

    // The orders themselves do not change.
    nicknamed("paid");
    until("both crossed", || numbers.iter().all(|number| crossed(&trade, number).is_some()) && at_rest(&service.url));
    assert_eq!(status(&service)["waiting"]["held_by_rule"], 0);
    trade.assert_exactly_once();
}
