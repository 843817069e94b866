//! The Flourish simulator through its requests: what the reference promises about paging, keys,
//! facilities, orders, stock and webhooks.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use petiole::simulator::flourish::Flourish;
use petiole::simulator::{Outcome, Simulator, Size, Trade};
use petiole::world::{Method, Request};
use serde_json::{Value, json};
use sha2::Sha256;

const DEPOT: &str = "60aa00000000000000000001";
const SOUTH: &str = "60aa00000000000000000002";

/// A company and a clock that stands still until told otherwise.
struct Shop {
    flourish: Flourish,
    now: Timestamp,
    webhooks: Vec<Value>,
}

impl Shop {
    fn new() -> Self {
        Self::of(Flourish::new(&trade()))
    }

    fn of(flourish: Flourish) -> Self {
        Self { flourish, now: "2026-01-06T15:04:05.678Z".parse().unwrap(), webhooks: Vec::new() }
    }

    fn send(&mut self, method: Method, url: &str, headers: &[(&str, &str)], body: &Value) -> Outcome {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request = Request { method, url: url.to_owned(), headers, body, timeout: Duration::from_secs(1) };
        let outcome = self.flourish.handle(self.now, &request);
        self.webhooks = outcome.webhooks.iter().map(|hook| serde_json::from_slice(&hook.body).unwrap()).collect();
        outcome
    }

    #[track_caller]
    fn call(&mut self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("/external/api/v1/{path}");
        let headers = [("x-api-key", "k"), ("FacilityID", DEPOT), ("Host", "localhost:9")];
        let response = self.send(method, &url, &headers, body).response;
        (response.status, serde_json::from_slice(&response.body).unwrap_or(Value::Null))
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Value {
        let (status, body) = self.call(Method::Get, path, &Value::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    #[track_caller]
    fn control(&mut self, action: &str, body: &Value) -> (u16, Value) {
        let response = self.send(Method::Post, &format!("/_control/{action}"), &[], body).response;
        (response.status, serde_json::from_slice(&response.body).unwrap())
    }

    #[track_caller]
    fn people(&mut self, action: &str, body: &Value) -> Value {
        let (status, answer) = self.control(action, body);
        assert_eq!(status, 200, "{action}: {answer}");
        answer
    }

    /// Qty, available, on order, sellable at the depot.
    fn stock(&mut self, sku: &str) -> [i64; 4] {
        let body = self.get(&format!("inventory/summary?sku={sku}"));
        ["qty", "available_qty", "on_order_qty", "sellable_qty"].map(|name| body["data"][0][name].as_i64().unwrap())
    }

    fn known_store(&mut self) -> String {
        self.get("destinations?license_number=C10-0000001-LIC")["data"][0]["id"].as_str().unwrap().to_owned()
    }

    /// An order body for ten of this item at a known store.
    fn body(&mut self, sku: &str) -> Value {
        json!({
            "original_order_id": "LL-1", "order_timestamp": "2026-01-06T15:04:05.123Z",
            "destination": {"id": self.known_store()}, "sales_rep": {"id": 1},
            "order_lines": [{"sku": sku, "order_qty": 10, "unit_price": 17.5, "discount_price": 5}],
        })
    }

    fn order(&mut self, sku: &str) -> String {
        let body = self.body(sku);
        let (status, answer) = self.call(Method::Post, "outbound-orders", &body);
        assert_eq!(status, 200, "{answer}");
        answer["data"]["id"].as_str().unwrap().to_owned()
    }
}

fn trade() -> Trade {
    Trade::from_seed(7, Size::default())
}

fn first_sku() -> String {
    trade().items[0].sku.clone()
}

fn message(answer: &(u16, Value)) -> (u16, &str) {
    assert_eq!(answer.1["status"], answer.0);
    (answer.0, answer.1["message"].as_str().unwrap())
}

#[test]
fn lists_come_in_pages_of_at_most_fifty() {
    let size = Size { items: 117, ..Size::default() };
    let mut shop = Shop::of(Flourish::new(&Trade::from_seed(7, size)));
    let first = shop.get("items?limit=500&brand_name=North%20Leaf&brand_name=South+Leaf&Offset=0");
    assert_eq!(
        first["meta"],
        json!({
            "total": 117, "offset": 0, "limit": 50, "count": 50,
            "next": "http://localhost:9/external/api/v1/items?brand_name=North%20Leaf&brand_name=South%20Leaf&offset=50&limit=50",
        })
    );
    assert_eq!(first["data"][0]["id"], "4101");
    let last = shop.get("items?offset=100");
    assert_eq!((&last["meta"]["count"], &last["meta"]["next"]), (&json!(17), &json!("")));
    assert_eq!(shop.get("inventory/summary?limit=2&uom=ea")["meta"]["next"].as_str().unwrap().find("uom"), None);
    assert_eq!(shop.call(Method::Get, "items?limit=x", &Value::Null).0, 400);
}

#[test]
fn items_have_no_sku_filter_but_others() {
    let mut shop = Shop::new();
    assert_eq!(shop.get("items?sku=none-such")["meta"]["total"], 24);
    assert_eq!(shop.get("items?item_id=4101&item_id=4103")["meta"]["total"], 2);
    assert_eq!(shop.get("items?active=false")["meta"]["total"], 0);
    shop.people("item", &json!({"sku": first_sku(), "price": 9.5, "ecommerce_active": false}));
    assert_eq!(shop.webhooks[0]["resource_type"], "item");
    assert_eq!(shop.webhooks[0]["action"], "update");
    let told = shop.webhooks[0]["data"].clone();
    assert_eq!(told, shop.get("items/4101")["data"]);
    let changed = shop.get("items?last_updated_timestamp_start=2026-01-06T15:04:05Z");
    assert_eq!(changed["meta"]["total"], 1);
    assert_eq!(changed["data"][0]["price"].to_string(), "9.5");
    assert_eq!(shop.get("strains/7fe0a1b0")["data"].as_array().unwrap().len(), 1);
}

#[test]
fn keys_are_checked() {
    let mut shop = Shop::of(Flourish::new(&trade()).api_keys(["right"]));
    let mut status = |headers: &[(&str, &str)]| {
        shop.send(Method::Get, "/external/api/v1/facilities", headers, &Value::Null).response.status
    };
    assert_eq!(status(&[]), 401);
    assert_eq!(status(&[("x-api-key", "wrong")]), 401);
    assert_eq!(status(&[("X-API-Key", "right")]), 200);
    assert_eq!(status(&[("Authorization", "Basic dXNlcjpyaWdodA==")]), 200);
    let refused = shop.send(Method::Get, "/external/api/v1/facilities", &[], &Value::Null).response;
    assert_eq!(refused.body, br#"{"message":"Unauthorized","status":401}"#);
    assert_eq!(shop.send(Method::Get, "/v1/facilities", &[("x-api-key", "right")], &Value::Null).response.status, 404);
}

#[test]
fn some_calls_need_a_facility() {
    let mut shop = Shop::new();
    for (method, path, headers, expected) in [
        (Method::Get, "inventory/summary", vec![], 400),
        (Method::Get, "sales-reps", vec![], 400),
        (Method::Get, "order-payment-terms", vec![("FacilityID", "ff")], 400),
        (Method::Post, "outbound-orders", vec![], 400),
        (Method::Get, "outbound-orders", vec![], 200),
        (Method::Get, "outbound-orders", vec![("FacilityID", "ff")], 400),
        (Method::Get, "packages", vec![("facilityid", SOUTH)], 200),
        (Method::Get, "destinations", vec![], 200),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([("x-api-key", "k")]).collect();
        let response = shop.send(method, &format!("/external/api/v1/{path}"), &headers, &json!({})).response;
        assert_eq!(response.status, expected, "{method} {path}: {}", String::from_utf8_lossy(&response.body));
    }
}

#[test]
fn an_order_moves_stock_from_creation_to_shipping() {
    let (mut shop, sku) = (Shop::new(), first_sku());
    shop.people("stock", &json!({"sku": sku, "qty": 100}));
    assert_eq!(shop.webhooks[0]["data"]["sellable_qty"], 100);
    assert_eq!(shop.get("inventory/summary?strain_name=Blue%20Dream&has_available_qty=true")["meta"]["total"], 3);
    let id = shop.order(&sku);
    assert_eq!(id, "00010001");
    let kinds: Vec<_> = shop.webhooks.iter().map(|hook| (&hook["action"], &hook["resource_type"])).collect();
    assert_eq!(kinds, [(&json!("create"), &json!("order")), (&json!("update"), &json!("inventory_summary"))]);
    assert_eq!(shop.webhooks[0]["data"]["id"], id.as_str());
    assert_eq!(shop.stock(&sku), [100, 100, 10, 90]);

    shop.people("allocate", &json!({"order": id, "lines": [{"sku": sku, "qty": 4}]}));
    assert_eq!(shop.stock(&sku), [100, 96, 10, 90]);
    assert_eq!(shop.get(&format!("outbound-orders/{id}"))["data"]["order_status"], "Partially Allocated");
    let body = shop.body(&sku);
    let refused = shop.call(Method::Put, &format!("outbound-orders/{id}"), &body);
    assert_eq!(message(&refused), (400, "order cannot be updated while inventory is allocated to it"));
    assert_eq!(shop.control("ship", &json!({"order": id})).0, 400);

    shop.people("allocate", &json!({"order": "LL-1"}));
    assert_eq!(shop.get("outbound-orders?order_status=Allocated&order_status=Shipped")["meta"]["total"], 1);
    assert_eq!(shop.stock(&sku), [100, 90, 10, 90]);
    shop.people("ship", &json!({"order": id}));
    assert_eq!(shop.webhooks.len(), 2);
    assert_eq!(shop.webhooks[0]["data"]["order_status"], "Shipped");
    assert_eq!(shop.stock(&sku), [90, 90, 0, 90]);
    let late = shop.call(Method::Put, &format!("outbound-orders/{id}"), &json!({"order_status": "Cancelled"}));
    assert_eq!(message(&late), (400, "Order has already been shipped"));
}

#[test]
fn cancelling_gives_stock_back() {
    let (mut shop, sku) = (Shop::new(), first_sku());
    shop.people("stock", &json!({"sku": sku, "qty": 100}));
    let id = shop.order(&sku);
    let path = format!("outbound-orders/{id}");
    let missing = shop.call(Method::Put, &path, &json!({"order_status": "Cancelled"}));
    assert_eq!(message(&missing), (400, "destination is required"));
    let mut body = shop.body(&sku);
    body["order_lines"] = Value::Null;
    body["order_status"] = json!("Shipped");
    assert_eq!(message(&shop.call(Method::Put, &path, &body)).1, "order_status can only be changed to Cancelled");
    body["order_status"] = json!("Cancelled");
    assert_eq!(shop.call(Method::Put, &path, &body).0, 200);
    assert_eq!(shop.stock(&sku), [100, 100, 0, 100]);
    assert_eq!(message(&shop.call(Method::Put, &path, &body)).1, "Order has already been cancelled");

    let id = shop.order(&sku);
    shop.people("allocate", &json!({"order": id}));
    shop.people("cancel", &json!({"order": id}));
    assert_eq!(shop.stock(&sku), [100, 100, 0, 100]);
}

#[test]
fn put_replaces_lines_and_adds_notes() {
    let (mut shop, sku) = (Shop::new(), first_sku());
    let other = trade().items[1].sku.clone();
    shop.people("stock", &json!({"sku": sku, "qty": 100}));
    let id = shop.order(&sku);
    let mut body = shop.body(&other);
    body["notes"] = json!([{"subject": "S", "note": "N", "internal_only": true}]);
    body["discounts"] = json!([{"amount": 10, "method": "percentage"}]);
    body["charges"] = json!([{"amount": 2.25, "method": "dollar"}]);
    body["payment_term"] = json!("Net 15");
    body["requested_delivery_date"] = json!("2026-01-09");
    for _ in 0..2 {
        let (status, answer) = shop.call(Method::Put, &format!("outbound-orders/{id}"), &body);
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["data"]["origin_facility_id"], DEPOT);
        assert_eq!(answer["data"]["order_status"], Value::Null);
        assert_eq!(answer["data"]["sales_rep"]["id"], 1);
    }
    let order = shop.get(&format!("outbound-orders/{id}"))["data"].clone();
    assert_eq!(order["notes"].as_array().unwrap().len(), 2);
    assert_eq!(order["order_lines"].as_array().unwrap().len(), 1);
    assert_eq!(order["order_lines"][0]["sku"], other.as_str());
    // 10 x 17.50 - 5.00 = 170; 10 % off is 17; 2.25 on top.
    assert_eq!(order["total_price"].to_string(), "155.25");
    assert_eq!((&order["payment_term"], &order["invoice_date"]), (&json!("Net 15"), &json!("")));
    assert_eq!(order["order_timestamp"], "2026-01-06T15:04:05.123Z");
    assert_eq!(order["last_updated_timestamp"], "2026-01-06T15:04:05Z");
    assert_eq!(order["sales_rep"]["id"], "1");
    assert_eq!(order["origin_facility"]["id"], DEPOT);
    assert_eq!(shop.stock(&sku), [100, 100, 0, 100]);
}

#[test]
fn a_destination_without_id_is_found_by_name_whatever_its_license() {
    let (mut shop, sku) = (Shop::new(), first_sku());
    let namesake = trade().customers[1].clone();
    assert_eq!(shop.get(&format!("destinations?license_number={}", namesake.license))["meta"]["total"], 0);
    let mut body = shop.body(&sku);
    body["destination"] = json!({
        "type": "Dispensary", "name": namesake.name, "license_number": namesake.license,
        "contact": {"first_name": "Pat", "email": "pat@example.com"},
    });
    let (_, reused) = shop.call(Method::Post, "outbound-orders", &body);
    assert_eq!(reused["data"]["destination"]["license_number"], "C10-9999999-LIC");
    assert_eq!(reused["data"]["destination"]["contact"]["email"], "pat@example.com");
    body["destination"]["name"] = json!("Brand New");
    body["sales_rep"] = json!({"email": "new@example.com", "first_name": "New"});
    let (_, made) = shop.call(Method::Post, "outbound-orders", &body);
    assert_eq!(made["data"]["destination"]["license_number"], namesake.license);
    assert_eq!(made["data"]["sales_rep"]["id"], 4);
    assert_eq!(shop.get("destinations?search=brand%20new")["meta"]["total"], 1);
    body["destination"] = json!({"id": shop.known_store(), "name": "x"});
    assert_eq!(message(&shop.call(Method::Post, "outbound-orders", &body)).0, 400);
}

#[test]
fn refusals_name_the_field_and_change_nothing() {
    let (mut shop, sku) = (Shop::of(Flourish::new(&trade()).sales_rep_required(true)), first_sku());
    let good = shop.body(&sku);
    for (pointer, value, text) in [
        ("/order_timestamp", json!(null), "order_timestamp is required"),
        ("/sales_rep", json!(null), "sales_rep is required for outbound orders of this facility"),
        (
            "/destination",
            json!({"name": "New", "state": "Oregon"}),
            "destination.state must be a two-letter abbreviation",
        ),
        ("/destination", json!({"id": "nix"}), "destination.id nix does not exist"),
        ("/order_lines/0/order_qty", json!("10"), "order_lines[0].order_qty must be a number"),
        ("/order_lines/0/unit_price", json!(1e20), "order_lines[0].unit_price must be a number up to 100000000"),
        ("/order_lines/0/sku", json!("GONE"), "item with SKU GONE does not exist"),
        ("/order_lines/0", json!({"order_qty": 1}), "order_lines[0].item_id or order_lines[0].sku is required"),
        ("/order_lines", json!([]), "order_lines is required"),
        ("/original_order_id", json!("LL-1"), ""),
    ] {
        let mut body = good.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        let answer = shop.call(Method::Post, "outbound-orders", &body);
        if text.is_empty() {
            assert_eq!(answer.0, 200);
        } else {
            assert_eq!(message(&answer), (400, text));
            assert!(shop.webhooks.is_empty());
        }
    }
    let mut body = good;
    body["order_linez"] = json!([]);
    assert_eq!(message(&shop.call(Method::Post, "outbound-orders", &body)), (400, "unknown field order_linez"));
    let state = shop.send(Method::Get, "/_control/state", &[], &Value::Null).response.body;
    let state: Value = serde_json::from_slice(&state).unwrap();
    assert_eq!(state["orders"].as_array().unwrap().len(), 1);
    assert_eq!(state["destinations"].as_array().unwrap().len(), 5);
}

#[test]
fn an_unknown_order_is_204_without_a_body() {
    let mut shop = Shop::new();
    let url = "/external/api/v1/outbound-orders/00099999";
    let response = shop.send(Method::Get, url, &[("x-api-key", "k")], &Value::Null).response;
    assert_eq!((response.status, response.body.len()), (204, 0));
}

#[test]
fn webhooks_are_signed_over_the_raw_body() {
    let (mut shop, sku) = (Shop::new(), first_sku());
    let change = json!({"sku": sku, "qty": 5});
    let unsigned = shop.send(Method::Post, "/_control/stock", &[], &change).webhooks;
    assert!(unsigned[0].headers.iter().all(|(name, _)| name != "Auth-Signature"));
    shop.flourish.set_webhook_key("secret".to_owned());
    let hook = shop.send(Method::Post, "/_control/stock", &[], &change).webhooks.remove(0);
    let mut mac = Hmac::<Sha256>::new_from_slice(b"secret").unwrap();
    mac.update(&hook.body);
    let expected = hex::encode(mac.finalize().into_bytes());
    assert!(hook.headers.contains(&("Auth-Signature".to_owned(), expected)));
    let row = shop.get(&format!("inventory/summary?sku={sku}"))["data"][0].clone();
    assert_eq!(serde_json::from_slice::<Value>(&hook.body).unwrap()["data"], row);
}

#[test]
fn people_enter_move_and_edit_orders() {
    let (mut shop, sku) = (Shop::of(Flourish::new(&trade()).without_skus([&trade().items[2].sku])), first_sku());
    assert_eq!(shop.get("items?item_id=4103")["meta"]["total"], 0);
    let entered = shop.people("order", &json!({"destination": "C10-0000001-LIC", "lines": [{"sku": sku, "qty": 3}]}));
    let id = entered["order"].as_str().unwrap().to_owned();
    shop.people("lines", &json!({"order": id, "lines": [{"sku": sku, "qty": 4, "unit_price": 2}]}));
    shop.people("payment_term", &json!({"order": id, "payment_term": "Net 30"}));
    shop.people("move", &json!({"order": id, "facility": SOUTH}));
    assert_eq!(shop.webhooks.len(), 3, "the order, and its item's stock at both facilities");
    let order = shop.get(&format!("outbound-orders/{id}"))["data"].clone();
    assert_eq!(order["origin_type"], "Flourish");
    assert_eq!(order["origin_facility"]["id"], SOUTH);
    assert_eq!(order["total_price"], 8);
    let body = shop.body(&sku);
    assert_eq!(shop.call(Method::Put, &format!("outbound-orders/{id}"), &body).0, 400);
    shop.people("remove_item", &json!({"sku": sku}));
    assert_eq!(shop.control("stock", &json!({"sku": sku, "qty": 1})).0, 400);
    shop.people("ship", &json!({"order": id, "force": true}));
    assert_eq!(shop.get("outbound-orders?order_status=Shipped")["meta"]["total"], 0);
    shop.people("item", &json!({"sku": "NEW-1", "name": "New Jar", "brand": "Fresh"}));
    assert_eq!(shop.get("brands?brand_name=Fresh")["meta"]["total"], 1);
}

#[test]
fn destinations_contacts_and_terms_can_be_written() {
    let mut shop = Shop::new();
    let store = json!({"type": "Dispensary", "name": "Shop", "license_number": "X-1", "billing": {"city": "Oakland"}});
    let (_, made) = shop.call(Method::Post, "destinations", &store);
    let path = format!("destinations/{}", made["data"]["id"].as_str().unwrap());
    shop.now = "2026-01-07T00:00:00Z".parse().unwrap();
    assert_eq!(shop.call(Method::Put, &path, &json!({"alias": "Shop LLC"})).0, 200);
    let read = shop.get(&path)["data"].clone();
    assert_eq!((&read["alias"], &read["license_number"]), (&json!("Shop LLC"), &json!("X-1")));
    assert_eq!((&read["contacts"], &read["number_open_invoices"]), (&Value::Null, &json!("0")));
    let (_, people) = shop.call(Method::Post, &format!("{path}/contacts"), &json!([{"email": "a@example.com"}]));
    let id = people["data"][0]["facility_contact_id"].clone();
    let change = json!([{"facility_contact_id": id, "first_name": "Alice"}]);
    assert_eq!(shop.call(Method::Put, &format!("{path}/contacts"), &change).1["data"][0]["email"], "a@example.com");
    assert_eq!(shop.get("destinations?last_updated_timestamp_start=2026-01-07T00:00:00.000Z")["meta"]["total"], 1);
    let term = json!({"order_payment_term": "Net 14", "due_num_days": 14});
    assert_eq!(shop.call(Method::Post, "order-payment-terms", &term).1["data"]["order_payment_term_id"], 4);
    assert_eq!(shop.get("order-payment-terms?search=net")["meta"]["total"], 3);
    assert_eq!(shop.call(Method::Post, "order-payment-terms", &json!({"order_payment_term": "X"})).0, 400);
}

#[test]
fn the_same_history_gives_the_same_bytes() {
    let run = || {
        let mut shop = Shop::new();
        let id = shop.order(&first_sku());
        shop.people("ship", &json!({"order": id, "force": true}));
        shop.send(Method::Get, "/_control/state", &[], &Value::Null).response.body
    };
    assert_eq!(run(), run());
}

#[test]
fn a_world_begins_as_large_as_asked() {
    let mut shop = Shop::new();
    let told =
        shop.people("world", &json!({"items": 120, "facilities": 3, "brands": 4, "customers": 30, "companies": 2}));
    assert_eq!((&told["items"], told["facilities"].as_array().unwrap().len()), (&json!(120), 3));
    assert_eq!(shop.get("items")["meta"]["total"], 120);
    assert_eq!(shop.get("facilities")["meta"]["total"], 3);
    assert!(shop.webhooks.is_empty(), "a beginning is not told");
    assert_eq!(shop.control("world", &json!({"items": 1_000_000})).0, 400);
    shop.people("world", &json!({"seed": 7}));
    let skus: Vec<Value> = shop.get("items")["data"].as_array().unwrap().iter().map(|row| row["sku"].clone()).collect();
    assert_eq!(skus, trade().items.iter().map(|item| json!(item.sku)).collect::<Vec<_>>(), "that of the seed");
}

#[test]
fn people_change_what_an_item_says() {
    let mut shop = Shop::new();
    let change = json!({
        "item": 4101, "new_sku": "RENAMED", "name": "Renamed Jar", "price": 12.25, "brand": "New Brand", "strain": "New Strain",
        "strain_type": "Sativa", "description": "Fresh", "ecommerce_active": false, "active": false, "case_units": 12,
        "item_category": "Smalls", "unit_weight": 3.5, "weight_uom": "g", "ecommerce_category_name": "Flower", "cost": 4,
    });
    shop.people("item", &change);
    let [told] = &shop.webhooks[..] else { panic!("one message") };
    assert_eq!((&told["action"], &told["resource_type"]), (&json!("update"), &json!("item")));
    let (told, item) = (told["data"].clone(), shop.get("items/4101")["data"].clone());
    assert_eq!(told, item);
    for (name, value) in [
        ("sku", json!("RENAMED")),
        ("item_name", json!("Renamed Jar")),
        ("brand", json!("New Brand")),
        ("strain_name", json!("New Strain")),
        ("strain_type_name", json!("Sativa")),
        ("item_description", json!("Fresh")),
        ("ecommerce_active", json!(false)),
        ("active", json!(false)),
        ("item_category", json!("Smalls")),
        ("unit_weight", json!(3.5)),
        ("ecommerce_category_name", json!("Flower")),
        ("cost", json!(4)),
    ] {
        assert_eq!(item[name], value, "{name}");
    }
    assert_eq!(item["price"].to_string(), "12.25");
    let case = shop.get("items/4101/itemvariations")["data"][0].clone();
    assert_eq!((&case["unit_qty"], case["unit_price"].to_string().as_str()), (&json!(12), "147"));
    assert_eq!(shop.get("itemvariations/4101")["data"], case);
    assert_eq!(shop.get("items/4102/itemvariations")["meta"]["total"], 0);
    assert_eq!(shop.get("items?ecommerce_active=false&item_category=Smalls")["meta"]["total"], 1);
    assert_eq!(shop.get("inventory/summary?sku=RENAMED")["data"][0]["item_description"], "Fresh");
    assert_eq!(shop.get(&format!("inventory/summary?sku={}", first_sku()))["meta"]["total"], 0);
    shop.people("item", &json!({"item": "4101", "brand": null, "strain": null}));
    let item = shop.get("items/4101")["data"].clone();
    assert_eq!((&item["brand"], &item["strain_required"]), (&Value::Null, &json!(false)));
    assert_eq!(shop.control("item", &json!({"item": 1, "name": "x"})).0, 400);
    assert_eq!(shop.control("item", &json!({"sku": "x", "last_updated_by": "x"})).0, 400);
}

#[test]
fn several_items_can_bear_one_sku() {
    let mut shop = Shop::new();
    let sku = first_sku();
    let twin = shop.people("item", &json!({"sku": sku, "new": true, "name": "Twin"}))["id"].clone();
    assert_eq!(shop.webhooks[0]["action"], "create");
    shop.people("stock", &json!({"item": twin, "qty": 9}));
    let rows = shop.get(&format!("inventory/summary?sku={sku}"))["data"].clone();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!((&rows[1]["item_id"], &rows[1]["qty"]), (&twin, &json!(9)));
    shop.people("item", &json!({"sku": sku, "price": 1}));
    assert_eq!(shop.webhooks[0]["data"]["id"], "4101", "a SKU alone means the eldest");
    shop.people("item", &json!({"item": twin, "new_sku": ""}));
    assert_eq!(shop.get(&format!("inventory/summary?sku={sku}"))["meta"]["total"], 1);
    assert_eq!(shop.get(&format!("items/{}", twin.as_str().unwrap()))["data"]["sku"], "");
}

#[test]
fn stock_is_told_when_an_order_comes_goes_and_ships() {
    let mut shop = Shop::new();
    let sku = first_sku();
    let told = |shop: &Shop| -> Vec<(String, String)> {
        let stock = shop.webhooks.iter().filter(|hook| hook["resource_type"] == "inventory_summary");
        stock.map(|hook| (hook["data"]["sku"].to_string(), hook["data"]["sellable_qty"].to_string())).collect()
    };
    let [_, _, _, sellable] = shop.stock(&sku);
    let row = |sellable: i64| vec![(json!(sku).to_string(), sellable.to_string())];
    let first = shop.order(&sku);
    assert_eq!(told(&shop), row(sellable - 10));
    shop.people("cancel", &json!({"order": first}));
    assert_eq!(told(&shop), row(sellable));
    let second = shop.order(&sku);
    let mut body = shop.body(&sku);
    body["order_status"] = json!("Cancelled");
    shop.call(Method::Put, &format!("outbound-orders/{second}"), &body);
    assert_eq!(told(&shop), row(sellable), "through the API as well");
    let third = shop.order(&sku);
    shop.people("allocate", &json!({"order": third}));
    assert_eq!(told(&shop), row(sellable - 10));
    shop.people("ship", &json!({"order": third}));
    assert_eq!(told(&shop), row(sellable - 10));
}
