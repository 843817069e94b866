//! Submitted orders cross exactly once, whatever goes wrong on the way.

use petiole::world::Method;
use serde_json::json;

use crate::support::{Process, Trade, at_rest, get, http, until};

/// Many enough that work, webhooks and polls interleave.
const ORDERS: usize = 40;

fn submit(trade: &Trade, count: usize) {
    trade.people(&trade.leaflink, "submit", &json!({ "count": count }));
}

#[track_caller]
fn settles(trade: &Trade, service: &Process, orders: usize) {
    until("every order has crossed", || trade.orders().len() >= orders);
    until("the service is at rest", || at_rest(&service.url));
    trade.assert_exactly_once();
}

#[test]
fn with_webhooks() {
    let trade = Trade::start();
    let service = trade.run("60s");
    trade.subscribe(&service);
    submit(&trade, ORDERS);
    settles(&trade, &service, ORDERS);
}

#[test]
fn by_polling_alone() {
    let trade = Trade::start();
    let service = trade.run("500ms");
    submit(&trade, ORDERS);
    settles(&trade, &service, ORDERS);
}

#[test]
fn with_each_webhook_five_times_in_random_order() {
    let trade = Trade::start();
    let service = trade.run("60s");
    trade.faults(&trade.leaflink, &json!({ "webhook_copies": 5, "webhook_shuffle": true }));
    trade.subscribe(&service);
    submit(&trade, ORDERS);
    settles(&trade, &service, ORDERS);
}

#[test]
fn when_every_tenth_create_is_answered_502_although_it_was_done() {
    let trade = Trade::start();
    let service = trade.run("60s");
    trade.faults(&trade.flourish, &json!({ "error_after_commit_every": 10 }));
    trade.subscribe(&service);
    submit(&trade, ORDERS);
    settles(&trade, &service, ORDERS);
}

#[test]
fn when_every_seventh_create_is_cut_off_although_it_was_done() {
    let trade = Trade::start();
    let service = trade.run("60s");
    trade.faults(&trade.flourish, &json!({ "cut_after_commit_every": 7 }));
    trade.subscribe(&service);
    submit(&trade, ORDERS);
    settles(&trade, &service, ORDERS);
}

#[test]
fn when_the_service_is_killed_again_and_again() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let trade = Trade::start();
    submit(&trade, ORDERS);
    for _ in 0..12 {
        let mut service = trade.run("200ms");
        let target = (trade.orders().len() + random.usize(0..5)).min(ORDERS);
        until("some more orders have crossed", || trade.orders().len() >= target);
        service.kill();
    }
    let service = trade.run("200ms");
    settles(&trade, &service, ORDERS);
}

#[test]
fn with_an_empty_store_linked_orders_are_adopted() {
    let trade = Trade::start();
    let mut service = trade.run("500ms");
    submit(&trade, 10);
    settles(&trade, &service, 10);
    service.kill();
    std::fs::remove_file(trade.folder.0.join("petiole.db")).unwrap();
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(trade.folder.0.join(format!("petiole.db{end}")));
    }
    let done = trade.command(&["sync", "--full"]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    trade.assert_exactly_once();
}

#[test]
fn an_unknown_sku_parks_the_order_whole_and_goes_on_when_the_item_appears() {
    let trade = Trade::start();
    let service = trade.run("500ms");
    trade.people(&trade.leaflink, "product", &json!({ "sku": "NEW-1", "name": "New" }));
    let known = get(&format!("{}/_control/state", trade.leaflink.url))["products"][0]["sku"].clone();
    let lines = json!([{ "sku": known, "quantity": 2 }, { "sku": "NEW-1", "quantity": 3 }]);
    trade.people(&trade.leaflink, "submit", &json!({ "lines": lines }));
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("the order is parked", || inbox().len() == 1);
    assert!(trade.orders().is_empty(), "nothing half-written");
    let item = inbox().remove(0);
    let rules = std::fs::read_to_string(trade.rules.join("pipelines/orders.yaml")).unwrap();
    let line = rules.lines().position(|line| line.contains("via pipeline products")).unwrap() + 1;
    assert_eq!(item["rule"]["line"], line, "{item}");
    assert!(item["message"].as_str().unwrap().contains("NEW-1"), "{item}");
    let listed = trade.command(&["inbox", "--url", &service.url, "list"]).output().unwrap();
    assert!(String::from_utf8_lossy(&listed.stdout).contains("NEW-1"));
    trade.people(&trade.flourish, "item", &json!({ "sku": "NEW-1", "price": 5 }));
    settles(&trade, &service, 1);
    until("the inbox is empty", || inbox().is_empty());
}

#[test]
fn webhooks_are_let_in_only_when_they_are_right() {
    let trade = Trade::start();
    let service = trade.run("60s");
    let hook = |account: &str| format!("{}/webhooks/{account}", service.url);
    let status = |url: &str, headers: &[(&str, &str)], body: &[u8]| http(Method::Post, url, headers, body).status;
    assert_eq!(status(&hook("leaflink"), &[], b"{}"), 401, "no signature");
    assert_eq!(status(&hook("leaflink"), &[("LL-Signature", "AAAA")], b"{}"), 401, "a wrong signature");
    assert_eq!(status(&hook("nobody"), &[], b"{}"), 404, "no such account");
    assert_eq!(status(&hook("leaflink"), &[], &vec![b' '; 1024 * 1024 + 1]), 413, "too large");
    // HMAC-SHA256 of `no json` under the simulators' key, worked out with openssl.
    let signature = "gKwrLUoCZuidjEb9Oamd46Ue8ZukhH2DWyDnwvgybXM=";
    assert_eq!(status(&hook("leaflink"), &[("LL-Signature", signature)], b"no json"), 400, "no JSON");
}

#[test]
fn a_number_that_comes_back_in_capitals_is_the_same_number() {
    let trade = Trade::start();
    let faults = json!({ "keeps": { "upper_case": ["original_order_id"] }, "cut_after_commit_every": 1 });
    trade.faults(&trade.flourish, &faults);
    let service = trade.run("300ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let accepted = || {
        let orders = get(&format!("{}/_control/state", trade.leaflink.url))["orders"].clone();
        orders.as_array().unwrap().iter().filter(|order| order["status"] == "Accepted").count()
    };
    until("every order has crossed and is linked", || accepted() == 3 && at_rest(&service.url));
    assert_eq!(trade.orders().len(), 3, "each once, though no answer came");
}

/// The destination of an order that cannot be written is not made: half of an order is nothing that anybody asked for.
#[test]
fn nothing_is_made_for_an_order_that_cannot_be_written() {
    let trade = Trade::start();
    let known = |license: &str| {
        let state = get(&format!("{}/_control/state", trade.flourish.url));
        let rows = state["destinations"].as_array().unwrap().iter();
        rows.filter(|one| one.to_string().contains(license)).count()
    };
    let service = trade.run("300ms");
    until("the first comparison is over", || at_rest(&service.url));
    trade.people(&trade.leaflink, "product", &json!({ "sku": "LATER-1", "name": "Known later" }));
    let license = "C10-7654321-LIC";
    let customer = json!({ "name": "Not Known Yet", "license_number": license });
    let customer = trade.people(&trade.leaflink, "customer", &customer)["id"].clone();
    let lines = json!([{ "sku": "LATER-1", "quantity": 3 }]);
    trade.people(&trade.leaflink, "submit", &json!({ "customer": customer, "lines": lines }));
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("it waits for a person", || inbox().len() == 1 && at_rest(&service.url));
    assert!(inbox()[0]["message"].to_string().contains("LATER-1"), "{:#}", inbox()[0]);
    assert_eq!((trade.orders().len(), known(license)), (0, 0), "nothing of it is written");

    trade.people(&trade.flourish, "item", &json!({ "sku": "LATER-1", "name": "Known later" }));
    until("it crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    assert_eq!((known(license), inbox().len()), (1, 0), "{:#?}", inbox());
    trade.assert_exactly_once();
}
