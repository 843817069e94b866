//! A seeded world of items, customers and orders under two companies and two facilities: the first pass brings it into
//! step, the second writes nothing, and thousands of changes of stock and items with lost, doubled and late webhooks
//! leave the last value everywhere.
//!
//! The sizes are small here; `PETIOLE_WORLD_ITEMS=1000 PETIOLE_WORLD_CHANGES=10000` makes them large, and
//! `PETIOLE_PATIENCE=900` (seconds) lets that take its time.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, WEBHOOK_KEY, at_rest, get, http, own, send, until};

const FACILITIES: [&str; 2] = ["60aa00000000000000000001", "60aa00000000000000000002"];
const COMPANIES: [(&str, &str, &str); 2] = [("north", "501", "key-north"), ("south", "502", "key-south")];

fn size(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

struct World {
    trade: Trade,
    items: usize,
}

impl World {
    fn start(seed: u64) -> Self {
        let items = size("PETIOLE_WORLD_ITEMS", 40);
        let trade = Trade::start();
        own(&trade.rules, "products", "flourish");
        own(&trade.rules, "inventory", "flourish");
        let accounts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/multi_brand/accounts.yaml");
        std::fs::copy(accounts, trade.rules.join("accounts.yaml")).unwrap();
        let settings = trade.rules.join("settings.yaml");
        let text = std::fs::read_to_string(&settings).unwrap();
        let both = FACILITIES.map(|id| format!("      - \"{id}\"")).join("\n");
        std::fs::write(&settings, text.replace("      - ${FLOURISH_FACILITY_ID}", &both)).unwrap();
        let mut world = json!({ "seed": seed % 1_000_000, "companies": 2, "brands": 3, "items": items,
            "customers": items / 2, "facilities": 2 });
        send(Method::Post, &format!("{}/_control/world", trade.flourish.url), &world);
        world["keys"] = json!(COMPANIES.map(|(_, _, key)| key));
        send(Method::Post, &format!("{}/_control/world", trade.leaflink.url), &world);
        Self { trade, items }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.trade.command(arguments);
        for (name, id, key) in COMPANIES {
            let name = name.to_uppercase();
            command.env(format!("{name}_COMPANY_ID"), id).env(format!("{name}_API_KEY"), key);
            command.env(format!("{name}_WEBHOOK_KEY"), WEBHOOK_KEY);
        }
        command.env("SOUTH_FACILITY_ID", FACILITIES[1]);
        command
    }

    /// A full pass: its report.
    fn sync(&self) -> Json {
        let done = self.command(&["sync", "--full", "--yes", "--format", "json"]).output().unwrap();
        let report: Json = serde_json::from_slice(&done.stdout).unwrap_or_default();
        assert_eq!(done.status.code(), Some(0), "{report:#}{}", String::from_utf8_lossy(&done.stderr));
        report
    }

    fn subscribe(&self, service: &Process) {
        for (name, id, _) in COMPANIES {
            let body = json!({ "company": id.parse::<u64>().unwrap(), "key": WEBHOOK_KEY,
                "url": format!("{}/webhooks/{name}", service.url) });
            send(Method::Put, &format!("{}/_control/webhook", self.trade.leaflink.url), &body);
        }
        let body = json!({ "url": format!("{}/webhooks/flourish", service.url) });
        send(Method::Put, &format!("{}/_control/webhook", self.trade.flourish.url), &body);
    }

    /// Every product by company and SKU.
    fn products(&self) -> BTreeMap<(String, String), Json> {
        let mut found = BTreeMap::new();
        for (name, _, key) in COMPANIES {
            let mut url = format!("{}/api/v2/products/?limit=100", self.trade.leaflink.url);
            loop {
                let page = http(Method::Get, &url, &[("Authorization", &format!("App {key}"))], b"");
                let page: Json = serde_json::from_slice(&page.body).unwrap();
                for product in page["results"].as_array().unwrap() {
                    found.insert((name.to_owned(), product["sku"].as_str().unwrap().to_owned()), product.clone());
                }
                match page["next"].as_str() {
                    Some(next) => next.clone_into(&mut url),
                    None => break,
                }
            }
        }
        found
    }

    /// What may be sold of each SKU over both facilities.
    fn sellable(&self) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for facility in FACILITIES {
            let mut offset = 0;
            loop {
                let url =
                    format!("{}/external/api/v1/inventory/summary?limit=100&offset={offset}", self.trade.flourish.url);
                let page = http(Method::Get, &url, &[("x-api-key", "key-for-tests"), ("FacilityID", facility)], b"");
                let page: Json = serde_json::from_slice(&page.body).unwrap();
                let rows = page["data"].as_array().unwrap();
                for row in rows {
                    *sums.entry(row["sku"].as_str().unwrap().to_owned()).or_default() +=
                        row["sellable_qty"].as_f64().unwrap();
                }
                if rows.is_empty() {
                    break;
                }
                offset += rows.len();
            }
        }
        sums
    }
}

/// Writes on products, and how many of them changed something.
fn counted(trade: &Trade) -> (usize, usize) {
    let log = get(&format!("{}/_control/requests", trade.leaflink.url));
    let mut held: BTreeMap<(String, String), String> = BTreeMap::new();
    let (mut made, mut needed) = (0, 0);
    for call in log["log"].as_array().unwrap().iter().filter(|call| call["method"] == "PATCH") {
        made += 1;
        let mut changes = false;
        for (name, value) in call["body"].as_object().into_iter().flatten() {
            let place = (call["path"].as_str().unwrap().to_owned(), name.clone());
            changes |= held.insert(place, value.to_string()).is_none_or(|before| before != value.to_string());
        }
        needed += usize::from(changes);
    }
    (made, needed)
}

#[test]
fn a_world_comes_into_step_and_stays_there_whatever_changes() {
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let world = World::start(seed);
    for company in [501, 502] {
        let orders = json!({ "company": company, "count": (world.items * 3 / 20).max(1) });
        world.trade.people(&world.trade.leaflink, "submit", &orders);
    }
    let began = std::time::Instant::now();
    let first = world.sync();
    println!("first pass: {:?}, {} writes", began.elapsed(), first["writes"]);
    let second = world.sync();
    assert_eq!(second["writes"], 0, "{second:#}");

    let mut command = world.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1s"]);
    let service = Process::start(&mut command, "listening");
    world.subscribe(&service);
    let noise = json!({ "webhook_copies": 2, "webhook_shuffle": true, "webhook_drop_every": 7 });
    world.trade.faults(&world.trade.flourish, &noise);
    world.trade.faults(&world.trade.leaflink, &noise);
    http(Method::Delete, &format!("{}/_control/requests", world.trade.leaflink.url), &[], b"");
    let state = get(&format!("{}/_control/state", world.trade.flourish.url));
    let skus: Vec<String> =
        state["items"].as_array().unwrap().iter().map(|item| item["sku"].as_str().unwrap().to_owned()).collect();
    let mut prices = BTreeMap::new();
    for at in 0..size("PETIOLE_WORLD_CHANGES", 400) {
        let sku = random.choice(&skus).unwrap();
        if random.u8(0..5) == 0 {
            let price = random.u32(100..9_000);
            world.trade.people(
                &world.trade.flourish,
                "item",
                &json!({ "sku": sku, "price": f64::from(price) / 100.0 }),
            );
            prices.insert(sku.clone(), f64::from(price) / 100.0);
            continue;
        }
        // Now and then one SKU changes many times in a moment.
        for _ in 0..if at % 50 == 0 { 10 } else { 1 } {
            let facility = random.choice(FACILITIES).unwrap();
            let count = json!({ "sku": sku, "facility": facility, "qty": f64::from(random.u32(0..4_000)) / 4.0 });
            world.trade.people(&world.trade.flourish, "stock", &count);
        }
    }
    send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    until("the service is at rest", || at_rest(&service.url));
    let sellable = world.sellable();
    let products = world.products();
    assert_eq!(products.len(), world.items, "each item at the one company that carries it");
    for ((company, sku), product) in &products {
        let offered = product["available_inventory"].as_f64().unwrap();
        let may = sellable[sku].max(0.0);
        assert!((offered - may).abs() < 1e-9, "{company} {sku}: {offered} is offered, {may} may be sold, seed {seed}");
        if let Some(price) = prices.get(sku) {
            let asked: f64 = product["wholesale_price"]["amount"].as_str().unwrap().parse().unwrap();
            let units =
                if product["sell_in_unit_of_measure"] == "Case" { &product["unit_multiplier"] } else { &json!(1) };
            let price = price * units.as_f64().unwrap();
            assert!((asked - price).abs() < 1e-9, "{company} {sku}: {asked} is asked, not {price}, seed {seed}");
        }
    }
    let (made, needed) = counted(&world.trade);
    println!("{made} writes, {needed} changed something");
    assert!(made * 100 <= needed * 105, "{made} writes where {needed} were needed, seed {seed}");
    assert_eq!(get(&format!("{}/api/v1/inbox", service.url))["items"], json!([]), "seed {seed}");
}
