//! Rules change while the service runs: good ones serve at once, bad ones change nothing and say why.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petiole::world::{Method, Request, Response};
use serde_json::{Value as Json, json};

use crate::support::{Change, GoBetween, Look, Process, Trade, When, at_rest, copy, get, http, seen, send, until};

fn status(service: &Process) -> Json {
    get(&format!("{}/api/v1/status", service.url))
}

fn generation(service: &Process) -> i64 {
    status(service)["generation"].as_i64().unwrap()
}

fn file(trade: &Trade) -> PathBuf {
    trade.rules.join("pipelines/orders.yaml")
}

/// The pipeline's text with another `about`, which is a change and harms nothing.
fn edited(path: &Path, about: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let lines =
        text.lines().map(|line| if line.starts_with("about:") { format!("about: {about}") } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn edit(path: &Path, change: impl FnOnce(String) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    std::fs::write(path, change(text)).unwrap();
}

fn remark(text: &str) -> impl FnOnce(String) -> String + use<> {
    let remark = format!("# {text}\n");
    move |before| format!("{remark}{before}")
}

fn crosses(trade: &Trade, service: &Process, orders: usize) {
    until("the orders have crossed", || trade.orders().len() == orders);
    until("the service is at rest", || at_rest(&service.url));
}

#[test]
fn an_edit_saved_in_place_or_by_rename_serves_without_restart() {
    let trade = Trade::start();
    let service = trade.run("60s");
    let first = generation(&service);
    let path = file(&trade);
    std::fs::write(&path, edited(&path, "saved in place")).unwrap();
    until("the edit in place serves", || generation(&service) > first);
    let second = generation(&service);
    let beside = path.with_extension("yaml.new");
    std::fs::write(&beside, edited(&path, "saved by rename")).unwrap();
    std::fs::rename(&beside, &path).unwrap();
    until("the edit by rename serves", || generation(&service) > second);
    assert_eq!(status(&service)["last_reload"]["ok"], true);
}

#[test]
fn an_invalid_edit_changes_nothing_and_says_why() {
    let trade = Trade::start();
    let service = trade.run("60s");
    let before = status(&service);
    let path = file(&trade);
    let good = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, good.replace("leaflink.number ", "leaflink.nunber ")).unwrap();
    until("the findings show", || status(&service)["last_reload"]["ok"] == false);
    let now = status(&service);
    assert_eq!((&now["generation"], &now["rules_hash"]), (&before["generation"], &before["rules_hash"]));
    let finding = &now["last_reload"]["findings"][0];
    assert_eq!(finding["code"], "unknown-field", "{finding}");
    assert!(finding["file"].as_str().unwrap().ends_with("pipelines/orders.yaml"), "{finding}");
    assert_eq!(finding["help"], "write `number`", "{finding}");
    let answer = http(Method::Post, &format!("{}/api/v1/reload", service.url), &[], b"");
    assert_eq!(answer.status, 422);
    let body: Json = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["findings"][0]["code"], "unknown-field");
    assert!(body["errors"].as_u64().unwrap() > 0);
    // The old rules go on with their work.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("an order crosses under the old rules", || !trade.orders().is_empty());
    std::fs::write(&path, good).unwrap();
    until("mended rules are taken", || status(&service)["last_reload"]["ok"] == true);
    assert_eq!(status(&service)["generation"], before["generation"], "an unchanged tree keeps its number");
}

#[test]
fn a_hangup_and_a_request_reload_at_once() {
    let trade = Trade::start();
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "60s", "--no-watch"]);
    let service = Process::start(&mut command, "listening");
    let first = generation(&service);
    let path = file(&trade);
    std::fs::write(&path, edited(&path, "by request")).unwrap();
    let answer = http(Method::Post, &format!("{}/api/v1/reload", service.url), &[], b"");
    assert_eq!(answer.status, 200);
    let body: Json = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(body["generation"], generation(&service));
    let second = generation(&service);
    assert!(second > first);
    std::fs::write(&path, edited(&path, "by signal")).unwrap();
    service.signal("HUP");
    until("the signal reloads", || generation(&service) > second);
}

#[test]
fn the_last_good_rules_outlive_a_restart() {
    let trade = Trade::start();
    let mut service = trade.run("60s");
    let before = generation(&service);
    let path = file(&trade);
    let good = std::fs::read_to_string(&path).unwrap();
    service.kill();
    std::fs::write(&path, "pipeline: [").unwrap();
    let mut service = trade.run("60s");
    let now = status(&service);
    assert_eq!(now["rules_state"], "last-good");
    assert_eq!(now["generation"], before);
    assert!(!now["last_reload"]["findings"].as_array().unwrap().is_empty());
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("an order crosses under the last good rules", || !trade.orders().is_empty());
    service.kill();
    let strict = trade.command(&["run", "--listen", "127.0.0.1:0", "--strict"]).output().unwrap();
    assert_eq!(strict.status.code(), Some(1), "{}", String::from_utf8_lossy(&strict.stderr));
    std::fs::write(&path, good).unwrap();
    let service = trade.run("60s");
    assert_eq!(status(&service)["rules_state"], "current");
    assert_eq!(generation(&service), before, "the same rules keep their number over restarts");
}

#[test]
fn without_a_last_good_set_broken_rules_end_the_start() {
    let trade = Trade::start();
    std::fs::write(file(&trade), "pipeline: [").unwrap();
    let done = trade.command(&["run", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(told.contains("orders.yaml:1"), "{told}");
}

#[test]
fn a_changed_address_of_an_account_takes_effect_without_restart() {
    let trade = Trade::start();
    let accounts = trade.rules.join("accounts.yaml");
    let text = std::fs::read_to_string(&accounts).unwrap();
    let elsewhere = text.replace("${LEAFLINK_BASE_URL:-https://app.leaflink.com/api/v2}", "http://127.0.0.1:9/api/v2");
    std::fs::write(&accounts, &elsewhere).unwrap();
    let service = trade.run("300ms");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the wrong address is tried", || {
        status(&service)["accounts"]["leaflink"]["calls"]["GET"].as_u64().unwrap_or_default() > 0
    });
    assert!(trade.orders().is_empty());
    std::fs::write(&accounts, text).unwrap();
    until("the order crosses by the new address", || trade.orders().len() == 1);
}

#[test]
fn a_folder_or_a_link_in_the_folders_place_is_followed() {
    let trade = Trade::start();
    let service = trade.run("60s");
    let settings = trade.rules.join("settings.yaml");
    let mut number = generation(&service);
    let mut serves = |what: &str| {
        until(what, || generation(&service) > number);
        number = generation(&service);
        let now = status(&service);
        assert_eq!((&now["rules_state"], &now["last_reload"]["ok"]), (&json!("current"), &json!(true)), "{what}");
    };
    let beside = trade.folder.0.join("next");
    copy(&trade.rules, &beside);
    edit(&beside.join("settings.yaml"), remark("in the next folder"));
    std::fs::rename(&trade.rules, trade.folder.0.join("old")).unwrap();
    std::fs::rename(&beside, &trade.rules).unwrap();
    serves("the folder renamed");
    edit(&settings, remark("in the new folder"));
    serves("saved in a folder that took another's place");
    let next = trade.folder.0.join("release-2");
    copy(&trade.rules, &next);
    edit(&next.join("settings.yaml"), remark("behind a link"));
    let link = trade.folder.0.join("link");
    std::os::unix::fs::symlink(&next, &link).unwrap();
    std::fs::rename(&trade.rules, trade.folder.0.join("older")).unwrap();
    std::fs::rename(&link, &trade.rules).unwrap();
    serves("a link in the folder's place");
    edit(&next.join("settings.yaml"), remark("where the link points"));
    serves("saved where the link points");
}

#[test]
fn a_new_and_a_deleted_file_count() {
    let trade = Trade::start();
    let service = trade.run("60s");
    let before = generation(&service);
    let file = trade.rules.join("tables/another.yaml");
    std::fs::write(&file, "nonsense: true\n").unwrap();
    until("the new file is refused", || status(&service)["last_reload"]["ok"] == false);
    assert_eq!(generation(&service), before);
    std::fs::remove_file(&file).unwrap();
    until("without it all is well", || status(&service)["last_reload"]["ok"] == true);
    assert_eq!(generation(&service), before, "an unchanged set keeps its number");
}

#[test]
fn only_rule_files_make_it_look_again() {
    let trade = Trade::start();
    let service = trade.run("60s");
    trade.subscribe(&service);
    assert_eq!(http(Method::Post, &format!("{}/api/v1/reload", service.url), &[], b"").status, 200);
    let at = status(&service)["last_reload"]["at"].clone();
    // The store lies beside the rules and is written all the time; the reload itself read the files.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 30 }));
    crosses(&trade, &service, 30);
    assert_eq!(status(&service)["last_reload"]["at"], at);
}

#[test]
fn a_stop_drains_and_is_exit_0() {
    for name in ["TERM", "INT"] {
        let trade = Trade::start();
        let mut service = trade.run("60s");
        trade.subscribe(&service);
        until("the first look is over", || get(&format!("{}/_control/quiet", trade.leaflink.url))["quiet"] == true);
        trade.faults(&trade.flourish, &json!({ "delay_ms": 200 }));
        trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
        until("work is in flight", || status(&service)["queue"]["in_flight"] != 0);
        service.signal(name);
        assert_eq!(service.child.wait().unwrap().code(), Some(0), "{name}");
        let left = trade.command(&["status", "--url", &service.url, "--format", "json"]).output().unwrap();
        let left: Json = serde_json::from_slice(&left.stdout).unwrap();
        assert_eq!(left["service"], "not running");
        assert_eq!(left["queue"]["in_flight"], 0, "what was begun was ended: {left}");
        trade.faults(&trade.flourish, &json!({}));
        let service = trade.run("60s");
        crosses(&trade, &service, 3);
        trade.assert_exactly_once();
    }
}

#[test]
fn a_raised_limit_frees_what_waits_for_the_budget() {
    let trade = Trade::start();
    let system = trade.rules.join("systems/flourish.yaml");
    let fast = std::fs::read_to_string(&system).unwrap();
    let slow = fast.replace("per_minute: 600000", "per_minute: 6").replace("burst: 60000", "burst: 1");
    assert_ne!(fast, slow);
    std::fs::write(&system, slow).unwrap();
    let service = trade.run("60s");
    trade.subscribe(&service);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    until("the orders are in hand", || status(&service)["queue"]["in_flight"] != 0);
    std::fs::write(&system, fast).unwrap();
    until("the edit serves", || generation(&service) == 2);
    crosses(&trade, &service, 2);
}

fn last_sweep(service: &Process) -> Json {
    status(service)["last_sweep"].clone()
}

fn gone(service: &Process) -> Vec<String> {
    let gone = status(service)["last_reload"]["gone"].clone();
    gone.as_array().unwrap().iter().map(|one| one["what"].as_str().unwrap().to_owned()).collect()
}

/// The accounts file as it is for a moment while somebody writes it: the first account is there, the second is not.
fn half(accounts: &str) -> &str {
    accounts.split_once("  leaflink:\n").unwrap().0
}

fn knock(service: &Process, account: &str) -> (u16, Option<String>) {
    let answer = http(Method::Post, &format!("{}/webhooks/{account}", service.url), &[], b"{}");
    (answer.status, answer.header("retry-after").map(str::to_owned))
}

#[test]
fn an_account_that_a_reload_takes_away_is_told_asked_to_come_later_and_swept_when_it_is_back() {
    let trade = Trade::start();
    let service = trade.run("1h");
    until("the first sweep is over", || last_sweep(&service)["state"] == "done" && at_rest(&service.url));
    let before = last_sweep(&service);
    let path = trade.rules.join("accounts.yaml");
    let whole = std::fs::read_to_string(&path).unwrap();
    assert_eq!(knock(&service, "leaflink").0, 401);
    std::fs::write(&path, half(&whole)).unwrap();
    until("the account is gone", || status(&service)["accounts"]["leaflink"].is_null());
    assert_eq!(knock(&service, "leaflink"), (503, Some("5".to_owned())));
    assert_eq!(knock(&service, "nobody").0, 404, "only what was there may be back");
    assert_eq!(gone(&service), ["account leaflink of leaflink"]);
    let told = trade.command(&["status", "--url", &service.url]).output().unwrap();
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("not in the rules any more: account leaflink of leaflink (since "), "{told}");
    // What is ordered meanwhile is told to nobody, and no look for changes is due.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    assert_eq!(last_sweep(&service), before);
    std::fs::write(&path, &whole).unwrap();
    crosses(&trade, &service, 1);
    assert_ne!(last_sweep(&service), before);
    assert_eq!((knock(&service, "leaflink").0, gone(&service)), (401, Vec::new()));
    trade.assert_exactly_once();
}

/// What was called before counts against what the peer allows, and what it asked for holds.
#[test]
fn an_account_that_is_taken_away_and_comes_back_goes_on_with_its_budget() {
    let trade = Trade::start();
    let service = trade.run("1h");
    until("the first sweep is over", || last_sweep(&service)["state"] == "done" && at_rest(&service.url));
    let calls = || status(&service)["accounts"]["leaflink"]["calls"]["GET"].as_u64();
    let of_a_sweep = calls().unwrap();
    for _ in 0..3 {
        send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({ "confirm": true }));
    }
    let before = calls().unwrap();
    assert!(before > 2 * of_a_sweep, "{before} calls, {of_a_sweep} of the first sweep");
    let path = trade.rules.join("accounts.yaml");
    let whole = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, half(&whole)).unwrap();
    until("the account is gone", || status(&service)["accounts"]["leaflink"].is_null());
    std::fs::write(&path, &whole).unwrap();
    until("the account is back", || calls().is_some());
    assert!(calls().unwrap() >= before, "{:?} calls, after {before}", calls());
}

#[test]
fn what_a_start_lacks_of_the_rules_before_it_counts_as_taken_away_too() {
    let trade = Trade::start();
    let mut service = trade.run("1h");
    until("the first sweep is over", || last_sweep(&service)["state"] == "done" && at_rest(&service.url));
    let before = last_sweep(&service);
    let path = trade.rules.join("accounts.yaml");
    let whole = std::fs::read_to_string(&path).unwrap();
    service.kill();
    std::fs::write(&path, half(&whole)).unwrap();
    let mut service = trade.run("1h");
    assert_eq!(knock(&service, "leaflink").0, 503);
    assert_eq!(gone(&service), ["account leaflink of leaflink"]);
    assert_eq!(last_sweep(&service), before);
    service.kill();
    std::fs::write(&path, &whole).unwrap();
    let service = trade.run("1h");
    until("everything is compared", || last_sweep(&service) != before && last_sweep(&service)["state"] == "done");
    assert_eq!(knock(&service, "leaflink").0, 401);
}

#[test]
fn a_pipeline_or_a_group_that_was_gone_is_swept_when_it_is_back() {
    let trade = Trade::start();
    let service = trade.run("1h");
    until("the first sweep is over", || last_sweep(&service)["state"] == "done" && at_rest(&service.url));
    let orders = std::fs::read_to_string(file(&trade)).unwrap();
    let fields = orders.split_once("\ntests:\n").unwrap().0;
    let shorter = fields.split_once("  external_id:\n").unwrap().0;
    let stock = trade.rules.join("pipelines/stock.yaml");
    let ownership = trade.rules.join("ownership.yaml");
    let owned = std::fs::read_to_string(&ownership).unwrap();
    let of_stock = "  stock:\n    quantity: settings.source_of_truth.inventory\n";
    for (path, half, (lost, owner)) in [
        (stock, None, ("pipeline stock", of_stock)),
        (file(&trade), Some(shorter), ("`external_id` of pipeline orders", "    external_id: flourish\n")),
    ] {
        let before = last_sweep(&service);
        let whole = std::fs::read_to_string(&path).unwrap();
        // Who owned it goes with it; until both are saved, the rules are not whole and the last good ones serve.
        assert!(owned.contains(owner));
        std::fs::write(&ownership, owned.replace(owner, "")).unwrap();
        match half {
            Some(half) => std::fs::write(&path, half).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        until("it is gone", || gone(&service) == [lost]);
        assert_eq!(last_sweep(&service), before);
        std::fs::write(&ownership, &owned).unwrap();
        std::fs::write(&path, whole).unwrap();
        until("everything is compared", || last_sweep(&service) != before && last_sweep(&service)["state"] == "done");
        assert_eq!(gone(&service), Vec::<String>::new());
    }
}

/// Work that began under older rules lists what is there and knows it by how those rules match. Whoever looks for a
/// counterpart under the newer ones does not go by that: it would be missed, and made a second time.
#[test]
fn work_that_holds_older_rules_leaves_no_trace_in_newer_ones() {
    let trade = Trade::start();
    let customers = trade.rules.join("pipelines/customers.yaml");
    let shipped = std::fs::read_to_string(&customers).unwrap();
    let by_license = "match: license(leaflink.license_number) == license(flourish.license_number)";
    assert!(shipped.contains(by_license));
    let by_name = shipped.replace(by_license, "match: leaflink.license_number == flourish.name");
    let named = "- leaflink.name ?? park \"the customer has no name\" -> flourish.name";
    assert!(by_name.contains(named));
    std::fs::write(&customers, by_name.replace(named, "- leaflink.license_number -> flourish.name")).unwrap();
    // Without a call that finds by license, what is kept of listings has to tell.
    edit(&trade.rules.join("systems/flourish.yaml"), |text| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains("find by license_number:")).collect();
        assert_eq!(lines.len() + 1, text.lines().count());
        lines.join("\n") + "\n"
    });
    let destinations = || {
        let state = get(&format!("{}/_control/state", trade.flourish.url));
        state["destinations"].as_array().unwrap().clone()
    };
    let known = destinations().len();
    let (armed, held, released) = (flag(), flag(), flag());
    let (arm, holds, release) = (Arc::clone(&armed), Arc::clone(&held), Arc::clone(&released));
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        let reads = request.method == Method::Get && request.url.contains("/customers/90003");
        if when == When::After && reads && armed.load(Ordering::SeqCst) {
            held.store(true, Ordering::SeqCst);
            return seen(|| released.load(Ordering::SeqCst));
        }
        true
    });
    // What was there from the beginning changed long ago.
    let old: BTreeSet<String> = ids(&destinations());
    let change: Arc<Change> = Arc::new(move |request: &Request, mut answer: Response| {
        if request.url.contains("/destinations?") && request.url.contains("last_updated") {
            let mut page: Json = serde_json::from_slice(&answer.body).unwrap();
            page["data"].as_array_mut().unwrap().retain(|row| !old.contains(&row["id"].to_string()));
            answer.body = serde_json::to_vec(&page).unwrap();
        }
        answer
    });
    let between = GoBetween::changing(&trade, &look, &change);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    until("the first sweep is over", || last_sweep(&service)["state"] == "done" && at_rest(&service.url));
    arm.store(true, Ordering::SeqCst);
    trade.people(&trade.leaflink, "submit", &json!({ "customer": 90003 }));
    until("the older rules look at it", || holds.load(Ordering::SeqCst));
    let before = generation(&service);
    std::fs::write(&customers, &shipped).unwrap();
    until("the newer rules serve", || generation(&service) > before);
    release.store(true, Ordering::SeqCst);
    crosses(&trade, &service, 1);
    let with_first = destinations().len();
    assert!(with_first > known, "the first one was not known");
    // 90001 is known at Flourish under its license since long before.
    trade.people(&trade.leaflink, "submit", &json!({ "customer": 90001 }));
    crosses(&trade, &service, 2);
    assert_eq!(destinations().len(), with_first, "it is known already");
    trade.assert_exactly_once();
}

fn ids(records: &[Json]) -> BTreeSet<String> {
    records.iter().map(|record| record["id"].to_string()).collect()
}

fn flag() -> Arc<AtomicBool> {
    Arc::default()
}
