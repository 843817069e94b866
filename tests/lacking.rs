//! Fields that rules read and that answers lack: renamed before anybody looked, or since; and those left out when empty.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, own, send, until};

fn rewrite(trade: &Trade, url: &str, field: &str) {
    let find = format!("\"{field}\":");
    trade.faults(&trade.leaflink, &json!({ "rewrite": [{ "url": url, "find": find, "with": "\"renamed\":" }] }));
}

fn inbox(service: &Process) -> Vec<Json> {
    get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone()
}

fn rests(service: &Process) {
    until("the service is at rest", || at_rest(&service.url));
}

fn sync(trade: &Trade) -> (i32, String) {
    let done = trade.command(&["sync", "--full", "--yes"]).output().unwrap();
    let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (done.status.code().unwrap(), told)
}

#[test]
fn a_group_that_reads_a_field_that_is_gone_waits_and_the_others_go_on() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("it crossed", || trade.orders().len() == 1);
    rests(&service);
    let order = trade.orders()[0].clone();
    // Lines of an order always show what was ordered; without it the lines wait, and the status goes on.
    rewrite(&trade, "/orders-received/", "ordered_unit_price");
    trade.people(&trade.flourish, "cancel", &json!({ "order": order["id"] }));
    let status = || get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"].clone();
    until("the status follows", || status() == "Rejected");
    rests(&service);
    let told: Vec<Json> = inbox(&service).iter().map(|one| json!([one["code"], one["group"]])).collect();
    assert_eq!(told, [json!(["field-gone", "lines"])], "{:#?}", inbox(&service));
    assert_eq!(trade.orders()[0]["lines"], order["lines"]);
    trade.faults(&trade.leaflink, &json!({}));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    send(Method::Post, &format!("{}/api/v1/inbox/all/retry", service.url), &json!({}));
    until("mended", || inbox(&service).is_empty());
}

#[test]
fn a_field_that_nobody_ever_showed_is_missed_before_anything_is_made_from_it() {
    let trade = Trade::start();
    // Nothing says that an order always shows a wished day, and rules carry it over.
    rewrite(&trade, "/", "ship_date");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (3, 0), "{told}");
    assert!(told.contains("ship_date") && told.contains("left out when empty"), "{told}");
    trade.faults(&trade.leaflink, &json!({}));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (0, 3), "{told}");
    trade.assert_exactly_once();
}

#[test]
fn a_field_that_the_system_file_says_is_left_out_when_empty_is_no_field_that_is_gone() {
    let trade = Trade::start();
    let path = trade.rules.join("systems/leaflink.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let sparse = text.replace("      ship_date: text", "      ship_date: text, left out when empty");
    assert_ne!(text, sparse);
    std::fs::write(&path, sparse).unwrap();
    rewrite(&trade, "/", "ship_date");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (0, 3), "{told}");
}

#[test]
fn products_go_on_while_the_price_is_not_shown() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    let service = trade.run("200ms");
    until("the first sweep is over", || get(&format!("{}/api/v1/status", service.url))["queue"]["pending"] == 0);
    rests(&service);
    drop(service);
    let gone = json!({ "rewrite": [{ "url": "/items", "find": "\"price\":", "with": "\"cost\":" }] });
    trade.faults(&trade.flourish, &gone);
    trade.people(&trade.flourish, "item", &json!({ "sku": "BD-35-JAR-001", "description": "Said anew" }));
    let (code, told) = sync(&trade);
    assert_eq!(code, 3, "{told}");
    let products = trade.command(&["inbox", "--url", "http://127.0.0.1:1", "--format", "json", "list"]);
    let mut products = products;
    let found: Json = serde_json::from_slice(&products.output().unwrap().stdout).unwrap();
    let items = found["items"].as_array().unwrap();
    assert!(items.iter().all(|one| one["group"] == "price" && one["code"] == "field-gone"), "{found:#}");
    assert!(!items.is_empty());
}
