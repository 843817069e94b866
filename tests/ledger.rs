//! Every record is somewhere: the ledger of a sweep, held against what both systems' own lists count.

use std::collections::BTreeSet;
use std::path::Path;

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::accounts::environment;
use crate::support::{Process, Trade, at_rest, get, http, own, seen, send, until};

const BUCKETS: [&str; 8] =
    ["in_step", "waiting", "retrying", "parked", "left_alone", "passed_by", "held", "out_of_scope"];

const FACILITY: &str = "60aa00000000000000000001";

/// How many records of a kind a system's own list counts.
fn listed(trade: &Trade, record: &str) -> u64 {
    let of_warehouse = |path: &str| {
        let url = format!("{}/external/api/v1/{path}?limit=1", trade.flourish.url);
        let page = http(Method::Get, &url, &[("x-api-key", "key-for-tests")], b"");
        serde_json::from_slice::<Json>(&page.body).unwrap()["meta"]["total"].as_u64().unwrap()
    };
    let of_marketplace = |path: &str| {
        let url = format!("{}/api/v2/{path}/?limit=1", trade.leaflink.url);
        let page = http(Method::Get, &url, &[("Authorization", "App key-for-tests")], b"");
        serde_json::from_slice::<Json>(&page.body).unwrap()["count"].as_u64().unwrap()
    };
    match record {
        "flourish.outbound_order" => of_warehouse("outbound-orders"),
        "flourish.destination" => of_warehouse("destinations"),
        "flourish.item" => of_warehouse("items"),
        "flourish.strain" => of_warehouse("strains"),
        "flourish.inventory_summary" => {
            let state = get(&format!("{}/_control/state", trade.flourish.url));
            let here = state["stock"].as_array().unwrap().iter().filter(|row| row["facility"] == FACILITY);
            here.map(|row| row["sku"].to_string()).collect::<BTreeSet<_>>().len() as u64
        }
        "leaflink.order" => of_marketplace("orders-received"),
        "leaflink.product" => of_marketplace("products"),
        "leaflink.customer" => of_marketplace("customers"),
        "leaflink.strain" => of_marketplace("strains"),
        other => panic!("{other} is listed nowhere"),
    }
}

/// What is wrong with the sums of a ledger, held against the lists: all kinds of both sides of all pipelines are there.
fn wrong(trade: &Trade, ledger: &Json) -> Option<String> {
    let mut kinds = BTreeSet::new();
    for line in ledger.as_array().unwrap() {
        let sum: u64 = BUCKETS.iter().map(|bucket| line[bucket].as_u64().unwrap()).sum();
        let name = format!("{}.{}", line["account"].as_str().unwrap(), line["record"].as_str().unwrap());
        let there = listed(trade, &name);
        if line["total"].as_u64() != Some(sum) || sum != there {
            return Some(format!("{there} are there, and {line}"));
        }
        if !kinds.insert((line["pipeline"].to_string(), name)) {
            return Some(format!("{line} is there twice"));
        }
    }
    (kinds.len() != 10).then(|| format!("{kinds:?}"))
}

#[track_caller]
fn sums_up(trade: &Trade, ledger: &Json) {
    assert_eq!(wrong(trade, ledger), None);
}

/// How many records of a kind are in a bucket of a pipeline.
#[track_caller]
fn count(ledger: &Json, pipeline: &str, account: &str, bucket: &str) -> u64 {
    let is_meant = |line: &&Json| line["pipeline"] == pipeline && line["account"] == account;
    let line = ledger.as_array().unwrap().iter().find(is_meant).unwrap_or_else(|| panic!("{pipeline}: {ledger:#}"));
    line[bucket].as_u64().unwrap()
}

/// Sweeps by the service until the buckets are as they should be: what a look for changes comes upon meanwhile is
/// waiting for a moment. The ledger sums up, and the status shows it, too.
#[track_caller]
fn comes_to(trade: &Trade, service: &Process, wanted: &[(&str, &str, &str, u64)]) -> Json {
    let mut last = Json::Null;
    let is_so = |ledger: &Json| {
        let fits = |(pipeline, account, bucket, many): &(&str, &str, &str, u64)| {
            count(ledger, pipeline, account, bucket) == *many
        };
        wanted.iter().all(fits) && wrong(trade, ledger).is_none()
    };
    let came = seen(|| {
        if !at_rest(&service.url) {
            return false;
        }
        let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
        last = report["ledger"].clone();
        let status = get(&format!("{}/api/v1/status", service.url));
        is_so(&last) && status["ledger"] == last && status["ledger_at"] == status["last_sweep"]["at"]
    });
    assert!(came, "{wanted:?} {:?} {last:#}", wrong(trade, &last));
    last
}

fn set(rules: &Path, from: &str, to: &str) {
    let path = rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from} in {text}");
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

fn submit(trade: &Trade, body: &Json) -> String {
    trade.people(&trade.leaflink, "submit", body)["orders"][0]["number"].as_str().unwrap().to_owned()
}

fn serve(trade: &Trade) -> Process {
    let service = trade.run("200ms");
    until("the service is at rest", || at_rest(&service.url));
    service
}

#[test]
fn every_record_is_in_one_bucket_whatever_befell_it() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    // Both came while nobody was there, and one of them went on.
    let late = submit(&trade, &json!({ "count": 1 }));
    submit(&trade, &json!({ "count": 1 }));
    trade.people(&trade.leaflink, "accept", &json!({ "order": late }));
    let service = serve(&trade);
    // The store that its order needed was made on the way.
    let ledger = comes_to(
        &trade,
        &service,
        &[
            ("orders", "leaflink", "passed_by", 1),
            ("orders", "leaflink", "in_step", 1),
            ("customers", "flourish", "in_step", 1),
            ("customers", "leaflink", "in_step", 1),
        ],
    );
    assert!(count(&ledger, "customers", "leaflink", "out_of_scope") > 0, "{ledger:#}");

    // One names a product that the warehouse does not have.
    trade.people(&trade.leaflink, "product", &json!({ "sku": "NEW-1", "name": "New" }));
    submit(&trade, &json!({ "lines": [{ "sku": "NEW-1", "quantity": 1 }] }));
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    let of_order = |item: &Json| item["record"] == "order" && item["code"] != "passed-by";
    until("the order is parked", || inbox().iter().any(of_order));
    let ledger = comes_to(&trade, &service, &[("orders", "leaflink", "parked", 1)]);
    assert!(count(&ledger, "products", "leaflink", "out_of_scope") > 0, "{ledger:#}");

    // Somebody takes it out of the inbox.
    let item = inbox().into_iter().find(of_order).unwrap();
    send(Method::Post, &format!("{}/api/v1/inbox/{}/drop", service.url, item["id"].as_str().unwrap()), &json!({}));
    let orders = |bucket, many| ("orders", "leaflink", bucket, many);
    comes_to(&trade, &service, &[orders("parked", 0), orders("left_alone", 1), orders("passed_by", 1)]);

    // Where the service does not run, the store says the same, and as of when.
    drop(service);
    let told = trade.command(&["status"]).output().unwrap();
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(told.contains("where every record was at the sweep of 20"), "{told}");
    assert!(told.contains("1 in step, 1 left alone, 1 passed by\n"), "{told}");
}

#[test]
fn what_is_older_only_observed_or_too_much_is_somewhere_too() {
    let trade = Trade::start();
    set(&trade.rules, "start_from: \"\"", "start_from: \"2100-01-01\"");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let service = serve(&trade);
    comes_to(&trade, &service, &[("orders", "leaflink", "out_of_scope", 3)]);

    set(&trade.rules, "start_from: \"2100-01-01\"", "start_from: \"\"");
    set(&trade.rules, "mode: live", "mode: observe");
    until("the rules serve", || get(&format!("{}/api/v1/status", service.url))["mode"] == "observe");
    comes_to(&trade, &service, &[("orders", "leaflink", "held", 3)]);
    drop(service);

    // More than the brake lets through.
    set(&trade.rules, "mode: observe", "mode: live");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 60 }));
    let sync = |more: &[&str]| {
        let arguments = [&["sync", "--full", "--format", "json"], more].concat();
        serde_json::from_slice::<Json>(&trade.command(&arguments).output().unwrap().stdout).unwrap()
    };
    let report = sync(&[]);
    sums_up(&trade, &report["ledger"]);
    assert_eq!(count(&report["ledger"], "orders", "leaflink", "held"), 63, "{report:#}");
    let report = sync(&["--yes"]);
    sums_up(&trade, &report["ledger"]);
    assert_eq!(count(&report["ledger"], "orders", "leaflink", "in_step"), 63, "{report:#}");
    assert_eq!(count(&report["ledger"], "orders", "flourish", "in_step"), 63, "{report:#}");

    // What only looks for changes says nothing of all records; what was counted last stays what it was.
    let done = trade.command(&["sync", "--format", "json"]).output().unwrap();
    let changes: Json = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(changes["ledger"], json!([]), "{changes:#}");
    let status = trade.command(&["status", "--format", "json"]).output().unwrap();
    let status: Json = serde_json::from_slice(&status.stdout).unwrap();
    assert_eq!(status["ledger"], report["ledger"]);
}

#[test]
fn what_cannot_be_read_now_is_retrying_until_it_can() {
    let trade = Trade::start();
    let service = serve(&trade);
    // Whoever sells cannot be asked for, and an order needs that.
    trade.faults(&trade.flourish, &json!({ "rewrite": [{ "url": "sales-rep", "find": "data", "cut": true }] }));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    let troubles = || get(&format!("{}/api/v1/status", service.url))["troubles"].to_string();
    until("the orders are put off", || troubles().contains("\"records\":2"));
    let sweep = json!({ "confirm": true, "wait": 0 });
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &sweep);
    sums_up(&trade, &report["ledger"]);
    assert_eq!(count(&report["ledger"], "orders", "leaflink", "retrying"), 2, "{report:#}");
    trade.faults(&trade.flourish, &json!({}));
    // What was tried again and again rests for long by now.
    let retried = trade.command(&["retry", "--all", "--url", &service.url]).output().unwrap();
    assert!(retried.status.success(), "{}", String::from_utf8_lossy(&retried.stderr));
    comes_to(&trade, &service, &[("orders", "leaflink", "in_step", 2)]);
}

#[test]
fn two_accounts_of_one_system_have_lines_of_their_own() {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    let accounts = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/multi_brand/accounts.yaml");
    std::fs::copy(accounts, trade.rules.join("accounts.yaml")).unwrap();
    let keys = ["key-north", "key-south"];
    for (side, keys) in [(&trade.leaflink, json!(keys)), (&trade.flourish, Json::Null)] {
        let mut world = json!({ "seed": 5, "companies": 2, "brands": 3, "items": 12 });
        if !keys.is_null() {
            world["keys"] = keys;
        }
        send(Method::Post, &format!("{}/_control/world", side.url), &world);
    }
    trade.people(&trade.leaflink, "submit", &json!({ "company": 501, "count": 2 }));
    trade.people(&trade.leaflink, "submit", &json!({ "company": 502, "count": 1 }));
    let mut sync = environment(trade.command(&["sync", "--full", "--yes", "--format", "json"]));
    let report: Json = serde_json::from_slice(&sync.output().unwrap().stdout).unwrap();
    let ledger = &report["ledger"];
    let companies = get(&format!("{}/_control/state", trade.leaflink.url))["companies"].clone();
    for (company, account) in companies.as_array().unwrap().iter().zip(["north", "south"]) {
        for (pipeline, of) in [("orders", "orders"), ("products", "products"), ("customers", "customers")] {
            assert_eq!(count(ledger, pipeline, account, "total"), company[of].as_u64().unwrap(), "{account} {of}");
        }
    }
    let orders = ["north", "south"].map(|account| count(ledger, "orders", account, "in_step"));
    assert_eq!((orders, count(ledger, "orders", "flourish", "in_step")), ([2, 1], 3), "{report:#}");
}
