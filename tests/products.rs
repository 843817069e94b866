//! Products against both simulators: what Flourish sells on-line is on LeafLink, by the switches of the settings.

use petiole::world::{Method, SystemFiles};
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, http, own, until};

const KEY: (&str, &str) = ("Authorization", "App key-for-tests");

/// The product of a SKU as LeafLink's API shows it.
fn product(trade: &Trade, sku: &str) -> Json {
    let answer = http(Method::Get, &format!("{}/api/v2/products/?sku={sku}", trade.leaflink.url), &[KEY], b"");
    let page: Json = serde_json::from_slice(&answer.body).unwrap();
    page["results"][0].clone()
}

fn patch(trade: &Trade, id: &Json, fields: &Json) {
    let url = format!("{}/api/v2/products/{id}/", trade.leaflink.url);
    let headers = [KEY, ("Content-Type", "application/json")];
    assert_eq!(http(Method::Patch, &url, &headers, fields.to_string().as_bytes()).status, 200);
}

fn item(trade: &Trade, fields: &Json) {
    trade.people(&trade.flourish, "item", fields);
}

/// A service with these owners, with nothing left to do.
fn start(products: &str, inventory: &str) -> (Trade, Process) {
    let trade = Trade::start();
    own(&trade.rules, "products", products);
    own(&trade.rules, "inventory", inventory);
    let service = trade.run("300ms");
    rests(&service);
    (trade, service)
}

fn rests(service: &Process) {
    until("the service is at rest", || at_rest(&service.url));
}

fn inbox(service: &Process) -> Vec<Json> {
    get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone()
}

/// Writes that LeafLink has seen on products since this was last asked.
fn writes(trade: &Trade) -> Vec<Json> {
    let url = format!("{}/_control/requests", trade.leaflink.url);
    let log = get(&url)["log"].as_array().unwrap().clone();
    http(Method::Delete, &url, &[], b"");
    let wrote = |call: &Json| call["method"] != "GET" && call["path"].as_str().unwrap().contains("/products/");
    log.into_iter().filter(wrote).collect()
}

#[test]
fn an_item_that_is_new_becomes_a_product_with_its_stock() {
    let (trade, service) = start("flourish", "flourish");
    let known = product(&trade, "BD-35-JAR-001");
    let fields = json!({ "sku": "NEW-1", "name": "Blue Dream 3.5g Jar", "price": 12.5, "brand": "North Leaf",
        "strain": "Wedding Cake" });
    item(&trade, &fields);
    trade.people(&trade.flourish, "stock", &json!({ "sku": "NEW-1", "qty": 33 }));
    until("the product is there with its stock", || {
        assert!(inbox(&service).is_empty(), "{:#?}", inbox(&service));
        product(&trade, "NEW-1")["available_inventory"] == 33
    });
    let made = product(&trade, "NEW-1");
    assert_eq!(made["listing_state"], "Available");
    assert_eq!(made["name"], "Blue Dream 3.5g Jar");
    assert_eq!(made["description"], "Blue Dream 3.5g Jar", "what has no description is described by its name");
    assert_eq!(made["brand"], known["brand"]);
    assert_eq!(made["wholesale_price"]["amount"], "12.50");
    assert_eq!(made["retail_price"]["amount"], "0.00");
    assert_eq!((&made["seller"], &made["manufacturer"]), (&json!(501), &json!(501)));
    assert_eq!((&made["unit_of_measure"], &made["unit_denomination"]["id"]), (&json!("Unit"), &json!(1)));
    assert_eq!(made["license"]["number"], "C11-0000001-LIC");
    let strains = http(Method::Get, &format!("{}/api/v2/strains/", trade.leaflink.url), &[KEY], b"");
    let strains: Json = serde_json::from_slice(&strains.body).unwrap();
    let new = strains["results"].as_array().unwrap().iter().find(|strain| strain["name"] == "Wedding Cake").unwrap();
    assert_eq!(made["strains"], json!([new["id"]]), "a strain that LeafLink lacked was made");
}

#[test]
fn a_change_reaches_the_product_and_never_its_listing_state() {
    let (trade, service) = start("flourish", "leaflink");
    let id = product(&trade, "BD-35-JAR-001")["id"].clone();
    patch(&trade, &id, &json!({ "listing_state": "Internal" }));
    rests(&service);
    writes(&trade);
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "name": "Blue Dream, a jar", "price": 20 }));
    until("the product has changed", || product(&trade, "BD-35-JAR-001")["wholesale_price"]["amount"] == "20.00");
    rests(&service);
    let changed = product(&trade, "BD-35-JAR-001");
    assert_eq!(changed["name"], "Blue Dream, a jar");
    assert_eq!(changed["listing_state"], "Internal");
    assert_eq!(writes(&trade).len(), 1, "one change, one call");
}

#[test]
fn an_item_that_leaves_the_shop_is_left_alone() {
    let (trade, service) = start("flourish", "leaflink");
    writes(&trade);
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "price": 99, "ecommerce_active": false }));
    item(
        &trade,
        &json!({ "sku": "HIDDEN-1", "name": "Not for sale", "brand": "North Leaf", "ecommerce_active": false }),
    );
    // What comes after them has come: so were they looked at.
    let last = get(&format!("{}/_control/state", trade.flourish.url))["items"][1]["sku"].as_str().unwrap().to_owned();
    item(&trade, &json!({ "sku": last, "price": 41 }));
    until("the later change has come", || product(&trade, &last)["wholesale_price"]["amount"] == "41.00");
    rests(&service);
    assert_eq!(product(&trade, "HIDDEN-1"), Json::Null);
    assert_ne!(product(&trade, "BD-35-JAR-001")["wholesale_price"]["amount"], "99.00");
}

#[test]
fn both_switches_flip_while_it_runs() {
    let (trade, service) = start("leaflink", "leaflink");
    let sku = "BD-35-JAR-001";
    let mut price = 50;
    let mut stock = 400;
    for (products, inventory) in
        [("leaflink", "leaflink"), ("flourish", "leaflink"), ("flourish", "flourish"), ("leaflink", "flourish")]
    {
        own(&trade.rules, "products", products);
        own(&trade.rules, "inventory", inventory);
        until("the switches are read", || {
            let status = get(&format!("{}/api/v1/status", service.url));
            let hash =
                petiole::language::compile(&SystemFiles, std::slice::from_ref(&trade.rules)).plan.unwrap().rules_hash;
            status["rules_hash"] == hash
        });
        rests(&service);
        writes(&trade);
        price += 1;
        stock += 1;
        item(&trade, &json!({ "sku": sku, "price": price }));
        trade.people(&trade.flourish, "stock", &json!({ "sku": sku, "qty": stock }));
        let number = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }))["orders"][0]["number"].clone();
        until("a later order has crossed", || trade.orders().iter().any(|one| one["original_order_id"] == number));
        let described = || product(&trade, sku)["wholesale_price"]["amount"] == format!("{price}.00");
        let counted = || {
            let product = product(&trade, sku);
            (product["available_inventory"].as_f64().unwrap() - f64::from(stock)).abs() < 10.0
        };
        until("what Flourish owns has come", || {
            (products == "leaflink" || described()) && (inventory == "leaflink" || counted())
        });
        rests(&service);
        let wrote = writes(&trade);
        let names = |name: &str| wrote.iter().any(|call| call["body"].get(name).is_some());
        assert_eq!(names("wholesale_price"), products == "flourish", "{products} {inventory}: {wrote:?}");
        assert_eq!(names("available_inventory"), inventory == "flourish", "{products} {inventory}: {wrote:?}");
    }
    assert!(inbox(&service).is_empty());
}

#[test]
fn a_product_that_is_refused_waits_with_the_words_of_the_marketplace() {
    let (trade, service) = start("flourish", "leaflink");
    item(&trade, &json!({ "sku": "NEW,9", "name": "Blue Dream 3.5g Jar", "price": 1, "brand": "North Leaf" }));
    until("the product waits", || inbox(&service).len() == 1);
    let waiting = inbox(&service).remove(0);
    let message = waiting["message"].as_str().unwrap();
    assert!(message.contains("Commas are not supported"), "{waiting:#}");
    assert!(waiting["rule"]["file"].as_str().unwrap().ends_with("pipelines/products.yaml"), "{waiting:#}");
    assert_eq!(waiting["code"], "refused");
}

/// One pass over everything: its exit code and report.
fn sweep(trade: &Trade) -> (i32, Json) {
    let done = trade.command(&["sync", "--full", "--yes", "--format", "json"]).output().unwrap();
    let report = serde_json::from_slice(&done.stdout).unwrap();
    (done.status.code().unwrap(), report)
}

/// Products as Flourish has them on LeafLink, and nobody else at work.
fn in_step() -> Trade {
    let (trade, service) = start("flourish", "leaflink");
    drop(service);
    assert_eq!(sweep(&trade).0, 0);
    trade
}

#[test]
fn an_edit_between_our_write_and_our_look_is_a_change_and_no_way_of_keeping() {
    let trade = in_step();
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "name": "Blue Dream, a jar" }));
    let edit = json!({ "edits": [{ "url": "/products/", "fields": { "name": "Somebody's own name" } }] });
    trade.faults(&trade.leaflink, &edit);
    let (_, report) = sweep(&trade);
    assert_eq!(report["kept_otherwise"], json!([]), "{report:#}");
    let (code, report) = sweep(&trade);
    assert_eq!((code, &report["kept_otherwise"]), (0, &json!([])), "{report:#}");
    assert_eq!(product(&trade, "BD-35-JAR-001")["name"], "Blue Dream, a jar", "who owns it has the last word");
    assert_eq!(sweep(&trade).1["writes"], 0);
}

#[test]
fn what_comes_back_to_the_same_each_time_is_written_twice_and_then_parks() {
    let trade = in_step();
    let id = product(&trade, "BD-35-JAR-001")["id"].clone();
    let name = product(&trade, "BD-35-JAR-001")["name"].clone();
    for writes in [1, 1, 0, 0] {
        patch(&trade, &id, &json!({ "name": "BLUE DREAM" }));
        let (code, report) = sweep(&trade);
        assert_eq!(report["writes"], writes, "{report:#}");
        assert_eq!(code == 0, writes > 0, "{report:#}");
    }
    let inbox = |more: &[&str]| {
        let done = trade.command(&[&["inbox"], more].concat()).output().unwrap();
        String::from_utf8(done.stdout).unwrap()
    };
    let listed: Json = serde_json::from_str(&inbox(&["list", "--format", "json"])).unwrap();
    let parked = &listed["items"][0];
    assert_eq!(
        (&parked["code"], listed["items"].as_array().unwrap().len()),
        (&json!("will-not-keep"), 1),
        "{listed:#}"
    );
    assert!(parked["message"].as_str().unwrap().contains("BLUE DREAM"), "{parked:#}");
    // Who asks for it gets one more try.
    inbox(&["retry", parked["id"].as_str().unwrap()]);
    assert_eq!(sweep(&trade).0, 0);
    assert_eq!(product(&trade, "BD-35-JAR-001")["name"], name);
    // A change of the source is another matter.
    patch(&trade, &id, &json!({ "name": "BLUE DREAM" }));
    assert_eq!(sweep(&trade).1["writes"], 0);
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "name": "Blue Dream, new" }));
    assert_eq!(sweep(&trade).0, 0);
    assert_eq!(product(&trade, "BD-35-JAR-001")["name"], "Blue Dream, new");
}

#[test]
fn a_change_that_is_granted_and_not_made_is_made_again_and_then_parks() {
    let trade = in_step();
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "name": "Blue Dream, a jar" }));
    trade.faults(&trade.leaflink, &json!({ "ignore_changes": 1 }));
    let (code, report) = sweep(&trade);
    assert_eq!((code, &report["kept_otherwise"], &report["writes"]), (0, &json!([]), &json!(2)), "{report:#}");
    assert_eq!(product(&trade, "BD-35-JAR-001")["name"], "Blue Dream, a jar");
    item(&trade, &json!({ "sku": "BD-35-JAR-001", "name": "Blue Dream, two jars" }));
    trade.faults(&trade.leaflink, &json!({ "ignore_changes": 99 }));
    let (code, report) = sweep(&trade);
    assert_eq!((code, report["parked"].as_array().unwrap().len()), (3, 1), "{report:#}");
    trade.faults(&trade.leaflink, &json!({}));
    let done = trade.command(&["inbox", "retry", "--all"]).output().unwrap();
    assert!(String::from_utf8_lossy(&done.stdout).contains("by the next `sync` or `run`"), "{done:?}");
    assert_eq!(sweep(&trade).0, 0);
    assert_eq!(product(&trade, "BD-35-JAR-001")["name"], "Blue Dream, two jars");
}
