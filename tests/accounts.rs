//! Several LeafLink companies and several Flourish facilities under one roof, by the files of `examples/`.

use std::path::Path;
use std::process::Command;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, http, own, petiole, send, until};

const FACILITIES: [&str; 2] = ["60aa00000000000000000001", "60aa00000000000000000002"];

/// What the accounts of the examples ask for beside the shipped ones.
pub(crate) fn environment(mut command: Command) -> Command {
    for (name, id, key) in [("NORTH", "501", "key-north"), ("SOUTH", "502", "key-south")] {
        command.env(format!("{name}_COMPANY_ID"), id).env(format!("{name}_API_KEY"), key);
        command.env(format!("{name}_WEBHOOK_KEY"), "any");
    }
    command.env("FLOURISH_SECOND_FACILITY_ID", FACILITIES[1]).env("SOUTH_FACILITY_ID", FACILITIES[1]);
    command
}

/// Both simulators with the accounts of an example in place of the shipped ones.
struct Roof {
    trade: Trade,
    service: Process,
}

impl Roof {
    fn start(example: &str, world: &Json) -> Self {
        let trade = Trade::start();
        own(&trade.rules, "products", "flourish");
        own(&trade.rules, "inventory", "flourish");
        let accounts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).join("accounts.yaml");
        std::fs::copy(accounts, trade.rules.join("accounts.yaml")).unwrap();
        for side in [&trade.leaflink, &trade.flourish] {
            let mut world = world.clone();
            if side.url == trade.flourish.url {
                world.as_object_mut().unwrap().remove("keys");
            }
            send(Method::Post, &format!("{}/_control/world", side.url), &world);
        }
        let mut command = environment(trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]));
        let service = Process::start(&mut command, "listening");
        let roof = Self { trade, service };
        roof.rests();
        roof
    }

    fn two_companies() -> Self {
        let keys = ["key-north", "key-south"];
        Self::start("multi_brand", &json!({ "seed": 5, "companies": 2, "brands": 3, "items": 12, "keys": keys }))
    }

    fn rests(&self) {
        until("the service is at rest", || at_rest(&self.service.url));
    }

    fn inbox(&self) -> Vec<Json> {
        get(&format!("{}/api/v1/inbox", self.service.url))["items"].as_array().unwrap().clone()
    }

    fn item(&self, fields: &Json) {
        self.trade.people(&self.trade.flourish, "item", fields);
    }

    /// The products of a SKU, one for each company that has it, with the company's id.
    fn products(&self, sku: &str) -> Vec<i64> {
        let state = get(&format!("{}/_control/state", self.trade.leaflink.url));
        let all = state["products"].as_array().unwrap().iter();
        all.filter(|one| one["sku"] == sku).map(|one| one["company"].as_i64().unwrap()).collect()
    }

    /// What each company that has it offers of a SKU.
    fn offered(&self, sku: &str) -> Vec<f64> {
        let state = get(&format!("{}/_control/state", self.trade.leaflink.url));
        let number = |one: &Json, name: &str| one[name].as_str().unwrap().parse::<f64>().unwrap();
        let all = state["products"].as_array().unwrap().iter().filter(|one| one["sku"] == sku);
        all.map(|one| number(one, "quantity") - number(one, "reserved")).collect()
    }

    fn submit(&self, body: &Json) -> String {
        let made = self.trade.people(&self.trade.leaflink, "submit", body);
        made["orders"][0]["number"].as_str().unwrap().to_owned()
    }

    fn order(&self, number: &str) -> Option<Json> {
        self.trade.orders().into_iter().find(|one| one["original_order_id"] == number)
    }
}

#[test]
fn the_examples_rules_are_sound_and_pass_their_tests() {
    for example in ["multi_brand", "multi_facility"] {
        let trade = Trade::start();
        let accounts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(example).join("accounts.yaml");
        std::fs::copy(accounts, trade.rules.join("accounts.yaml")).unwrap();
        for command in [vec!["lint", "--deny-warnings"], vec!["test"]] {
            let done = petiole().args(&command).env("PETIOLE_RULES", &trade.rules).output().unwrap();
            let told = [done.stdout, done.stderr].map(|told| String::from_utf8_lossy(&told).into_owned());
            assert!(done.status.success(), "{example} {command:?}: {told:?}");
        }
    }
}

#[test]
fn an_item_goes_to_every_company_that_carries_its_brand() {
    let roof = Roof::two_companies();
    let new = |sku: &str, brand: &str| json!({ "sku": sku, "name": "Blue Dream 3.5g Jar", "price": 10, "brand": brand, "strain": "Kush" });
    roof.item(&new("N-1", "North Leaf"));
    roof.item(&new("S-1", "South Leaf"));
    roof.item(&new("X-1", "Nobody's"));
    until("each product is where it is carried", || roof.products("N-1") == [501] && roof.products("S-1") == [502]);
    until("what nobody carries waits", || roof.inbox().len() == 1);
    let waiting = roof.inbox().remove(0);
    assert_eq!((&waiting["code"], &waiting["reason"]), (&json!("not-carried"), &json!("no account carries it")));
    assert!(waiting["rule"]["file"].as_str().unwrap().ends_with("accounts.yaml"), "{waiting:#}");

    let path = roof.trade.rules.join("accounts.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("brand == \"South Leaf\"", "brand in [\"South Leaf\", \"North Leaf\"]");
    std::fs::write(&path, text).unwrap();
    // The brand is the northern company's alone, so the southern product waits for its own.
    roof.item(&json!({ "sku": "N-1", "price": 11 }));
    until("the second company is asked too", || {
        roof.inbox().iter().any(|one| one["message"].as_str().unwrap().contains("no brand"))
    });
    assert_eq!(roof.products("X-1"), Vec::<i64>::new());
}

#[test]
fn orders_come_from_every_company_and_their_status_goes_back_to_their_own() {
    let roof = Roof::two_companies();
    let numbers = [501, 502].map(|company| roof.submit(&json!({ "company": company, "count": 1 })));
    for number in &numbers {
        until("the order has crossed", || roof.order(number).is_some());
    }
    until("both are accepted", || {
        let state = get(&format!("{}/_control/state", roof.trade.leaflink.url));
        let orders = state["orders"].as_array().unwrap().clone();
        orders.len() == 2 && orders.iter().all(|order| order["status"] == "Accepted")
    });
    roof.rests();
    assert!(roof.inbox().is_empty(), "{:#?}", roof.inbox());
    let known = get(&format!("{}/api/v1/records/north.order/{}", roof.service.url, numbers[0]));
    assert_eq!(known["links"][0]["left"]["account"], "north", "{known:#}");
    assert_eq!(trade_at_rest(&roof), 2, "nothing twice");
}

fn trade_at_rest(roof: &Roof) -> usize {
    roof.rests();
    roof.trade.orders().len()
}

#[test]
fn a_setting_may_differ_for_one_account() {
    let roof = Roof::two_companies();
    // Both are accepted by hand before anybody looks; only the southern account brings those over.
    let mut roof = roof;
    roof.service.kill();
    let numbers = [501, 502].map(|company| roof.submit(&json!({ "company": company, "count": 1 })));
    for number in &numbers {
        roof.trade.people(&roof.trade.leaflink, "accept", &json!({ "order": number }));
    }
    let mut command = environment(roof.trade.command(&["sync"]));
    let done = command.output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(roof.order(&numbers[0]).is_none(), "{told}");
    assert!(roof.order(&numbers[1]).is_some(), "{told}");
    assert!(told.contains(&format!("passed by: north.order/{}", numbers[0])), "{told}");
}

#[test]
fn a_company_whose_key_is_wrong_stops_no_other() {
    let roof = Roof::two_companies();
    let keys = json!({ "seed": 5, "companies": 2, "brands": 3, "items": 12, "keys": ["another", "key-south"] });
    send(Method::Post, &format!("{}/_control/world", roof.trade.leaflink.url), &keys);
    let number = roof.submit(&json!({ "company": 502, "count": 1 }));
    until("the order of the other company has crossed", || roof.order(&number).is_some());
}

#[test]
fn stock_is_summed_over_facilities_and_orders_ship_from_their_reps() {
    let roof = Roof::start("multi_facility", &json!({ "seed": 5, "facilities": 2, "items": 6 }));
    let state = || get(&format!("{}/_control/state", roof.trade.leaflink.url));
    let sku = state()["products"][0]["sku"].clone();
    for (facility, quantity) in FACILITIES.iter().zip([json!(30), json!(12.5)]) {
        let count = json!({ "sku": sku, "facility": facility, "qty": quantity });
        roof.trade.people(&roof.trade.flourish, "stock", &count);
    }
    until("both facilities' stock is offered", || {
        let url = format!("{}/api/v2/products/?sku={}", roof.trade.leaflink.url, sku.as_str().unwrap());
        let page = http(Method::Get, &url, &[("Authorization", "App key-for-tests")], b"");
        let page: Json = serde_json::from_slice(&page.body).unwrap();
        page["results"][0]["available_inventory"] == 42.5
    });
    for _ in 0..6 {
        roof.submit(&json!({ "lines": [{ "sku": sku, "quantity": 1 }] }));
    }
    until("all orders have crossed", || roof.trade.orders().len() == 6);
    let flourish = get(&format!("{}/_control/state", roof.trade.flourish.url));
    for order in flourish["orders"].as_array().unwrap() {
        let number = order["original_order_id"].as_str().unwrap();
        let url = format!("{}/api/v2/orders-received/{number}/", roof.trade.leaflink.url);
        let sold = http(Method::Get, &url, &[("Authorization", "App key-for-tests")], b"");
        let sold: Json = serde_json::from_slice(&sold.body).unwrap();
        let rep = sold["sales_reps"][0]["id"].as_i64();
        let facility = order["facility"].as_str().or(order["origin_facility"]["id"].as_str()).unwrap_or_default();
        assert!(FACILITIES.contains(&facility), "{order:#}");
        if rep.is_none() {
            assert_eq!(facility, FACILITIES[0], "without a rep the default facility ships: {order:#}");
        }
    }
}

#[test]
fn rules_may_ask_of_which_facility_a_row_of_stock_is() {
    let roof = Roof::start("multi_facility", &json!({ "seed": 5, "facilities": 2, "items": 6 }));
    let path = roof.trade.rules.join("pipelines/stock.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let own = format!("sum((flourish[] where .facility == \"{}\")[].sellable_qty)", FACILITIES[1]);
    let text = text.replace("sum(flourish[].sellable_qty)", &own);
    assert!(text.contains(&own));
    std::fs::write(&path, text).unwrap();
    until("the rules are in force", || get(&format!("{}/api/v1/status", roof.service.url))["generation"] == 2);
    let sku = get(&format!("{}/_control/state", roof.trade.leaflink.url))["products"][0]["sku"].clone();
    for (facility, quantity) in FACILITIES.iter().zip([json!(30), json!(12.5)]) {
        let count = json!({ "sku": sku, "facility": facility, "qty": quantity });
        roof.trade.people(&roof.trade.flourish, "stock", &count);
    }
    until("only what the second facility has is offered", || roof.offered(sku.as_str().unwrap()) == [12.5]);
    roof.rests();
    // Whoever looks at everything does not take it for a field that is gone either.
    for _ in 0..3 {
        let done = environment(roof.trade.command(&["sync", "--full", "--yes"])).output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stdout));
    }
    assert_eq!(get(&format!("{}/api/v1/inbox", roof.service.url))["items"], json!([]), "nothing is parked");
}

#[test]
fn what_an_order_of_one_company_holds_is_offered_by_no_other() {
    let roof = Roof::two_companies();
    roof.trade.people(&roof.trade.leaflink, "brand", &json!({ "company": 502, "name": "North Leaf" }));
    let path = roof.trade.rules.join("accounts.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text.replace("brand == \"South Leaf\"", "brand in [\"South Leaf\", \"North Leaf\"]");
    // Orders of the northern company stay where they are.
    let held = "    settings:\n      orders:\n        sync_statuses: [Backorder]\n";
    let text = text.replacen("    carries:", &format!("{held}    carries:"), 1);
    std::fs::write(&path, text).unwrap();
    until("the rules are in force", || get(&format!("{}/api/v1/status", roof.service.url))["generation"] == 2);
    let item =
        json!({ "sku": "N-1", "name": "Blue Dream 3.5g Jar", "price": 10, "brand": "North Leaf", "strain": "Kush" });
    roof.item(&item);
    until("both companies list it", || roof.products("N-1").len() == 2);
    roof.trade.people(&roof.trade.flourish, "stock", &json!({ "sku": "N-1", "qty": 40 }));
    until("all of it is offered twice", || roof.offered("N-1") == [40.0, 40.0]);
    roof.submit(&json!({ "company": 501, "lines": [{ "sku": "N-1", "quantity": 8 }] }));
    roof.trade.people(&roof.trade.flourish, "stock", &json!({ "sku": "N-1", "qty": 30 }));
    until("what the order holds is left out by both", || roof.offered("N-1") == [22.0, 22.0]);
}

/// Both companies sell to stores that the warehouse does not know yet, and to each they are new at the same moment.
#[test]
fn a_store_of_two_companies_becomes_one_destination() {
    let roof = Roof::two_companies();
    let destinations = || get(&format!("{}/_control/state", roof.trade.flourish.url))["destinations"].clone();
    let of_license = |license: &Json, rows: &Json| {
        rows.as_array().unwrap().iter().filter(|row| row["license_number"] == *license).count()
    };
    let customers = get(&format!("{}/_control/state", roof.trade.leaflink.url))["customers"].clone();
    let (customers, known) = (customers.as_array().unwrap(), destinations());
    let is_new = |one: &&Json| one["company"] == 501 && of_license(&one["license_number"], &known) == 0;
    let licenses: Vec<&Json> = customers.iter().filter(is_new).map(|one| &one["license_number"]).take(4).collect();
    let buyers: Vec<&Json> = customers.iter().filter(|one| licenses.contains(&&one["license_number"])).collect();
    assert_eq!((licenses.len(), buyers.len()), (4, 8), "{customers:?}");
    // While an answer takes this long, nobody sees what another one is about to make.
    roof.trade.faults(&roof.trade.flourish, &json!({ "delay_ms": 400 }));
    for one in &buyers {
        roof.submit(&json!({ "company": one["company"], "customer": one["id"], "count": 1 }));
    }
    until("all orders have crossed", || roof.trade.orders().len() == buyers.len());
    roof.rests();
    let made = destinations();
    let counts: Vec<usize> = licenses.iter().map(|license| of_license(license, &made)).collect();
    assert_eq!(counts, [1; 4], "{made:#}");
}
