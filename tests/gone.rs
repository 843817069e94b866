//! Counterparts that are gone: deleted, merged away, made anew; in both systems, found whichever side is looked at.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, http, own, until};

const BUYER: i64 = 90_001;
const SKU: &str = "BD-35-JAR-001";

fn rests(service: &Process) {
    until("the service is at rest", || at_rest(&service.url));
}

fn inbox(service: &Process) -> Vec<Json> {
    get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone()
}

pub(crate) fn state(side: &Process, kind: &str) -> Vec<Json> {
    get(&format!("{}/_control/state", side.url))[kind].as_array().unwrap().clone()
}

pub(crate) fn order(trade: &Trade, customer: i64) -> String {
    let lines = json!([{ "sku": SKU, "quantity": 2 }]);
    let made = trade.people(&trade.leaflink, "submit", &json!({ "customer": customer, "lines": lines }));
    made["orders"][0]["number"].as_str().unwrap().to_owned()
}

pub(crate) fn crossed(trade: &Trade, number: &str) -> Option<Json> {
    let mut twins = trade.orders().into_iter().filter(|one| one["original_order_id"] == number);
    let found = twins.next();
    assert!(twins.next().is_none(), "doubled: {number}");
    found
}

/// Posts an answer to an entry of the inbox.
fn answer(service: &Process, path: &str, body: &Json) -> (u16, Json) {
    let url = format!("{}/api/v1/inbox/{path}", service.url);
    let answer = http(Method::Post, &url, &[("Content-Type", "application/json")], body.to_string().as_bytes());
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

/// A trade in which one order of the buyer has crossed; its destination.
fn after_one_order() -> (Trade, Process, String) {
    let trade = Trade::start();
    let service = trade.run("200ms");
    let first = order(&trade, BUYER);
    until("the first order crossed", || crossed(&trade, &first).is_some());
    rests(&service);
    let destination = crossed(&trade, &first).unwrap()["destination"]["id"].as_str().unwrap().to_owned();
    (trade, service, destination)
}

pub(crate) fn destination(trade: &Trade, name: &str, license: &str) -> String {
    let url = format!("{}/external/api/v1/destinations", trade.flourish.url);
    let body = json!({ "name": name, "type": "Dispensary", "license_number": license, "address_line_1": "1 High Street",
        "city": "Springfield", "state": "OR", "zip_code": "97477", "country": "United States" });
    let headers = [("x-api-key", "key-for-tests"), ("Content-Type", "application/json")];
    let answer = http(Method::Post, &url, &headers, body.to_string().as_bytes());
    let made: Json = serde_json::from_slice(&answer.body).unwrap();
    assert!(answer.status < 300, "{made}");
    made["data"]["id"].as_str().or(made["id"].as_str()).unwrap_or_else(|| panic!("{made}")).to_owned()
}

pub(crate) fn license_of(trade: &Trade, destination: &str) -> String {
    let stores = state(&trade.flourish, "destinations");
    stores.iter().find(|one| one["id"] == destination).unwrap()["license_number"].as_str().unwrap().to_owned()
}

#[test]
fn a_destination_that_is_gone_is_named_and_made_anew_on_a_persons_word() {
    let (trade, service, old) = after_one_order();
    trade.people(&trade.flourish, "remove_destination", &json!({ "destination": old }));
    let before = state(&trade.flourish, "destinations").len();
    let numbers = [order(&trade, BUYER), order(&trade, BUYER)];
    until("both orders wait", || inbox(&service).len() == 2);
    for entry in inbox(&service) {
        let message = entry["message"].as_str().unwrap();
        assert_eq!(entry["code"], "counterpart-gone", "{entry:#}");
        assert!(message.contains(&format!("flourish.destination/{old}")), "{message}");
        assert!(message.contains(&format!("leaflink.customer/{BUYER}")), "{message}");
        assert!(message.contains("customers.yaml:") && message.contains("retry"), "{message}");
    }
    assert_eq!(state(&trade.flourish, "destinations").len(), before, "nothing is made anew unasked");
    let id = inbox(&service)[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(answer(&service, &format!("{id}/retry"), &json!({})).0, 200);
    until("the two cross", || numbers.iter().all(|number| crossed(&trade, number).is_some()));
    until("the inbox is empty", || inbox(&service).is_empty());
    let new: Vec<String> =
        numbers.iter().map(|number| crossed(&trade, number).unwrap()["destination"]["id"].to_string()).collect();
    assert_eq!(new[0], new[1]);
    assert_eq!(state(&trade.flourish, "destinations").len(), before + 1);
}

/// Everything that was ever parked, as `status` counts it.
fn parks(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))["queue"]["parked"].clone()
}

#[test]
fn a_record_that_one_answer_does_not_show_is_not_gone() {
    let (trade, service, _) = after_one_order();
    let [own] = trade.orders().try_into().unwrap();
    let number = own["original_order_id"].as_str().unwrap().to_owned();
    trade.faults(&trade.flourish, &json!({ "absent_once": ["/outbound-orders/"] }));
    trade.people(&trade.leaflink, "edit", &json!({ "order": number, "payment_term": "Net 30" }));
    let term = || crossed(&trade, &number).unwrap()["payment_term"].clone();
    let before = term();
    until("the term follows", || {
        assert_eq!((parks(&service), inbox(&service)), (json!(0), Vec::new()), "one read in vain means nothing");
        term() != before
    });
    rests(&service);
    assert_eq!(trade.orders().len(), 1);
}

#[test]
fn a_destination_that_was_merged_away_gives_way_to_the_one_that_has_its_license() {
    let (trade, service, old) = after_one_order();
    let license = license_of(&trade, &old);
    let kept = destination(&trade, "The one that is kept", &license);
    trade.people(&trade.flourish, "remove_destination", &json!({ "destination": old }));
    for _ in 0..2 {
        let number = order(&trade, BUYER);
        until("it crossed", || crossed(&trade, &number).is_some());
        assert_eq!(crossed(&trade, &number).unwrap()["destination"]["id"], kept.as_str());
    }
    rests(&service);
    assert!(inbox(&service).is_empty(), "{:#?}", inbox(&service));
}

#[test]
fn an_item_made_anew_under_its_sku_takes_the_link_over() {
    let (trade, service, _) = after_one_order();
    let item = |sku: &str| state(&trade.flourish, "items").iter().find(|one| one["sku"] == sku).cloned();
    let old = item(SKU).unwrap()["id"].as_str().unwrap().to_owned();
    trade.people(&trade.flourish, "remove_item", &json!({ "sku": SKU }));
    let number = order(&trade, BUYER);
    until("the order waits", || inbox(&service).len() == 1);
    let entry = &inbox(&service)[0];
    assert_eq!(entry["code"], "counterpart-gone", "{entry:#}");
    let message = entry["message"].as_str().unwrap();
    assert!(message.contains(&format!("flourish.item/{old} (sku {SKU:?}) is gone")), "{message}");
    trade.people(&trade.flourish, "item", &json!({ "sku": SKU, "name": "Blue Dream 3.5g Jar", "price": 12.5 }));
    until("it crosses by itself", || crossed(&trade, &number).is_some());
    until("the inbox is empty", || inbox(&service).is_empty());
    let next = order(&trade, BUYER);
    until("so does the next", || crossed(&trade, &next).is_some());
}

#[test]
fn a_product_made_anew_takes_the_link_of_the_one_that_is_gone() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    let service = trade.run("200ms");
    until("the first sweep is over", || get(&format!("{}/api/v1/status", service.url))["queue"]["pending"] == 0);
    rests(&service);
    let products = || state(&trade.leaflink, "products");
    let product = |sku: &str| products().iter().find(|one| one["sku"] == sku).map(|one| one["id"].clone());
    let (old, before) = (product(SKU).unwrap(), products().len());
    trade.people(&trade.leaflink, "remove", &json!({ "sku": SKU }));
    trade.people(&trade.flourish, "item", &json!({ "sku": SKU, "price": 99 }));
    until("it is told", || inbox(&service).len() == 1);
    let entry = &inbox(&service)[0];
    assert_eq!((&entry["code"], &entry["record"]), (&json!("counterpart-gone"), &json!("item")), "{entry:#}");
    assert!(entry["message"].as_str().unwrap().contains(&format!("leaflink.product/{old}")), "{entry:#}");
    assert_eq!(products().len(), before - 1, "a product that was taken away is not made again unasked");
    trade.people(&trade.leaflink, "product", &json!({ "sku": SKU }));
    let new = product(SKU).unwrap();
    assert_ne!(old, new);
    until("the inbox is empty", || inbox(&service).is_empty());
    rests(&service);
    assert_eq!(products().len(), before);
    let number = order(&trade, BUYER);
    until("orders of it cross", || crossed(&trade, &number).is_some());
}

#[test]
fn a_sweep_finds_what_is_gone_though_nothing_tells_of_it() {
    let (trade, service, _) = after_one_order();
    drop(service);
    trade.people(&trade.flourish, "remove_item", &json!({ "sku": SKU }));
    let done = trade.command(&["sync", "--full"]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert_eq!(done.status.code(), Some(3), "{told}");
    assert!(told.contains("flourish.item/") && told.contains("is gone"), "{told}");
    // It stays told until it is mended.
    let service = trade.run("200ms");
    rests(&service);
    let entry = inbox(&service).first().cloned().unwrap();
    assert_eq!((&entry["code"], &entry["record"]), (&json!("counterpart-gone"), &json!("product")), "{entry:#}");
    let id = entry["id"].as_str().unwrap();
    assert_eq!(answer(&service, &format!("{id}/retry"), &json!({})).0, 200);
    rests(&service);
    until("it alone is told", || inbox(&service).len() == 1);
    trade.people(&trade.flourish, "item", &json!({ "sku": SKU, "price": 5 }));
    until("mended", || inbox(&service).is_empty());
}

#[test]
fn relink_gives_a_link_to_another_record_and_refuses_what_is_not_gone() {
    let (trade, service, old) = after_one_order();
    let other = destination(&trade, "Elsewhere", "ELSE-1");
    trade.people(&trade.leaflink, "customer", &json!({ "name": "No Papers", "license_number": "" }));
    let customers = state(&trade.leaflink, "customers");
    let bare = customers.iter().find(|one| one["name"] == "No Papers").unwrap()["id"].as_i64().unwrap();
    order(&trade, bare);
    until("an order waits for a license", || inbox(&service).len() == 1);
    let unlinked = inbox(&service)[0]["id"].as_str().unwrap().to_owned();
    let (status, body) = answer(&service, &format!("{unlinked}/relink"), &json!({ "target": other }));
    assert_eq!(status, 409, "there is no link that could give way: {body}");

    trade.people(&trade.flourish, "remove_destination", &json!({ "destination": old }));
    let numbers = [order(&trade, BUYER), order(&trade, BUYER)];
    until("two more wait", || inbox(&service).len() == 3);
    let gone = inbox(&service).into_iter().find(|one| one["code"] == "counterpart-gone").unwrap();
    let id = gone["id"].as_str().unwrap();
    assert_eq!(answer(&service, "99/relink", &json!({ "target": other })).0, 404);
    assert_eq!(answer(&service, &format!("{id}/relink"), &json!({ "target": "nowhere" })).0, 404);
    assert_eq!(answer(&service, &format!("{id}/relink"), &json!({ "target": "flourish.item/1" })).0, 409);
    assert_eq!(answer(&service, &format!("{id}/relink"), &json!({ "to": other })).0, 400);
    let target = format!("flourish.destination/{other}");
    let done = trade.command(&["inbox", "--url", &service.url, "relink", id, &target]).output().unwrap();
    let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert_eq!(done.status.code(), Some(0), "{told}");
    assert!(told.contains(&format!("relinked {id} with {target}")), "{told}");
    until("both cross", || numbers.iter().all(|number| crossed(&trade, number).is_some()));
    for number in &numbers {
        assert_eq!(crossed(&trade, number).unwrap()["destination"]["id"], other.as_str());
    }
    until("only the other entry is left", || inbox(&service).len() == 1);
    // A link to what is there is never taken away.
    let (status, body) = answer(&service, &format!("{unlinked}/match"), &json!({ "target": other }));
    assert_eq!(status, 200, "a destination may be shared: {body}");
}

#[test]
fn match_and_relink_work_on_a_stopped_store_too() {
    let (trade, service, old) = after_one_order();
    let other = destination(&trade, "Elsewhere", "ELSE-1");
    trade.people(&trade.flourish, "remove_destination", &json!({ "destination": old }));
    let number = order(&trade, BUYER);
    until("it waits", || inbox(&service).len() == 1);
    let id = inbox(&service)[0]["id"].as_str().unwrap().to_owned();
    drop(service);
    let done = trade.command(&["inbox", "--url", "http://127.0.0.1:1", "relink", &id, &other]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    let _service = trade.run("200ms");
    until("it crosses", || crossed(&trade, &number).is_some());
    assert_eq!(crossed(&trade, &number).unwrap()["destination"]["id"], other.as_str());
}

#[test]
fn two_customers_under_one_license_share_one_destination() {
    let (trade, service, old) = after_one_order();
    let license = license_of(&trade, &old);
    let before = state(&trade.flourish, "destinations").len();
    trade.people(&trade.leaflink, "customer", &json!({ "name": "The same shop again", "license_number": license }));
    let customers = state(&trade.leaflink, "customers");
    let twin = customers.iter().find(|one| one["name"] == "The same shop again").unwrap()["id"].as_i64().unwrap();
    let numbers = [order(&trade, twin), order(&trade, BUYER), order(&trade, twin)];
    until("all cross", || numbers.iter().all(|number| crossed(&trade, number).is_some()));
    for number in &numbers {
        assert_eq!(crossed(&trade, number).unwrap()["destination"]["id"], old.as_str());
    }
    // The first of the two is merged away; the other one keeps what they shared.
    trade.people(&trade.leaflink, "remove", &json!({ "customer": BUYER }));
    let last = order(&trade, twin);
    until("the last one crosses", || crossed(&trade, &last).is_some());
    rests(&service);
    assert_eq!(crossed(&trade, &last).unwrap()["destination"]["id"], old.as_str());
    assert_eq!(state(&trade.flourish, "destinations").len(), before);
}

#[test]
fn two_new_customers_under_one_license_make_one_destination() {
    let trade = Trade::start();
    let before = state(&trade.flourish, "destinations").len();
    for name in ["One door", "Other door"] {
        trade.people(&trade.leaflink, "customer", &json!({ "name": name, "license_number": "NEW-LICENSE-1" }));
    }
    let customers = state(&trade.leaflink, "customers");
    let twins = customers.iter().filter(|one| one["name"].as_str().unwrap().ends_with(" door"));
    let numbers: Vec<String> = twins.map(|one| order(&trade, one["id"].as_i64().unwrap())).collect();
    assert_eq!(numbers.len(), 2);
    let done = trade.command(&["sync", "--full"]).output().unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
    let places: Vec<Json> =
        numbers.iter().map(|number| crossed(&trade, number).unwrap()["destination"]["id"].clone()).collect();
    assert_eq!(places[0], places[1]);
    assert_eq!(state(&trade.flourish, "destinations").len(), before + 1);
}

#[test]
fn an_order_that_is_gone_is_told_and_not_made_again_unasked() {
    let trade = Trade::start();
    let service = trade.run("200ms");
    let number = order(&trade, BUYER);
    until("it crossed", || crossed(&trade, &number).is_some());
    rests(&service);
    trade.people(&trade.flourish, "remove_order", &json!({ "order": number }));
    trade.people(&trade.leaflink, "edit", &json!({ "order": number, "lines": [{ "sku": SKU, "quantity": 3 }] }));
    until("it is told", || inbox(&service).len() == 1);
    rests(&service);
    let entry = &inbox(&service)[0];
    assert_eq!((&entry["code"], &entry["record_id"]), (&json!("counterpart-gone"), &json!(number)), "{entry:#}");
    assert!(crossed(&trade, &number).is_none());
    let id = entry["id"].as_str().unwrap().to_owned();
    assert_eq!(answer(&service, &format!("{id}/retry"), &json!({})).0, 200);
    until("a person had it made anew", || crossed(&trade, &number).is_some());
    until("the inbox is empty", || inbox(&service).is_empty());
}

#[test]
fn a_not_found_that_is_not_the_apis_own_takes_no_link_away() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    let service = trade.run("200ms");
    let linked = || get(&format!("{}/api/v1/status", service.url))["queue"]["pending"] == 0;
    until("the first sweep is over", linked);
    rests(&service);
    let item = state(&trade.flourish, "items").into_iter().find(|one| one["sku"] == SKU).unwrap()["id"].clone();
    let holder = || {
        let url = format!("{}/api/v1/records/flourish.item/{}", service.url, item.as_str().unwrap());
        let links = get(&url)["links"].as_array().unwrap().clone();
        links.iter().find(|one| one["pipeline"] == "products").unwrap()["left"]["id"].to_string().replace('"', "")
    };
    let old = holder();
    trade.people(&trade.leaflink, "remove", &json!({ "sku": SKU }));
    let twin = trade.people(&trade.leaflink, "product", &json!({ "sku": SKU }))["id"].clone();
    assert_ne!(old, twin.to_string());
    // The field that says what is wrong is not there, so something in between may have answered.
    let odd = json!({ "rewrite": [{ "url": "/products/", "find": "\"detail\":", "with": "\"page\":" }] });
    trade.faults(&trade.leaflink, &odd);
    trade.people(&trade.flourish, "item", &json!({ "sku": SKU, "price": 77 }));
    let troubles = || get(&format!("{}/api/v1/status", service.url)).to_string();
    until("it is put off", || troubles().contains("does not say that anything is gone"));
    assert_eq!((holder(), inbox(&service).len()), (old, 0));
    trade.faults(&trade.leaflink, &json!({}));
    until("the one that is there takes the link over", || holder() == twin.to_string());
    assert!(inbox(&service).is_empty());
}
