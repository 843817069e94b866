//! Passes over everything: what they put right, what they hold, what they tell, and with an empty store.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petiole::runtime::Report;
use petiole::runtime::report::Seen;
use petiole::world::{Method, SystemClock};
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, get, http, own, send, until};

const KEY: (&str, &str) = ("Authorization", "App key-for-tests");

/// Both sides in step, products and stock included, by one full pass. `items` sizes the world.
fn in_step(items: usize) -> Trade {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": items }));
    }
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!(code, 0, "{report:#}");
    trade
}

/// The exit code and the report of a pass.
fn sync(trade: &Trade, arguments: &[&str]) -> (i32, Json) {
    let mut command = trade.command(&["sync", "--format", "json"]);
    let done = command.args(arguments).output().unwrap();
    let report = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| {
        panic!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr))
    });
    (done.status.code().unwrap(), report)
}

fn products(trade: &Trade) -> Vec<Json> {
    let mut url = format!("{}/api/v2/products/?limit=100", trade.leaflink.url);
    let mut found = Vec::new();
    loop {
        let page: Json = serde_json::from_slice(&http(Method::Get, &url, &[KEY], b"").body).unwrap();
        found.extend(page["results"].as_array().unwrap().clone());
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut url),
            None => return found,
        }
    }
}

/// Somebody changes products on LeafLink that Flourish describes.
fn drift(trade: &Trade, count: usize) {
    for product in products(trade).into_iter().take(count) {
        let url = format!("{}/api/v2/products/{}/", trade.leaflink.url, product["id"]);
        let headers = [KEY, ("Content-Type", "application/json")];
        assert_eq!(
            http(Method::Patch, &url, &headers, json!({ "name": "Drifted" }).to_string().as_bytes()).status,
            200
        );
    }
}

fn drifted(trade: &Trade) -> usize {
    products(trade).iter().filter(|product| product["name"] == "Drifted").count()
}

/// Writes that LeafLink and Flourish have seen since this was last asked.
fn writes(trade: &Trade) -> usize {
    let mut count = 0;
    for side in [&trade.leaflink, &trade.flourish] {
        let url = format!("{}/_control/requests", side.url);
        count += get(&url)["log"].as_array().unwrap().iter().filter(|call| call["method"] != "GET").count();
        http(Method::Delete, &url, &[], b"");
    }
    count
}

/// Takes the store away.
fn forget(trade: &Trade) {
    std::fs::remove_file(trade.folder.0.join("petiole.db")).unwrap();
    for more in ["petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(trade.folder.0.join(more));
    }
}

#[test]
fn the_first_pass_brings_both_sides_into_step_and_the_second_writes_nothing() {
    let trade = in_step(30);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, &report["writes"], &report["converged"]), (0, &json!(0), &json!(true)), "{report:#}");
    assert_eq!(writes(&trade), 0);
}

#[test]
fn a_look_for_changes_on_demand_leaves_no_sweep_under_way() {
    let trade = in_step(8);
    let service = trade.run("60s");
    until("the service is at rest", || at_rest(&service.url));
    let (code, report) = sync(&trade, &[]);
    assert_eq!((code, &report["looked_at"]), (0, &json!("changes")), "{report:#}");
    let status = get(&format!("{}/api/v1/status", service.url));
    assert_eq!((&status["sweeping"], &status["queue"]["pending"]), (&json!(false), &json!(0)), "{status:#}");
}

#[test]
fn a_sweep_that_would_change_too_much_stops_until_it_is_confirmed() {
    let trade = in_step(120);
    drift(&trade, 60);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade)), (3, 0), "{report:#}");
    assert_eq!(report["braked"]["would_change"], 60, "{report:#}");
    assert_eq!(drifted(&trade), 60);
    let told = trade.command(&["sync", "--full"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("linked records would change") && told.contains("--yes"), "{told}");
    // Record, field, old → new: a screenful of them, and how many more there are.
    let held: Vec<&str> = told.lines().filter(|line| line.starts_with("  held: leaflink.product/")).collect();
    assert!(held.len() == 20 && held.iter().all(|line| line.contains("name: \"Drifted\" → ")), "{told}");
    assert!(told.contains("  held: 40 more records"), "{told}");
    let changes = report["braked"]["changes"].as_array().unwrap();
    assert_eq!((changes.len(), &report["braked"]["changes_not_shown"]), (50, &json!(10)), "{report:#}");
    assert_eq!(changes[0]["values"][0]["old"], "Drifted", "{report:#}");
    let (code, report) = sync(&trade, &["--full", "--yes"]);
    assert_eq!((code, drifted(&trade)), (0, 0), "{report:#}");
    assert_eq!((&report["healed"], writes(&trade)), (&json!(60), 60), "{report:#}");
}

#[test]
fn a_sweep_that_changes_little_needs_no_confirmation() {
    let trade = in_step(120);
    drift(&trade, 49);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, drifted(&trade), &report["healed"]), (0, 0, &json!(49)), "{report:#}");
    let change = &report["changes"][0];
    assert_eq!((&change["owner"], &change["fields"]), (&json!("flourish"), &json!(["name"])), "{report:#}");
    assert!(change["rules"][0].as_str().unwrap().contains("products.yaml:"), "{report:#}");
}

#[test]
fn a_service_sweeps_on_demand_under_the_same_brake() {
    let trade = in_step(120);
    let service = trade.run("1h");
    drift(&trade, 60);
    let sweep = |body: &Json| send(Method::Post, &format!("{}/api/v1/sweep", service.url), body);
    let report = sweep(&json!({}));
    assert_eq!((&report["braked"]["would_change"], drifted(&trade)), (&json!(60), 60), "{report:#}");
    let report = sweep(&json!({ "confirm": true }));
    assert_eq!((&report["braked"], drifted(&trade)), (&Json::Null, 0), "{report:#}");
    assert_eq!(report["converged"], true, "{report:#}");
}

#[test]
fn a_service_sweeps_by_schedule() {
    let trade = in_step(24);
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("every: 24h", "every: 1s")).unwrap();
    let _service: Process = trade.run("1h");
    drift(&trade, 3);
    until("the drift is put right", || drifted(&trade) == 0);
}

#[test]
fn a_sweep_by_schedule_breaks_off_when_the_service_ends_and_nothing_of_it_is_lost() {
    let trade = in_step(120);
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("every: 24h", "every: 1s")).unwrap();
    // So slow that the sweep is still listing, or writing, when the signal comes.
    trade.faults(&trade.flourish, &json!({ "delay_ms": 2000 }));
    let mut service = trade.run("1h");
    until("a sweep is under way", || {
        get(&format!("{}/api/v1/status", service.url))["last_sweep"]["state"] == "not ended"
    });
    drift(&trade, 20);
    service.signal("TERM");
    assert_eq!(service.child.wait().unwrap().code(), Some(0));
    let told = trade.command(&["status"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("not ended") && told.contains(" 0 in flight"), "{told}");
    trade.faults(&trade.flourish, &json!({}));
    assert_eq!((sync(&trade, &["--full"]).0, drifted(&trade)), (0, 0));
}

#[test]
fn a_first_sweep_that_breaks_off_keeps_its_brake_after_the_restart() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 60 }));
    trade.faults(&trade.flourish, &json!({ "delay_ms": 150 }));
    let status = |service: &Process| get(&format!("{}/api/v1/status", service.url));
    for name in ["TERM", "KILL"] {
        let mut service = trade.run("1h");
        // Listed, and being worked on.
        until("work of the sweep is in hand", || status(&service)["queue"]["in_flight"].as_u64() > Some(4));
        service.signal(name);
        service.child.wait().unwrap();
        assert_eq!(trade.orders().len(), 0, "{name}: nothing was made unasked by what was in hand");
    }
    trade.faults(&trade.flourish, &json!({}));
    let service = trade.run("1h");
    until("the sweep was made anew and is held", || status(&service)["last_sweep"]["state"] == "held back");
    assert_eq!(trade.orders().len(), 0, "nothing was made unasked");
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    assert_eq!((trade.orders().len(), &report["braked"]), (60, &Json::Null), "{report:#}");
}

#[test]
fn what_is_observed_is_told_and_not_written() {
    let trade = in_step(24);
    drift(&trade, 2);
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("mode: live", "mode: observe")).unwrap();
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade), drifted(&trade)), (3, 0, 2), "{report:#}");
    let would = report["would_change"].as_array().unwrap();
    assert_eq!(would.len(), 2, "{report:#}");
    assert_eq!((&would[0]["action"], &would[0]["fields"]), (&json!("update"), &json!(["name"])), "{report:#}");
}

#[test]
fn one_record_alone_is_brought_together_for_a_first_trial() {
    let trade = in_step(24);
    drift(&trade, 3);
    let id = products(&trade).iter().find(|one| one["name"] == "Drifted").unwrap()["sku"].clone();
    let state = get(&format!("{}/_control/state", trade.flourish.url));
    let item = state["items"].as_array().unwrap().iter().find(|one| one["sku"] == id).unwrap().clone();
    let (code, report) = sync(&trade, &["--only", &format!("flourish.item/{}", item["id"].as_str().unwrap())]);
    assert_eq!((code, drifted(&trade), &report["compared"]), (0, 2, &json!(1)), "{report:#}");
    for (named, expected) in [
        ("flourish.nothing/1", "there is no account and record `flourish.nothing`; synchronised are: "),
        ("flourish.sales_rep/1", "no pipeline synchronises flourish.sales_rep by itself; synchronised are: "),
    ] {
        let done = trade.command(&["sync", "--only", named]).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(3) && told.contains(expected), "{told}");
        // What is named there is taken, and nothing else.
        let kinds = told.trim_end().rsplit("synchronised are: ").next().unwrap().to_owned();
        assert!(kinds.contains("leaflink.order") && !kinds.contains("sales_rep"), "{told}");
        for kind in kinds.split(", ") {
            let done = trade.command(&["sync", "--only", &format!("{kind}/no-such-record")]).output().unwrap();
            let told = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(told.contains(&format!("there is no record `{kind}/no-such-record`")), "{kind}: {told}");
        }
    }
}

/// What no rule asks for is no work that was missed: it is named only to whoever asked for it.
#[test]
fn what_nothing_asks_for_is_not_passed_by() {
    let trade = in_step(4);
    trade.people(&trade.leaflink, "product", &json!({ "sku": "NOBODY-HAS-IT", "name": "Nowhere" }));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let orders = get(&format!("{}/_control/state", trade.leaflink.url))["orders"].clone();
    let number = orders[0]["number"].as_str().unwrap().to_owned();
    trade.people(&trade.leaflink, "cancel", &json!({ "order": number }));
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, &report["passed_by"], &report["without_counterpart"]), (0, &json!([]), &json!([])), "{report:#}");
    let only = format!("leaflink.order/{number}");
    let done = trade.command(&["sync", "--only", &only]).output().unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(told.contains(&format!("{only} has no counterpart, and nothing asks for one")), "{told}");
    assert!(
        done.status.code() == Some(0) && !told.contains("both sides are in step") && told.contains("passed by 0"),
        "{told}"
    );
}

#[test]
fn since_when_is_said_by_kind_where_kinds_differ() {
    let at = |text: &str| Some(text.parse::<jiff::Timestamp>().unwrap());
    let told = |since: &[(&str, Option<jiff::Timestamp>)]| {
        let since = since.iter().map(|(kind, at)| ((*kind).to_owned(), *at)).collect();
        let report = Report::of(Seen::Changes { since }, "live");
        (report.to_string().lines().last().unwrap().to_owned(), report.to_json()["since_by_kind"].clone())
    };
    let (near, far) = (at("2026-05-01T10:00:30Z"), at("2026-04-30T08:00:00Z"));
    let (text, json) = told(&[("depot.parcel", at("2026-05-01T10:00:00Z")), ("shop.order", near)]);
    let all = "both sides are in step in what changed since 2026-05-01 10:00:30 UTC; `--full` compares everything";
    assert_eq!((text.as_str(), &json["depot.parcel"]), (all, &json!("2026-05-01T10:00:00.000Z")));
    let (text, _) = told(&[("depot.parcel", far), ("shop.order", near), ("shop.person", near)]);
    assert!(
        text.contains(
            "since 2026-05-01 10:00:30 UTC (shop.order, shop.person), 2026-04-30 08:00:00 UTC (depot.parcel);"
        ),
        "{text}"
    );
    let (text, _) = told(&[("depot.parcel", None), ("shop.order", near)]);
    assert!(text.contains("since the beginning (depot.parcel), 2026-05-01 10:00:30 UTC (shop.order);"), "{text}");
}

#[test]
fn with_an_empty_store_linked_systems_are_adopted_and_nothing_is_made_twice() {
    let trade = in_step(24);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 8 }));
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!(code, 0, "{report:#}");
    let count = |trade: &Trade| {
        let flourish = get(&format!("{}/_control/state", trade.flourish.url));
        let number = |name: &str| flourish[name].as_array().unwrap().len();
        (number("orders"), number("destinations"), products(trade).len())
    };
    let before = count(&trade);
    assert_eq!(before.0, 8);
    forget(&trade);
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade)), (0, 0), "{report:#}");
    assert_eq!(count(&trade), before);
    assert_eq!((&report["linked"]["orders"], &report["linked"]["products"]), (&json!(8), &json!(24)), "{report:#}");
}

#[test]
fn a_first_start_sees_by_listing_what_is_in_step() {
    let trade = in_step(24);
    forget(&trade);
    writes(&trade);
    let service = trade.run("1h");
    until("everything is linked again", || {
        let links = get(&format!("{}/api/v1/status", service.url))["links"].as_u64().unwrap_or_default();
        links >= 48 && at_rest(&service.url)
    });
    let counts = get(&format!("{}/_control/requests", trade.leaflink.url))["counts"].clone();
    assert_eq!((&counts["GET /api/v2/products/{id}/"], writes(&trade)), (&Json::Null, 0), "{counts:#}");
}

#[test]
fn a_first_start_is_not_at_rest_before_its_sweep_is_over() {
    let trade = in_step(4);
    let known = trade.command(&["status", "--format", "json"]).output().unwrap();
    let linked = serde_json::from_slice::<Json>(&known.stdout).unwrap()["links"].clone();
    assert!(linked.as_u64() > Some(0), "{linked}");
    forget(&trade);
    let open = Arc::new(AtomicBool::new(false));
    let gate = Arc::clone(&open);
    let look: Arc<Look> = Arc::new(move |_, _| {
        until("the test has looked", || gate.load(Ordering::SeqCst));
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    let status = || get(&format!("{}/api/v1/status", service.url));
    let before = status();
    open.store(true, Ordering::SeqCst);
    assert_eq!((&before["sweeping"], &before["queue"]["pending"]), (&json!(true), &json!(1)), "{before:#}");
    until("the sweep is over", || at_rest(&service.url));
    let after = status();
    assert_eq!((&after["sweeping"], &after["links"]), (&json!(false), &linked), "{after:#}");
}

/// Asks a service for a sweep and hands back the connection, on which nobody has read yet.
fn ask_for_a_sweep(url: &str) -> TcpStream {
    let host = url.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).unwrap();
    let head = format!("POST /api/v1/sweep HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n");
    connection.write_all(format!("{head}Content-Length: 2\r\n\r\n{{}}").as_bytes()).unwrap();
    connection
}

#[test]
fn a_sweep_goes_on_to_its_end_when_whoever_asked_hangs_up() {
    let trade = in_step(24);
    let open = Arc::new(AtomicBool::new(false));
    let held = Arc::new(AtomicBool::new(false));
    let (gate, reached) = (Arc::clone(&open), Arc::clone(&held));
    let look: Arc<Look> = Arc::new(move |when, request| {
        if when == When::Before && request.method != Method::Get {
            reached.store(true, Ordering::SeqCst);
            until("the client has gone", || gate.load(Ordering::SeqCst));
        }
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "1h"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    until("the first look is over", || at_rest(&service.url));
    drift(&trade, 3);
    let client = ask_for_a_sweep(&service.url);
    until("a write is on its way", || held.load(Ordering::SeqCst));
    drop(client);
    // The service has seen it go once it answers somebody who came later, with the write still on its way.
    until("the service goes on", || get(&format!("{}/api/v1/status", service.url))["sweeping"] == true);
    open.store(true, Ordering::SeqCst);
    until("all is brought to its end", || at_rest(&service.url) && drifted(&trade) == 0);
    drift(&trade, 2);
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    assert_eq!((&report["healed"], &report["converged"], drifted(&trade)), (&json!(2), &json!(true), 0), "{report:#}");
}

/// Changes a line of the settings.
fn set(trade: &Trade, old: &str, new: &str) {
    let path = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(old), "{old}");
    std::fs::write(&path, text.replace(old, new)).unwrap();
}

#[test]
fn what_was_only_observed_is_done_once_the_mode_is_live() {
    let trade = in_step(24);
    set(&trade, "mode: live", "mode: observe");
    let service = trade.run("300ms");
    let status = |path: &str| get(&format!("{}/api/v1/status", service.url)).pointer(path).cloned().unwrap_or_default();
    assert_eq!(status("/mode"), "observe");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    drift(&trade, 2);
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    assert_eq!((&report["mode"], &report["parked"]), (&json!("observe"), &json!([])), "{report:#}");
    assert!(trade.orders().is_empty() && drifted(&trade) == 2);
    set(&trade, "mode: observe", "mode: live");
    until("the new rules serve", || status("/mode") == "live");
    until("what was observed is done", || at_rest(&service.url) && trade.orders().len() == 3 && drifted(&trade) == 0);
    trade.assert_exactly_once();
}

#[test]
fn what_was_only_observed_is_done_by_a_start_that_is_live() {
    let trade = in_step(8);
    set(&trade, "mode: live", "mode: observe");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    let (code, report) = sync(&trade, &[]);
    assert_eq!((code, trade.orders().len()), (3, 0), "{report:#}");
    set(&trade, "mode: observe", "mode: live");
    let service = trade.run("1h");
    until("what was observed is done", || trade.orders().len() == 2 && at_rest(&service.url));
}

#[test]
fn what_would_be_written_is_told_once_with_its_values_and_without_false_reasons() {
    let trade = in_step(24);
    drift(&trade, 1);
    let product = products(&trade).into_iter().find(|one| one["name"] == "Drifted").unwrap();
    // A buyer that Flourish does not know yet, so that the order rests on a destination that is only observed.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 8 }));
    set(&trade, "mode: live", "mode: observe");
    for _ in 0..2 {
        let (code, report) = sync(&trade, &[]);
        assert_eq!((code, &report["parked"], &report["put_off"]), (3, &json!([]), &json!([])), "{report:#}");
        let would = report["would_change"].as_array().unwrap();
        let to = |record: &str| would.iter().filter(|one| one["record"].as_str().unwrap().starts_with(record)).count();
        assert_eq!((to("leaflink.product/"), to("flourish.outbound_order/")), (1, 8), "{report:#}");
        let made = to("flourish.destination/");
        assert!(made > 0, "{report:#}");
        let told = would.iter().find(|one| one["action"] == "update").unwrap();
        assert_eq!(told["record"], format!("leaflink.product/{}", product["id"]));
        let value = &told["values"][0];
        assert_eq!((&value["field"], &value["old"]), (&json!("name"), &json!("Drifted")), "{report:#}");
        assert_ne!(value["new"], "Drifted", "{report:#}");
        let new: Vec<&Json> = would.iter().flat_map(|one| one["values"].as_array().unwrap()).collect();
        assert!(new.iter().any(|one| one["field"] == "destination" && one["new"] == "(the new destination)"));
    }
    let told = trade.command(&["sync"]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("name: \"Drifted\" → ") && told.contains("nothing was written"), "{told}");
    assert!(!told.contains("both sides are in step"), "{told}");
}

#[test]
fn a_sweep_that_would_create_too_much_stops_before_the_first_until_it_is_confirmed() {
    let trade = in_step(8);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 51 }));
    writes(&trade);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, writes(&trade)), (3, 0), "{report:#}");
    let would = report["braked"]["would_create"].as_array().unwrap();
    let orders = would.iter().find(|one| one["kind"] == "flourish.outbound_order").unwrap();
    assert_eq!((&orders["count"], &orders["most"]), (&json!(51), &json!(50)), "{report:#}");
    // A look for changes alone sees none of them, and says nothing else than the sweep.
    let told = trade.command(&["sync"]).output().unwrap();
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.status.code() == Some(3) && text.contains("stopped: 51 flourish.outbound_order"), "{text}");
    assert!(!text.contains("both sides are in step"), "{text}");
    let (code, report) = sync(&trade, &["--full", "--yes"]);
    assert_eq!((code, trade.orders().len(), &report["converged"]), (0, 51, &json!(true)), "{report:#}");
    trade.assert_exactly_once();
}

#[test]
fn a_sweep_that_would_park_too_much_stops_and_the_setting_lets_it() {
    let trade = in_step(4);
    let product = json!({ "sku": "NOBODY-HAS-IT", "name": "Nowhere" });
    trade.people(&trade.leaflink, "product", &product);
    set(&trade, "creates: 50", "creates: 2");
    for _ in 0..3 {
        let lines = json!([{ "sku": "NOBODY-HAS-IT", "quantity": 1 }]);
        trade.people(&trade.leaflink, "submit", &json!({ "lines": lines }));
    }
    let (code, report) = sync(&trade, &["--full"]);
    let would = &report["braked"]["would_park"][0];
    assert_eq!((code, &would["kind"], &would["count"]), (3, &json!("leaflink.order"), &json!(3)), "{report:#}");
    assert!(would["records"][0]["message"].as_str().unwrap().contains("NOBODY-HAS-IT"), "{report:#}");
    assert_eq!(report["parked"], json!([]), "{report:#}");
    set(&trade, "creates: 2", "creates: 0");
    let (code, report) = sync(&trade, &["--full"]);
    let parked = report["parked"].as_array().unwrap().len();
    assert_eq!((code, &report["braked"], parked), (3, &Json::Null, 3), "{report:#}");
}

#[test]
fn a_sweep_counts_what_it_did_itself_and_tells_each_pair_once() {
    let trade = in_step(8);
    let service = trade.run("1h");
    trade.subscribe(&service);
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let sku = &state["products"][0]["sku"];
    let numbers: Vec<Json> = [3, 4]
        .iter()
        .map(|quantity| {
            let body = json!({ "customer": 90_001, "lines": [{ "sku": sku, "quantity": quantity }] });
            trade.people(&trade.leaflink, "submit", &body)["orders"][0]["number"].clone()
        })
        .collect();
    until("the orders have crossed", || trade.orders().len() == 2 && at_rest(&service.url));
    trade.people(&trade.leaflink, "combine", &json!({ "orders": numbers }));
    until("the combined order has crossed", || trade.orders().len() == 3 && at_rest(&service.url));
    // By hand: Flourish does not follow, and says so. Those that were called off on both sides agree.
    let combined = trade.orders().into_iter().map(|order| order["original_order_id"].clone());
    let combined = combined.into_iter().find(|number| !numbers.contains(number)).unwrap();
    trade.people(&trade.leaflink, "fulfill", &json!({ "order": combined }));
    until("that is known", || at_rest(&service.url));
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    assert_eq!((&report["differing"], &report["healed"], &report["writes"]), (&json!(0), &json!(0), &json!(0)));
    let alone = report["left_alone"].as_array().unwrap();
    let told: Vec<&str> = alone.iter().filter_map(|one| one["record"].as_str()).collect();
    assert_eq!(told, [format!("leaflink.order/{}", combined.as_str().unwrap())], "{report:#}");
}

#[test]
fn one_record_is_found_by_its_short_number_and_one_that_is_not_there_is_said_to_be_so() {
    let trade = in_step(4);
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let short = made["orders"][0]["short_id"].as_str().unwrap().to_owned();
    let wrong = format!("{short}x");
    for name in [format!("leaflink.order/{wrong}"), "leaflink.order/NUMBER".to_owned()] {
        let done = trade.command(&["sync", "--only", &name]).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(3) && told.contains("there is no record"), "{told}");
        assert!(name.ends_with("NUMBER") || told.contains(&format!("short_id {short}")), "{told}");
    }
    assert!(trade.orders().is_empty());
    let (code, report) = sync(&trade, &["--only", &format!("leaflink.order/{short}")]);
    assert_eq!((code, trade.orders().len()), (0, 1), "{report:#}");
}

#[test]
fn a_sweep_noted_by_a_clock_that_was_ahead_does_not_keep_the_next_one_away() {
    let trade = in_step(24);
    let url = format!("sqlite:{}", trade.folder.0.join("petiole.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let now = jiff::Timestamp::now();
        let store = petiole::store::open::open(&url, Arc::new(SystemClock)).await.unwrap();
        let at = now + std::time::Duration::from_hours(24);
        assert!(store.cursor("*", "sweep").await.unwrap().is_some(), "a sweep is noted so");
        store.mark("*", "sweep", at, None).await.unwrap();
    });
    drift(&trade, 3);
    let _service: Process = trade.run("1h");
    until("the drift is put right, though the next sweep would be two days away", || drifted(&trade) == 0);
}
