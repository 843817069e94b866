//! The LeafLink simulator through its requests: what the reference promises about paths, keys, paging, orders and stock.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use petiole::simulator::leaflink::LeafLink;
use petiole::simulator::{Simulator, Size, Trade as World};
use petiole::world::{Method, Request};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::support::{Process, http, petiole, send};

struct Shop {
    leaflink: LeafLink,
    now: Timestamp,
}

impl Shop {
    fn new() -> Self {
        let leaflink = LeafLink::new(&World::from_seed(7, Size::default()), 7).api_keys(["k"]);
        Self { leaflink, now: "2026-01-06T15:04:05.678Z".parse().unwrap() }
    }

    fn send(&mut self, method: Method, url: &str, headers: &[(&str, &str)], body: &Json) -> (u16, Json) {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url: url.to_owned(), headers, body, timeout: Duration::from_secs(1) };
        let response = self.leaflink.handle(self.now, &request).response;
        (response.status, serde_json::from_slice(&response.body).unwrap_or(Json::Null))
    }

    fn call(&mut self, method: Method, path: &str, body: &Json) -> (u16, Json) {
        self.send(method, &format!("/api/v2/{path}"), &[("Authorization", "App k"), ("Host", "localhost:9")], body)
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.call(Method::Get, path, &Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    #[track_caller]
    fn people(&mut self, act: &str, body: &Json) -> Json {
        let (status, answer) = self.send(Method::Post, &format!("/_control/{act}"), &[], body);
        assert_eq!(status, 200, "{act}: {answer}");
        answer
    }

    fn submit(&mut self, body: &Json) -> String {
        self.people("submit", body)["orders"][0]["number"].as_str().unwrap().to_owned()
    }

    fn move_it(&mut self, number: &str, action: &str) -> (u16, Json) {
        self.call(Method::Post, &format!("orders-received/{number}/transition/{action}/"), &Json::Null)
    }

    fn product(&mut self, id: i64) -> Json {
        self.get(&format!("products/{id}/"))
    }
}

#[test]
fn paths_end_in_a_slash_and_keys_are_needed() {
    let mut shop = Shop::new();
    assert_eq!(shop.call(Method::Get, "products", &Json::Null).0, 400);
    assert_eq!(shop.send(Method::Get, "/api/v2/products/", &[], &Json::Null).0, 403);
    assert_eq!(shop.send(Method::Get, "/api/v2/products/", &[("Authorization", "App wrong")], &Json::Null).0, 403);
    assert_eq!(shop.send(Method::Get, "/api/v2/products/", &[("Authorization", "Bearer k")], &Json::Null).0, 403);
    assert_eq!(shop.send(Method::Get, "/api/v2/products/", &[("Authorization", "Token k")], &Json::Null).0, 200);
    assert_eq!(shop.call(Method::Get, "nothing/", &Json::Null).0, 404);
    assert_eq!(shop.call(Method::Get, "orders-received/none/", &Json::Null), (404, json!({ "detail": "Not found." })));
    assert_eq!(shop.call(Method::Put, "products/3001/", &json!({})).0, 405);
}

#[test]
fn an_order_shows_its_lines_only_when_asked() {
    let mut shop = Shop::new();
    let number = shop.submit(&json!({}));
    let plain = shop.get(&format!("orders-received/{number}/"));
    assert!(plain.get("line_items").is_none());
    assert_eq!(plain["short_id"], number[28..], "the last eight letters");
    let whole = shop.get(&format!("orders-received/{number}/?include_children=line_items,customer,sales_reps"));
    assert!(!whole["line_items"].as_array().unwrap().is_empty());
    assert!(whole["customer"]["license_number"].is_string());
    let lines = shop.get(&format!("orders-received/{number}/line-items/"));
    assert_eq!(lines.as_array(), whole["line_items"].as_array(), "a bare list");
    let line = &lines[0];
    assert!(line["quantity"].as_str().unwrap().ends_with(".0000"), "decimal text");
    assert!(line["ordered_unit_price"]["amount"].is_string() && plain["total"]["amount"].is_number(), "mixed typing");
}

#[test]
fn only_legal_moves_are_made_and_shown() {
    let mut shop = Shop::new();
    let number = shop.submit(&json!({}));
    let shown = shop.get(&format!("orders-received/{number}/"));
    assert_eq!(shown["available_transitions"], json!(["accepted", "rejected", "cancelled"]));
    assert_eq!(shop.move_it(&number, "ship").0, 400);
    for (action, status) in
        [("accept", "Accepted"), ("fulfill", "Fulfilled"), ("ship", "Shipped"), ("complete", "Complete")]
    {
        let (code, body) = shop.move_it(&number, action);
        assert_eq!((code, &body["status"]), (200, &json!(status)));
    }
    assert_eq!(shop.move_it(&number, "reject").0, 400, "what is complete stays so");
}

#[test]
fn stock_follows_an_order_through_its_life() {
    let mut shop = Shop::new();
    let before = shop.product(3001);
    let (sku, id) = (before["sku"].clone(), 3001);
    let number = |value: &Json| -> Decimal { value.to_string().trim_matches('"').parse().unwrap() };
    let units = |count: i64| Decimal::from(count);
    let stock = |product: &Json| ["quantity", "reserved_qty", "available_inventory"].map(|name| number(&product[name]));
    let [quantity, reserved, available] = stock(&before);
    let kept = shop.submit(&json!({ "lines": [{ "sku": sku, "quantity": 4 }] }));
    let gone = shop.submit(&json!({ "lines": [{ "sku": sku, "quantity": 2 }] }));
    assert_eq!(stock(&shop.product(id)), [quantity, reserved + units(6), available - units(6)]);
    shop.move_it(&gone, "reject");
    assert_eq!(stock(&shop.product(id)), [quantity, reserved + units(4), available - units(4)]);
    shop.people("edit", &json!({ "order": kept, "lines": [{ "sku": sku, "quantity": 5 }] }));
    assert_eq!(stock(&shop.product(id)), [quantity, reserved + units(5), available - units(5)]);
    shop.move_it(&kept, "accept");
    shop.move_it(&kept, "fulfill");
    assert_eq!(stock(&shop.product(id)), [quantity - units(5), reserved, available - units(5)]);
    shop.move_it(&kept, "reject");
    assert_eq!(stock(&shop.product(id)), [quantity, reserved, available]);
    let (status, set) = shop.call(Method::Patch, "products/3001/", &json!({ "available_inventory": "17.5" }));
    assert_eq!(
        (status, number(&set["available_inventory"]), number(&set["quantity"])),
        (200, Decimal::new(175, 1), Decimal::new(175, 1) + reserved)
    );
    let (status, _) = shop.call(Method::Patch, "products/3001/", &json!({ "available_inventory": 1, "quantity": 1 }));
    assert_eq!(status, 400, "one of the two");
}

#[test]
fn external_ids_need_an_issued_key_and_merge() {
    let mut shop = Shop::new();
    let number = shop.submit(&json!({}));
    let path = format!("orders-received/{number}/");
    let mut patch = |ids: Json| shop.call(Method::Patch, &path, &json!({ "external_ids": ids }));
    assert_eq!(patch(json!({ "nobody": "1" })).0, 400);
    assert_eq!(patch(json!({ "petiole": "x".repeat(37) })).0, 400);
    assert_eq!(patch(json!({ "petiole": "00010001" })).1["external_ids"], json!({ "petiole": "00010001" }));
    assert_eq!(patch(json!({ "our-system": "7" })).1["external_ids"].as_object().unwrap().len(), 2);
    assert_eq!(patch(json!({ "petiole": null })).1["external_ids"], json!({ "our-system": "7" }));
    assert_eq!(shop.call(Method::Patch, &path, &json!({ "status": "Shipped" })).0, 400, "a status is moved, not set");
}

/// As an integration in another language would read everything: `next` until it is null.
fn every_page(base: &str, path: &str) -> Vec<Json> {
    let mut url = Some(format!("{base}{path}"));
    let mut rows = Vec::new();
    while let Some(next) = url {
        let answer = http(Method::Get, &next, &[("Authorization", "App key")], b"");
        assert_eq!(answer.status, 200, "{next}");
        let page: Json = serde_json::from_slice(&answer.body).unwrap();
        rows.extend(page["results"].as_array().unwrap().clone());
        assert!(rows.len() as u64 <= page["count"].as_u64().unwrap());
        url = page["next"].as_str().map(str::to_owned);
        if url.is_none() {
            assert_eq!(rows.len() as u64, page["count"].as_u64().unwrap(), "{path}");
        }
    }
    rows
}

#[test]
fn a_foreign_client_pages_through_everything() {
    let leaflink = Process::start(petiole().args(["simulate", "leaflink", "--seed", "3"]), "base url");
    let base = format!("{}/api/v2", leaflink.url);
    send(Method::Post, &format!("{}/_control/submit", leaflink.url), &json!({ "count": 57 }));
    let orders = every_page(&base, "/orders-received/?limit=10");
    let unique: BTreeSet<&str> = orders.iter().map(|order| order["number"].as_str().unwrap()).collect();
    assert_eq!((orders.len(), unique.len()), (57, 57));
    let lines = every_page(&base, "/line-items/?limit=25");
    let with_lines = every_page(&base, "/orders-received/?limit=20&include_children=line_items");
    let counted: usize = with_lines.iter().map(|order| order["line_items"].as_array().unwrap().len()).sum();
    assert_eq!(lines.len(), counted);
    for (path, least) in
        [("/products/?limit=7", 20), ("/customers/?limit=5", 10), ("/brands/", 1), ("/company-staff/", 1)]
    {
        let rows = every_page(&base, path);
        let ids: BTreeSet<i64> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
        assert!(ids.len() == rows.len() && rows.len() >= least, "{path}: {} rows", rows.len());
    }
    let newest = orders.iter().filter_map(|order| order["modified"].as_str()).max().unwrap();
    let since = every_page(&base, &format!("/orders-received/?modified__gte={}", newest.replace('+', "%2B")));
    assert!(!since.is_empty() && since.iter().all(|order| order["modified"].as_str().unwrap() >= newest));
}
