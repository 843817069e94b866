//! Fields that rules read and that answers lack: renamed before anybody looked, or since; and those left out when empty.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, own, send, until};

/// How the simulator counts calls that list orders; those of one order have more behind it.
const LIST: &str = "GET /api/v2/orders-received/";

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
    // Lines of an order always show what was ordered; without it the lines wait, and the discounts that a script works
    // out from them, and the status goes on.
    rewrite(&trade, "/orders-received/", "ordered_unit_price");
    trade.people(&trade.flourish, "cancel", &json!({ "order": order["id"] }));
    let status = || get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"].clone();
    until("the status follows", || status() == "Rejected");
    rests(&service);
    let waits = [json!(["field-gone", "money"]), json!(["field-gone", "lines"])];
    assert_eq!(told(&service), waits, "{:#?}", inbox(&service));
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

/// Two orders that have crossed, and the first one's number.
fn two_crossed(trade: &Trade) -> String {
    let service = trade.run("200ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    until("they crossed", || trade.orders().len() == 2);
    rests(&service);
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    state["orders"][0]["number"].as_str().unwrap().to_owned()
}

#[test]
fn a_field_that_is_renamed_between_two_sweeps_is_missed_by_the_first_record_that_lacks_it_also_after_a_restart() {
    let trade = Trade::start();
    let number = two_crossed(&trade);
    let before = trade.orders();
    // Nothing says that an order always shows a wished day, and two are too few for a list to tell.
    rewrite(&trade, "/", "ship_date");
    let service = trade.run("200ms");
    trade.people(&trade.leaflink, "fulfill", &json!({ "order": number }));
    until("it is told", || !inbox(&service).is_empty());
    rests(&service);
    let told = |one: &Json| one["code"] == "field-gone" && one["group"] == "delivery";
    assert!(inbox(&service).iter().all(told), "{:#?}", inbox(&service));
    assert_eq!(trade.orders(), before);
    let alarms = || get(&format!("{}/api/v1/status", service.url))["accounts"]["leaflink"]["alarms"].clone();
    assert_eq!(alarms()[0]["code"], "field-gone", "{:#}", alarms());
    trade.faults(&trade.leaflink, &json!({}));
    send(Method::Post, &format!("{}/api/v1/inbox/all/retry", service.url), &json!({}));
    // What others said holds for a minute, and shows itself wrong at the first record that has the field.
    until("mended", || inbox(&service).is_empty() && alarms() == json!([]));
}

#[test]
fn a_field_that_one_record_lacks_while_another_shows_it_is_left_out_when_it_is_empty() {
    let trade = Trade::start();
    let number = two_crossed(&trade);
    rewrite(&trade, &format!("/orders-received/{number}"), "ship_date");
    let service = trade.run("200ms");
    let asked = |trade: &Trade| {
        let counts = get(&format!("{}/_control/requests", trade.leaflink.url))["counts"].clone();
        let own = counts.as_object().unwrap().iter();
        let own = own.filter(|(call, _)| call.len() > LIST.len() && call.starts_with(LIST));
        own.filter_map(|(_, count)| count.as_u64()).sum::<u64>()
    };
    let before = asked(&trade);
    trade.people(&trade.leaflink, "fulfill", &json!({ "order": number }));
    until("it was looked at", || asked(&trade) > before);
    rests(&service);
    assert_eq!(inbox(&service), [] as [Json; 0]);
    let alarms = get(&format!("{}/api/v1/status", service.url))["accounts"]["leaflink"]["alarms"].clone();
    assert_eq!(alarms, json!([]));
}

/// An order with a line of a lot that has crossed: its number, and the line's SKU.
fn lot_crossed(trade: &Trade) -> (String, String) {
    let service = trade.run("200ms");
    for number in ["B-1", "B-2"] {
        trade.people(&trade.leaflink, "batch", &json!({ "number": number }));
    }
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("it crossed", || trade.orders().len() == 1);
    let order = get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0].clone();
    let word = |json: &Json| json.as_str().unwrap().to_owned();
    let (number, sku) = (word(&order["number"]), word(&order["lines"][0]["sku"]));
    edit(trade, (&number, &sku), 4);
    until("the lot crossed", || quantities(trade).contains(&"4".to_owned()));
    rests(&service);
    (number, sku)
}

fn edit(trade: &Trade, (order, sku): (&str, &str), quantity: u32) {
    let line = json!({ "sku": sku, "quantity": quantity, "batch": "B-1" });
    trade.people(&trade.leaflink, "edit", &json!({ "order": order, "lines": [line] }));
}

/// How much of each line is ordered at Flourish.
fn quantities(trade: &Trade) -> Vec<String> {
    let lines = trade.orders()[0]["lines"].as_array().unwrap().clone();
    lines.iter().map(|line| line["qty"].to_string().replace('"', "")).collect()
}

/// What waits, by code and group.
fn told(service: &Process) -> Vec<Json> {
    inbox(service).iter().map(|one| json!([one["code"], one["group"]])).collect()
}

#[test]
fn a_field_that_is_read_through_a_reference_stops_only_what_reads_it() {
    let trade = Trade::start();
    let (number, sku) = lot_crossed(&trade);
    let before = trade.orders()[0]["lines"].clone();
    // A lot stands behind a reference of the order's lines.
    rewrite(&trade, "/batches/", "production_batch_number");
    let service = trade.run("200ms");
    edit(&trade, (&number, &sku), 5);
    until("it is told", || !inbox(&service).is_empty());
    rests(&service);
    assert_eq!(told(&service), [json!(["field-gone", "lines"])], "{:#?}", inbox(&service));
    assert_eq!(trade.orders()[0]["lines"], before);
    trade.people(&trade.leaflink, "fulfill", &json!({ "order": number }));
    rests(&service);
    assert_eq!(told(&service), [json!(["field-gone", "lines"])], "{:#?}", inbox(&service));
    trade.faults(&trade.leaflink, &json!({}));
    // What others said of the field holds for a minute.
    until("mended", || {
        send(Method::Post, &format!("{}/api/v1/inbox/all/retry", service.url), &json!({}));
        inbox(&service).is_empty() && quantities(&trade).contains(&"5".to_owned())
    });
}

#[test]
fn a_record_beside_the_pair_that_lacks_a_field_stops_only_what_reads_it() {
    let trade = Trade::start();
    let (number, sku) = lot_crossed(&trade);
    let gone = json!({ "rewrite": [{ "url": "/facilities", "find": "\"timezone\":", "with": "\"zone\":" }] });
    trade.faults(&trade.flourish, &gone);
    let service = trade.run("200ms");
    edit(&trade, (&number, &sku), 5);
    until("the lines follow", || quantities(&trade).contains(&"5".to_owned()));
    rests(&service);
    // Only the wished day asks where the facility is.
    assert_eq!(told(&service), [json!(["field-gone", "delivery"])], "{:#?}", inbox(&service));
    let alarms = get(&format!("{}/api/v1/status", service.url))["accounts"]["flourish"]["alarms"].clone();
    assert_eq!(alarms[0]["code"], "field-gone", "{alarms:#}");
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
