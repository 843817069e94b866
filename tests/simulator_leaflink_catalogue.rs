//! The LeafLink simulator's catalogue through its requests: companies, products and what they are sorted by.

use std::collections::BTreeSet;
use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use petiole::simulator::leaflink::LeafLink;
use petiole::simulator::{Simulator, Size, Trade as World, Webhook};
use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};
use sha2::Sha256;

use crate::support::{Process, get, petiole, send, until};

struct Market {
    leaflink: LeafLink,
    now: Timestamp,
    key: &'static str,
    webhooks: Vec<Webhook>,
}

impl Market {
    fn new() -> Self {
        let leaflink = LeafLink::new(&World::from_seed(7, Size::default()), 7);
        Self { leaflink, now: "2026-01-06T15:04:05.678Z".parse().unwrap(), key: "App k", webhooks: Vec::new() }
    }

    /// Two companies with a brand each, and a user who works for both.
    fn of_two() -> Self {
        let mut market = Self::new();
        market.people("world", &json!({ "companies": 2, "keys": ["one", "two"], "token": "both" }));
        market
    }

    fn send(&mut self, method: Method, url: &str, body: &Json) -> (u16, Json) {
        let headers = [("Authorization", self.key), ("Host", "localhost:9")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let request =
            Request { method, url: url.to_owned(), headers: headers.to_vec(), body, timeout: Duration::from_secs(1) };
        let outcome = self.leaflink.handle(self.now, &request);
        self.webhooks = outcome.webhooks;
        (outcome.response.status, serde_json::from_slice(&outcome.response.body).unwrap_or(Json::Null))
    }

    fn call(&mut self, method: Method, path: &str, body: &Json) -> (u16, Json) {
        self.send(method, &format!("/api/v2/{path}"), body)
    }

    #[track_caller]
    fn get(&mut self, path: &str) -> Json {
        let (status, body) = self.call(Method::Get, path, &Json::Null);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The ids of a list.
    #[track_caller]
    fn ids(&mut self, path: &str) -> BTreeSet<i64> {
        self.get(path)["results"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect()
    }

    #[track_caller]
    fn people(&mut self, act: &str, body: &Json) -> Json {
        let (status, answer) = self.send(Method::Post, &format!("/_control/{act}"), body);
        assert_eq!(status, 200, "{act}: {answer}");
        answer
    }
}

/// What signs as receivers check it.
fn signed_with(webhook: &Webhook, key: &str) -> bool {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(&webhook.body);
    let wanted = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    webhook.headers.iter().any(|(name, value)| name == "LL-Signature" && *value == wanted)
}

#[test]
fn a_world_begins_as_large_as_asked() {
    let mut market = Market::new();
    let told = market.people("world", &json!({ "companies": 2, "brands": 3, "products": 1000, "customers": 500 }));
    let companies = told["companies"].as_array().unwrap();
    assert_eq!(companies.iter().map(|one| one["id"].as_i64().unwrap()).collect::<Vec<_>>(), [501, 502]);
    assert_eq!(companies.iter().map(|one| one["products"].as_u64().unwrap()).sum::<u64>(), 1000);
    assert!(companies.iter().all(|one| one["customers"] == 500), "every company knows every store: {companies:?}");
    assert_eq!(companies[0]["brands"].as_array().unwrap().len() + companies[1]["brands"].as_array().unwrap().len(), 3);
    assert_eq!((&companies[1]["keys"], &companies[1]["name"]), (&json!(["key-502"]), &json!("Southern Trade Co")));
    let (_, state) = market.send(Method::Get, "/_control/state", &Json::Null);
    assert_eq!(state["companies"], told["companies"]);
    assert_eq!(
        (state["products"].as_array().unwrap().len(), state["customers"].as_array().unwrap().len()),
        (1000, 1000)
    );
    let ids: BTreeSet<i64> =
        state["customers"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    assert_eq!(ids.len(), 1000, "no id twice");
    assert_eq!(market.send(Method::Post, "/_control/world", &json!({ "products": 10_000_000 })).0, 400);
    assert_eq!(market.send(Method::Post, "/_control/world", &json!({ "prodcts": 1 })).0, 400);
    market.people("world", &json!({}));
    assert_eq!(market.get("products/")["count"], 24, "one company, any key");
}

#[test]
fn a_key_opens_its_company_and_nothing_else() {
    let mut market = Market::of_two();
    market.key = "App one";
    let mine = market.ids("products/?limit=100");
    let order = market.people("submit", &json!({ "company": 502 }))["orders"][0]["number"].as_str().unwrap().to_owned();
    assert_eq!(market.get("orders-received/")["count"], 0);
    market.key = "App two";
    let theirs = market.ids("products/?limit=100");
    assert!(mine.is_disjoint(&theirs) && mine.len() + theirs.len() == 24);
    assert_eq!(market.get(&format!("orders-received/{order}/"))["seller"], 502);
    for list in ["brands/", "company-staff/", "companies/", "customers/"] {
        market.key = "App one";
        let ours = market.ids(list);
        market.key = "App two";
        assert!(ours.is_disjoint(&market.ids(list)), "{list}");
    }
    market.key = "App one";
    let not_found = (404, json!({ "detail": "Not found." }));
    let product = theirs.first().unwrap();
    assert_eq!(market.call(Method::Get, &format!("products/{product}/"), &Json::Null), not_found);
    assert_eq!(market.call(Method::Patch, &format!("products/{product}/"), &json!({ "quantity": "1" })), not_found);
    let accept = format!("orders-received/{order}/transition/accept/");
    assert_eq!(market.call(Method::Post, &accept, &Json::Null), not_found);
    assert_eq!(market.call(Method::Get, &format!("orders-received/{order}/"), &Json::Null), not_found);
    for key in ["App three", "App both", "Token wrong", "App "] {
        market.key = key;
        assert_eq!(market.call(Method::Get, "products/", &Json::Null).0, 403, "{key}");
    }
}

#[test]
fn a_users_token_spans_the_companies() {
    let mut market = Market::of_two();
    market.key = "Token both";
    let page = market.get("products/?limit=20&offset=10");
    assert_eq!((&page["count"], page["results"].as_array().unwrap().len()), (&json!(24), 14));
    assert_eq!(market.ids("companies/"), [501, 502].into());
    let theirs = market.ids("companies/502/products/?limit=100");
    assert_eq!(theirs.len(), 12);
    let product = theirs.first().unwrap();
    assert_eq!(market.get(&format!("products/{product}/"))["seller"], 502);
    assert_eq!(market.call(Method::Get, "companies/503/products/", &Json::Null).0, 404);
    assert_eq!(market.call(Method::Get, "products/1/", &Json::Null).0, 404);
}

#[test]
fn every_company_signs_with_its_own_key() {
    let mut market = Market::of_two();
    market.leaflink.set_webhook_key("common".to_owned());
    assert!(market.leaflink.subscribe_company(502, Some("own".to_owned())));
    assert!(!market.leaflink.subscribe_company(503, None));
    for (company, key) in [(501, "common"), (502, "own")] {
        market.people("submit", &json!({ "company": company }));
        let [webhook] = &market.webhooks[..] else { panic!("one message") };
        assert!(signed_with(webhook, key));
        assert_eq!(webhook.company, Some(company));
    }
}

/// Two receivers, told apart by what the second one's subscription lacks.
#[test]
fn a_company_has_its_own_subscription() {
    let market = Process::start(petiole().args(["simulate", "leaflink", "--seed", "3"]), "base url");
    let listener = Process::start(petiole().args(["simulate", "leaflink", "--seed", "3"]), "base url");
    let control = format!("{}/_control", market.url);
    send(Method::Post, &format!("{control}/world"), &json!({ "companies": 2 }));
    let own = json!({ "url": format!("{}/api/v2/two/", listener.url), "company": 502, "key": "own" });
    send(Method::Put, &format!("{control}/webhook"), &own);
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 501 }));
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 502 }));
    let heard = || get(&format!("{}/_control/requests", listener.url))["log"].as_array().unwrap().clone();
    until("the second company's order is told", || !heard().is_empty());
    until("all is told", || get(&format!("{control}/quiet"))["quiet"] == true);
    assert_eq!(heard().len(), 1, "nobody listens to the first company");
    let all = json!({ "url": format!("{}/api/v2/one/", listener.url) });
    send(Method::Put, &format!("{control}/webhook"), &all);
    send(Method::Post, &format!("{control}/submit"), &json!({ "company": 501 }));
    until("the first company's order is told", || heard().len() == 2);
    assert!(heard()[1]["path"].as_str().unwrap().contains("one"));
}

/// What makes a product, whole.
fn bar() -> Json {
    json!({
        "name": "Example Bar (Dark)", "sku": "EX-BAR-100", "description": "Dark", "seller": 501, "brand": 41,
        "manufacturer": 501, "license": 2619, "category": 7, "sub_category": 14, "strain_classification": "na",
        "listing_state": "Available", "inventory_management": 1, "quantity": "800", "unit_of_measure": "Unit",
        "unit_denomination": 1, "sell_in_unit_of_measure": "Case", "unit_multiplier": 12, "minimum_order": "1",
        "maximum_order": "100000", "wholesale_price": { "amount": "108.00", "currency": "USD" },
        "retail_price": { "amount": 18, "currency": "USD" }, "sale_price": { "amount": "81", "currency": "USD" },
        "external_ids": { "petiole": "4101" }, "no_such_field": 1, "reserved_qty": "7", "id": 5,
    })
}

/// The same with some fields said otherwise; null takes a field out.
fn bar_with(changes: &Json) -> Json {
    let mut bar = bar();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            bar.as_object_mut().unwrap().remove(name);
        } else {
            bar[name] = value.clone();
        }
    }
    bar
}

#[test]
fn a_product_is_made_and_read_in_its_other_shape() {
    let mut market = Market::new();
    let (status, made) = market.call(Method::Post, "products/", &bar());
    assert_eq!(status, 201, "{made}");
    assert_eq!(made["id"], 3025, "after the 24 of the world");
    let (action, told) = {
        let told: Json = serde_json::from_slice(&market.webhooks[0].body).unwrap();
        (told["action"].clone(), told["data"].clone())
    };
    assert_eq!((action, &told), (json!("create"), &made));
    for (name, value) in [
        ("unit_denomination", json!({ "id": 1, "value": "1.00000", "name": "One", "label": "1" })),
        ("quantity", json!("800.0000")),
        ("reserved_qty", json!("0.0000")),
        ("available_inventory", json!(800)),
        ("wholesale_price", json!({ "amount": "108.00", "currency": "USD" })),
        ("retail_price", json!({ "amount": "18.00", "currency": "USD" })),
        ("discount_percent", json!(25)),
        ("minimum_order", json!("1.0000")),
        ("display_name", json!("Example Bar (Dark)")),
        ("display_listing_state", json!("Available")),
        ("strain_classification_display", json!("N/A")),
        ("sell_in_unit_of_measure", json!("Case")),
        ("children_count", json!(0)),
        ("parent", Json::Null),
        ("external_ids", json!({ "petiole": "4101" })),
        ("strains", json!([])),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert_eq!((&made["license"]["id"], &made["license"]["display_type"]), (&json!(2619), &json!("Adult Use")));
    assert_eq!(market.get("products/?sku=EX-BAR-100")["results"][0], made);
    assert_eq!(market.get("products/?external_id_key=petiole&external_id_values=4101,9")["count"], 1);
    assert!(made.get("no_such_field").is_none());
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let mut market = Market::new();
    let (status, told) = market.call(Method::Post, "products/", &json!({}));
    let required = "name sku description seller brand manufacturer license category sub_category strain_classification \
        listing_state inventory_management unit_of_measure unit_denomination wholesale_price retail_price sale_price \
        minimum_order maximum_order";
    let wanted: serde_json::Map<String, Json> =
        required.split_whitespace().map(|name| (name.to_owned(), json!(["This field is required."]))).collect();
    assert_eq!((status, told), (400, Json::Object(wanted)));
    let (_, told) =
        market.call(Method::Post, "products/", &bar_with(&json!({ "name": "", "brand": 99, "quantity": null })));
    assert_eq!(
        told,
        json!({
            "name": ["This field may not be blank."], "brand": ["Invalid pk \"99\" - object does not exist."],
            "quantity": ["This field is required."],
        })
    );
    assert_eq!(market.call(Method::Post, "products/", &json!([])).0, 400);
    assert_eq!(market.get("products/")["count"], 24, "nothing came of it");
}

#[test]
fn a_value_that_does_not_fit_is_refused_under_its_name() {
    let mut market = Market::new();
    market.people("product_line", &json!({ "name": "Line of the other brand", "brand": 42 }));
    for (name, value) in [
        ("sku", json!("A,B")),
        ("sku", json!("x".repeat(256))),
        ("name", json!(7)),
        ("seller", json!(502)),
        ("brand", json!("forty")),
        ("manufacturer", json!(9)),
        ("license", json!(1)),
        ("license", json!("N/A")),
        ("category", json!(70)),
        ("sub_category", json!(15.5)),
        ("sub_category", json!(11)),
        ("product_line", json!(161)),
        ("product_line", json!(5)),
        ("strain_classification", json!("Hybrid")),
        ("listing_state", json!("available")),
        ("inventory_management", json!(4)),
        ("inventory_management", json!(3)),
        ("unit_of_measure", json!("Case")),
        ("unit_denomination", json!(26)),
        ("wholesale_price", json!("108.00")),
        ("wholesale_price", json!({ "amount": "108.001", "currency": "USD" })),
        ("wholesale_price", json!({ "amount": "108.00" })),
        ("retail_price", json!({ "amount": "x", "currency": "USD" })),
        ("sale_price", json!({ "amount": "-1", "currency": "USD" })),
        ("minimum_order", json!("many")),
        ("quantity", json!(-1)),
        ("quantity", json!("1.00001")),
        ("unit_multiplier", json!(0)),
        ("unit_multiplier", json!(1.5)),
        ("sell_in_unit_of_measure", json!("Unit")),
        ("strains", json!([1, 99])),
        ("drop_date", json!("soon")),
        ("featured", json!("yes")),
        ("parent", json!({ "id": 1 })),
        ("threshold_action", json!("archived")),
        ("product_data_items", json!([{ "spec_type": "thc", "decimal_value": "20" }])),
        ("product_data_items", json!([{ "spec_type": "moon", "text_value": "full" }])),
        ("external_ids", json!({ "nobody": "1" })),
    ] {
        let (status, told) = market.call(Method::Post, "products/", &bar_with(&json!({ name: value })));
        assert_eq!(status, 400, "{name} {value}: {told}");
        let names: Vec<&String> = told.as_object().unwrap().keys().collect();
        assert_eq!(names, [name], "{value}: {told}");
    }
    let (_, told) = market.call(Method::Post, "products/", &bar_with(&json!({ "sell_in_unit_of_measure": null })));
    assert!(told["sell_in_unit_of_measure"].is_array(), "cases are sold as cases: {told}");
    let (_, told) = market.call(Method::Post, "products/", &bar_with(&json!({ "category": 4, "sub_category": 11 })));
    assert!(told["strains"].is_array(), "flower has strains: {told}");
    for fits in [
        json!({ "category": 4, "sub_category": 11, "strains": [1, 2, 1] }),
        json!({ "sku": "B", "category": 1, "sub_category": 2, "license": "N/A" }),
        json!({ "sku": "C", "unit_denomination": "7", "inventory_management": "2", "quantity": null }),
        json!({ "sku": "D", "product_data_items": [{ "spec_type": "thc", "decimal_value": "20", "dosage_unit": "%" }] }),
    ] {
        let (status, made) = market.call(Method::Post, "products/", &bar_with(&fits));
        assert_eq!(status, 201, "{fits}: {made}");
    }
    let (status, told) = market.call(Method::Post, "products/", &bar());
    assert_eq!((status, told["sku"].is_array()), (400, true), "a SKU is one product's");
}

#[test]
fn a_change_touches_what_it_names() {
    let mut market = Market::new();
    market.call(Method::Post, "products/", &bar());
    let before = market.get("products/3025/");
    market.now = "2026-02-01T00:00:00Z".parse().unwrap();
    let change = json!({
        "name": "Renamed", "reserved_qty": "9", "id": 1, "display_name": "no", "nonsense": [], "unit_multiplier": 24,
        "wholesale_price": { "amount": "200", "currency": "USD" }, "product_line": null, "listing_state": "Internal",
    });
    let (status, after) = market.call(Method::Patch, "products/3025/", &change);
    assert_eq!(status, 200, "{after}");
    let told: Json = serde_json::from_slice(&market.webhooks[0].body).unwrap();
    assert_eq!(told, json!({ "action": "edit", "data": after }));
    let changed: BTreeSet<&str> = after
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, value)| before.get(name.as_str()) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    let wanted = "name display_name unit_multiplier wholesale_price price_schedule_price discount_percent listing_state \
        display_listing_state modified last_edit";
    assert_eq!(changed, wanted.split_whitespace().collect());
    assert_eq!(market.ids("products/?modified__gte=2026-02-01T00:00:00Z"), [3025].into());
    for (body, names) in [
        (json!({ "quantity": "1", "available_inventory": "1" }), vec!["quantity"]),
        (json!({ "available_inventory": "few" }), vec!["available_inventory"]),
        (json!({ "sku": market.get("products/3001/")["sku"], "seller": 502 }), vec!["seller", "sku"]),
        (json!({ "category": 4 }), vec!["strains", "sub_category"]),
        (json!({ "name": null }), vec!["name"]),
    ] {
        let (status, told) = market.call(Method::Patch, "products/3025/", &body);
        let found: Vec<&String> = told.as_object().unwrap().keys().collect();
        assert_eq!(
            (status, found),
            (400, names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>().iter().collect()),
            "{body}"
        );
        assert!(market.webhooks.is_empty());
    }
    assert_eq!(market.get("products/3025/"), after, "what is refused changes nothing");
    let (status, gone) = market.call(Method::Delete, "products/3025/", &Json::Null);
    assert_eq!((status, &gone["listing_state"]), (200, &json!("Archived")));
    assert_eq!(market.get("products/3025/")["listing_state"], "Archived", "still there");
    assert_eq!(market.ids("products/?archived=true"), [3025].into());
    assert_eq!(market.get("products/?archived=false")["count"], 24);
}

#[test]
fn products_are_found_by_what_is_documented() {
    let mut market = Market::new();
    market.people("product_line", &json!({ "name": "Bars" }));
    market.call(Method::Post, "products/", &bar_with(&json!({ "product_line": 161, "seller_internal_id": "P-1" })));
    market.people("product", &json!({ "sku": "HIDDEN", "listing_state": "Internal" }));
    let all = 26;
    for (filter, count) in [
        ("sku=EX-BAR-100,HIDDEN,none", 2),
        ("sku=ex-bar-100", 0),
        ("id=3001,3025", 2),
        ("name=EXAMPLE%20bar%20(dark)", 1),
        ("search=bar", 1),
        ("brand=41,42", all),
        ("brand=99", 0),
        ("product_line=161", 1),
        ("category=7&sub_category=14", 2),
        ("category=4", 16),
        ("listing_state=internal", 1),
        ("listing_state=Internal,Available", all),
        ("archived=false", all),
        ("company=501", all),
        ("company=502", 0),
        ("company_slug=northern-trade-co", all),
        ("seller_internal_id=P-1", 1),
        ("strains=1", 3),
        ("license=2619", all),
        ("license__isnull=true", 0),
        ("license__type=adult%20use", all),
        ("parent__isnull=false", 0),
        ("has_children=true", 0),
        ("sub_category__isnull=true", 0),
        ("modified__gt=2026-01-03", 2),
        ("created_on__lt=2026-01-03T00:00:00", 24),
        ("external_id_key=petiole", all),
        ("no_such_filter=1", all),
    ] {
        let found = market.get(&format!("products/?{filter}"));
        assert_eq!(found["count"], count, "{filter}");
    }
    for wrong in ["modified__gte=yesterday", "created_on__lt=2026-13-01", "last_edit__lte=2026-01-06T15:04:05+00:00"] {
        let (status, told) = market.call(Method::Get, &format!("products/?{wrong}"), &Json::Null);
        let name = wrong.split('=').next().unwrap();
        assert_eq!((status, &told[name]), (400, &json!(["Enter a valid date/time."])), "{wrong}");
    }
    assert_eq!(market.call(Method::Get, "orders-received/?modified__gte=x", &Json::Null).0, 400);
    let only = market.get("products/?id=3001&fields_include=id,sku&include_children=strains");
    assert_eq!(only["results"][0].as_object().unwrap().len(), 2);
    let whole = market.get("products/3001/?include_children=strains,images");
    assert_eq!((&whole["strains"][0]["name"], &whole["images"]), (&json!("Blue Dream"), &json!([])));
}

#[test]
fn a_variety_draws_on_its_parents_stock() {
    let mut market = Market::new();
    market.call(Method::Post, "products/", &bar());
    let variety = json!({ "sku": "EX-BAR-S", "name": "Small", "parent": { "id": 3025 }, "inventory_management": 3, "quantity": null });
    let (status, small) = market.call(Method::Post, "products/", &bar_with(&variety));
    assert_eq!((status, &small["display_name"]), (201, &json!("Example Bar (Dark) Small")));
    let stock = |market: &mut Market, id: i64| {
        let shown = market.get(&format!("products/{id}/"));
        ["quantity", "reserved_qty"].map(|name| shown[name].as_str().unwrap().split('.').next().unwrap().to_owned())
    };
    let order = market.people("submit", &json!({ "lines": [{ "sku": "EX-BAR-S", "quantity": 24 }] }));
    for id in [3025, 3026] {
        assert_eq!(stock(&mut market, id), ["800", "24"]);
    }
    let number = order["orders"][0]["number"].as_str().unwrap();
    for act in ["accept", "fulfill"] {
        market.people(act, &json!({ "order": number }));
    }
    assert_eq!(stock(&mut market, 3025), ["776", "0"]);
    market.call(Method::Patch, "products/3025/", &json!({ "available_inventory": 50 }));
    assert_eq!(stock(&mut market, 3026), ["50", "0"]);
    assert_eq!(market.get("products/3025/")["children_count"], 1);
    assert_eq!(market.ids("products/3025/products/"), [3026].into());
}

#[test]
fn what_products_are_sorted_by_is_read_and_made() {
    let mut market = Market::new();
    assert_eq!(market.call(Method::Get, "product-lines/", &Json::Null).1["count"], 0);
    let line = json!({ "name": "Reserve", "brand": 42 });
    let (status, made) = market.call(Method::Post, "product-lines/", &line);
    assert_eq!((status, &made), (201, &json!({ "id": 161, "name": "Reserve", "brand": 42, "menu_position": null })));
    assert_eq!(market.call(Method::Post, "product-lines/", &line).0, 400, "taken");
    assert_eq!(
        market.call(Method::Post, "product-lines/", &json!({ "name": "x".repeat(101) })).1.as_object().unwrap().len(),
        2
    );
    let (status, moved) = market.call(Method::Patch, "product-lines/161/", &json!({ "menu_position": 3 }));
    assert_eq!((status, &moved["menu_position"], &moved["name"]), (200, &json!(3), &json!("Reserve")));
    assert_eq!(market.ids("product-lines/?brand=42"), [161].into());
    assert_eq!(market.get("product-lines/161/"), moved);
    assert_eq!(market.call(Method::Delete, "product-lines/161/", &Json::Null).0, 405);

    assert_eq!(market.get("strains/?name=Blue%20Dream")["count"], 1);
    assert_eq!(market.get("strains/?name=blue%20dream")["count"], 0, "case-sensitive");
    let strain = |name: &str| json!({ "name": name, "strain_classification": "hybrid" });
    assert_eq!(market.call(Method::Post, "strains/", &strain("Blue Dream")).0, 400);
    let (status, made) = market.call(Method::Post, "strains/", &strain("blue dream"));
    assert_eq!((status, &made["company"], &made["parents"]), (201, &json!(501), &json!([])));
    assert_eq!(market.get(&format!("strains/{}/", made["id"])), made);
    assert_eq!(
        (
            market.get("strains/?company=501")["count"].clone(),
            market.get("strains/?company__isnull=true")["count"].clone()
        ),
        (json!(1), json!(8))
    );
    assert_eq!(market.call(Method::Post, "strains/", &json!({})).1.as_object().unwrap().len(), 2);

    let categories = market.get("product-categories/");
    let named = |name: &str| {
        categories["results"].as_array().unwrap().iter().find(|one| one["name"] == name).unwrap()["id"].clone()
    };
    assert_eq!(named("Edibles & Ingestibles"), 7);
    let subs = market.get(&format!("product-subcategories/?category={}", named("Flower")));
    assert!(subs["results"].as_array().unwrap().iter().any(|one| one["name"] == "Seeds" && one["slug"] == "seeds"));
    assert_eq!(market.call(Method::Post, "product-categories/", &json!({})).0, 405);

    let batch = json!({ "owner": "501", "production_batch_number": "L-1", "batch_date": "2026-01-02", "testing_source": "lab", "thc": "20.5" });
    let (status, made) = market.call(Method::Post, "batches/", &batch);
    assert_eq!((status, &made["thc"], &made["is_from_api"]), (201, &json!("20.5000"), &json!(true)));
    assert_eq!(market.get("batches/?production_batch_number=L-1,L-2")["count"], 1);
    assert_eq!(market.call(Method::Post, "batches/", &json!({})).1.as_object().unwrap().len(), 4);

    assert_eq!(market.get("licenses/")["results"][0]["classification"], "Distributor");
    assert_eq!(market.get("brands/?company=501")["count"], 2);
    assert_eq!(market.get("brands/?company__in=502,503")["count"], 0);
    let brand = market.people("brand", &json!({ "name": "Third" }));
    assert_eq!((market.ids("brands/"), &brand["id"]), ([41, 42, 43].into(), &json!(43)));
}

#[test]
fn people_change_products_under_the_same_rules() {
    let mut market = Market::new();
    let id = market.people("product", &json!({ "sku": "N", "units_per_case": 6, "price": "30" }))["id"].clone();
    assert_eq!(market.get(&format!("products/{id}/"))["sell_in_unit_of_measure"], "Case");
    market.people("product", &json!({ "sku": "N", "name": "Other", "listing_state": "Unavailable", "new_sku": "M" }));
    let shown = market.get(&format!("products/{id}/"));
    assert_eq!(
        (&shown["sku"], &shown["name"], &shown["listing_state"]),
        (&json!("M"), &json!("Other"), &json!("Unavailable"))
    );
    assert_eq!(market.send(Method::Post, "/_control/product", &json!({ "sku": "M", "listing_state": "Gone" })).0, 400);
    market.people("archive", &json!({ "sku": "M" }));
    assert_eq!(market.get(&format!("products/{id}/"))["listing_state"], "Archived");
    market.people("stock", &json!({ "sku": "M", "quantity": 5.5 }));
    assert_eq!(market.get(&format!("products/{id}/"))["available_inventory"].to_string(), "5.5");
}
