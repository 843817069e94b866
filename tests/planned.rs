//! `petiole plan`: what it tells is what a sync then does, and nothing is written by it, at the peers or in the store.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use petiole::runtime::Change;
use petiole::runtime::pairing::causes::Causes;
use petiole::runtime::planned::permit::Permit;
use petiole::store::RecordRef;
use petiole::value::{Record, Value};
use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, get, has_looked, http, own, send, until};

const KEY: (&str, &str) = ("Authorization", "App key-for-tests");

/// Both sides in step, products and stock included.
fn in_step(items: usize) -> Trade {
    let trade = world_of(items);
    let (code, report) = asked(&trade, &["sync", "--full"]);
    assert_eq!(code, 0, "{report:#}");
    trade
}

fn world_of(items: usize) -> Trade {
    let trade = Trade::start();
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": items }));
    }
    trade
}

fn done(trade: &Trade, arguments: &[&str]) -> Output {
    trade.command(arguments).output().unwrap()
}

fn text_of(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The exit code and the JSON document of a command.
fn asked(trade: &Trade, arguments: &[&str]) -> (i32, Json) {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    let output = done(trade, &all);
    let told = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text_of(&output)));
    (output.status.code().unwrap(), told)
}

/// What both systems were asked since this was last asked: writes, and reads of single records.
fn calls(trade: &Trade) -> (usize, Vec<String>) {
    let (mut writes, mut single) = (0, Vec::new());
    for side in [&trade.leaflink, &trade.flourish] {
        let url = format!("{}/_control/requests", side.url);
        let seen = get(&url);
        writes += seen["log"].as_array().unwrap().iter().filter(|call| call["method"] != "GET").count();
        let places = seen["counts"].as_object().unwrap().keys().filter(|place| place.contains("{id}"));
        single.extend(places.cloned());
        http(Method::Delete, &url, &[], b"");
    }
    (writes, single)
}

/// All bytes of the store, those that are not in its file yet among them.
fn store_of(trade: &Trade) -> [Vec<u8>; 2] {
    ["petiole.db", "petiole.db-wal"].map(|name| std::fs::read(trade.folder.0.join(name)).unwrap_or_default())
}

/// Somebody changes a product on LeafLink that Flourish describes.
fn drift(trade: &Trade, count: usize) {
    let url = format!("{}/api/v2/products/?limit=100", trade.leaflink.url);
    let page: Json = serde_json::from_slice(&http(Method::Get, &url, &[KEY], b"").body).unwrap();
    for product in page["results"].as_array().unwrap().iter().take(count) {
        let url = format!("{}/api/v2/products/{}/", trade.leaflink.url, product["id"]);
        let headers = [KEY, ("Content-Type", "application/json")];
        let body = json!({ "name": "Drifted" }).to_string();
        assert_eq!(http(Method::Patch, &url, &headers, body.as_bytes()).status, 200);
    }
}

/// Changes by what is the same in a plan and in what is done: of records that are made, which have another key then,
/// the kind.
fn comparable(changes: &Json) -> Vec<String> {
    let changes = changes.as_array().unwrap();
    let made: BTreeSet<&str> =
        changes.iter().filter(|one| one["action"] == "create").filter_map(|one| one["record"].as_str()).collect();
    let named = |record: &Json| {
        let record = record.as_str().unwrap();
        let kind = record.split('/').next().unwrap();
        if made.contains(record) { format!("{kind} (new)") } else { record.to_owned() }
    };
    let told = |one: &Json| {
        let (record, cause) = (named(&one["record"]), named(&one["cause"]));
        format!("{} {} {record} for {cause}: {} by {}", one["pipeline"], one["action"], one["fields"], one["rules"])
    };
    let mut told: Vec<String> = changes.iter().map(told).collect();
    told.sort();
    told
}

#[test]
fn what_is_planned_is_what_is_done_and_a_plan_writes_nothing() {
    let trade = in_step(24);
    drift(&trade, 2);
    // Buyers that Flourish does not know yet, so that orders rest on destinations that are to be made first.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 8 }));
    calls(&trade);
    let before = store_of(&trade);
    let (code, plan) = asked(&trade, &["plan", "--full"]);
    assert_eq!((code, &plan["verdict"], &plan["put_off"]), (5, &json!("pending"), &json!([])), "{plan:#}");
    assert_eq!(calls(&trade).0, 0, "only reads: {plan:#}");
    assert!(store_of(&trade) == before, "the store is as it was");
    let planned = comparable(&plan["changes"]);
    let has = |text: &str| planned.iter().filter(|line| line.contains(text)).count();
    assert!(has("\"create\" flourish.destination") > 0, "{planned:#?}");
    assert_eq!(has("\"create\" flourish.outbound_order (new)"), 8, "{planned:#?}");
    // What follows from an order that is only to be made.
    assert_eq!((has("\"move\" leaflink.order/"), has("[\"external_ids\"]")), (8, 8), "{planned:#?}");
    let (code, report) = asked(&trade, &["sync", "--full", "--yes"]);
    assert_eq!(code, 0, "{report:#}");
    // Stock that an order takes from one side to the other counts on both for a moment: less is offered, and then as
    // much as before.
    let (on_the_way, done): (Vec<_>, Vec<_>) = comparable(&report["changes"])
        .into_iter()
        .partition(|line| line.starts_with("\"stock\" \"update\"") && !planned.contains(line));
    assert_eq!(planned, done, "{plan:#} {report:#}");
    let writes = plan["calls"].as_array().unwrap().iter().map(|one| one["writes"].as_u64().unwrap()).sum::<u64>();
    let made = calls(&trade).0 - on_the_way.len();
    assert_eq!(writes, u64::try_from(made).unwrap(), "{plan:#}");
    let (code, plan) = asked(&trade, &["plan", "--full"]);
    assert_eq!((code, &plan["verdict"], &plan["changes"]), (0, &json!("nothing"), &json!([])), "{plan:#}");
    trade.assert_exactly_once();
}

#[test]
fn a_plan_of_records_in_step_asks_for_lists_only() {
    let trade = in_step(24);
    calls(&trade);
    let (code, plan) = asked(&trade, &["plan", "--full"]);
    assert_eq!((code, plan["compared"].as_u64() > Some(24)), (0, true), "{plan:#}");
    assert_eq!(calls(&trade), (0, Vec::new()), "{plan:#}");
}

#[test]
fn a_plan_is_read_by_record_field_and_rule_line() {
    let trade = in_step(24);
    drift(&trade, 1);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let output = done(&trade, &["plan", "--full"]);
    let told = text_of(&output);
    assert_eq!(output.status.code(), Some(5), "{told}");
    let line = |begins: &str| {
        told.lines().find(|line| line.trim_start().starts_with(begins)).unwrap_or_else(|| panic!("{begins}: {told}"))
    };
    assert!(told.lines().any(|line| line == "orders") && told.lines().any(|line| line == "products"), "{told}");
    let name = line("name: \"Drifted\" → ");
    assert!(name.contains("rules/pipelines/products.yaml:"), "{name}");
    assert!(name.ends_with(", changed by leaflink; flourish owns it"), "{name}");
    assert!(line("+ flourish.outbound_order, new, for leaflink.order/").ends_with(char::is_alphanumeric));
    assert!(line("original_order_id = ").contains("rules/pipelines/orders.yaml:"), "{told}");
    assert!(line("state: \"Submitted\" → \"Accepted\"").contains("tables/order_status.yaml:"), "{told}");
    assert!(line("external_ids: ").contains("(new flourish.outbound_order)"), "{told}");
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("Plan: 1 to create, ") && last.contains("1 to move, 0 to park"), "{told}");
    assert!(last.contains("; 1 refused by ownership; "), "{told}");
    assert!(last.contains(" at flourish (") && last.contains("within a minute of its budget"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");
    let coloured = text_of(&done(&trade, &["plan", "--full", "--color", "always"]));
    assert!(coloured.contains("\u{1b}[33m~\u{1b}[0m leaflink.product/"), "{coloured}");
}

#[test]
fn a_first_start_is_planned_without_a_store_and_leaves_none() {
    let trade = world_of(8);
    change(&trade.rules.join("settings.yaml"), "creates: 50", "creates: 2");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    calls(&trade);
    let output = done(&trade, &["plan"]);
    let told = text_of(&output);
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("what a first start would do") && told.contains("= 8 to be linked that both"), "{told}");
    // Too much to be made unasked, and all of it is told.
    assert!(told.contains("waits for --yes: 3 flourish.outbound_order would be created"), "{told}");
    assert_eq!(told.matches("+ flourish.outbound_order, new, for leaflink.order/").count(), 3, "{told}");
    assert!(!trade.folder.0.join("petiole.db").exists());
    assert_eq!(calls(&trade).0, 0);
}

#[test]
fn what_would_be_parked_is_told_and_what_is_parked_already_is_not_news() {
    let trade = in_step(4);
    trade.people(&trade.leaflink, "product", &json!({ "sku": "NOBODY-HAS-IT", "name": "Nowhere" }));
    let lines = json!([{ "sku": "NOBODY-HAS-IT", "quantity": 1 }]);
    trade.people(&trade.leaflink, "submit", &json!({ "lines": lines }));
    let (code, plan) = asked(&trade, &["plan"]);
    let parked = plan["parked"].as_array().unwrap();
    let orders = plan["pipelines"].as_array().unwrap().iter().find(|one| one["pipeline"] == "orders").unwrap();
    assert_eq!((code, parked.len(), &orders["park"]), (5, 1, &json!(1)), "{plan:#}");
    assert!(parked[0]["message"].as_str().unwrap().contains("NOBODY-HAS-IT"), "{plan:#}");
    assert!(parked[0]["rule"].as_str().unwrap().contains("orders.yaml:"), "{plan:#}");
    assert_eq!(asked(&trade, &["sync"]).0, 3);
    let (code, plan) = asked(&trade, &["plan", "--full"]);
    assert_eq!((code, &plan["parked"]), (0, &json!([])), "{plan:#}");
}

#[test]
fn one_record_alone_is_planned_and_one_that_is_not_there_is_said_to_be_so() {
    let trade = in_step(4);
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    let short = made["orders"][0]["short_id"].as_str().unwrap();
    let (code, plan) = asked(&trade, &["plan", "--only", &format!("leaflink.order/{short}")]);
    let planned = comparable(&plan["changes"]);
    let orders = planned.iter().filter(|line| line.contains("\"create\" flourish.outbound_order")).count();
    assert_eq!((code, orders), (5, 1), "{plan:#}");
    let output = done(&trade, &["plan", "--only", "leaflink.order/NUMBER"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text_of(&output).contains("there is no record"), "{}", text_of(&output));
}

/// A copy of the rules in which a line of a file is another.
fn candidate(trade: &Trade, file: &str, old: &str, new: &str) -> std::path::PathBuf {
    let folder = trade.folder.0.join("candidate");
    crate::support::copy(&trade.rules, &folder);
    change(&folder.join(file), old, new);
    folder
}

fn change(path: &Path, old: &str, new: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(old), "{old}");
    std::fs::write(path, text.replace(old, new)).unwrap();
}

const SAFETY: (&str, &str) = ("  safety: 0", "  safety: 1");

#[test]
fn other_rules_are_held_against_everything_while_the_old_ones_serve() {
    let trade = in_step(12);
    let other = candidate(&trade, "settings.yaml", SAFETY.0, SAFETY.1);
    let (rules, before) = (other.display().to_string(), store_of(&trade));
    let (code, plan) = asked(&trade, &["plan", "--rules", &rules]);
    let changes = plan["changes"].as_array().unwrap();
    assert_eq!((code, &plan["rules"]["candidate"]), (5, &json!(true)), "{plan:#}");
    assert!(!changes.is_empty() && changes.iter().all(|one| one["pipeline"] == "stock"), "{plan:#}");
    assert!(store_of(&trade) == before, "the store is as it was");
    let service = trade.run("1h");
    until("it serves and has looked", || has_looked(&service.url));
    calls(&trade);
    let (code, served) = asked(&trade, &["plan", "--url", &service.url, "--rules", &rules]);
    assert_eq!((code, comparable(&served["changes"])), (5, comparable(&plan["changes"])), "{served:#}");
    assert_eq!(calls(&trade).0, 0);
    change(&other.join("pipelines/orders.yaml"), "pipeline: orders", "pipelin: orders");
    let output = done(&trade, &["plan", "--url", &service.url, "--rules", &rules]);
    assert!(output.status.code() == Some(3) && text_of(&output).contains("pipelin"), "{}", text_of(&output));
    let none = format!("sqlite:{}", trade.folder.0.join("none.db").display());
    let output = done(&trade, &["plan", "--rules", &rules, "--store", &none]);
    assert!(output.status.code() == Some(1) && text_of(&output).contains("pipelin"), "{}", text_of(&output));
}

#[test]
fn a_service_plans_by_no_rules_that_lead_elsewhere_or_ask_its_environment_for_more() {
    let trade = in_step(4);
    let service = trade.run("1h");
    until("it serves and has looked", || has_looked(&service.url));
    let refused = |file: &str, old: &str, new: &str| {
        let other = candidate(&trade, file, old, new);
        let output = done(&trade, &["plan", "--url", &service.url, "--rules", &other.display().to_string()]);
        let told = text_of(&output);
        assert!(output.status.code() == Some(3) && told.contains("403"), "{file}: {told}");
        assert!(told.contains("where calls go or what is taken from the environment"), "{told}");
    };
    refused("accounts.yaml", "company_id:", "other_id: x\n    company_id:");
    refused("settings.yaml", "mode: live", "mode: ${PATH}");
    refused("systems/leaflink.yaml", "system: leaflink", "{\"system\": leaflink}\n#");
}

#[test]
fn a_service_whose_files_have_errors_says_by_which_rules_it_tells() {
    let trade = in_step(4);
    let service = trade.run("1h");
    until("it serves and has looked", || has_looked(&service.url));
    change(&trade.rules.join("pipelines/orders.yaml"), "flourish.payment_term ", "flourish.paymnt_term ");
    until("it keeps the last good ones", || {
        get(&format!("{}/api/v1/status", service.url))["rules_state"] == "last-good"
    });
    for command in ["plan", "replay"] {
        let told = text_of(&done(&trade, &[command, "--url", &service.url]));
        assert!(told.contains("by the last good rules") && told.contains("petiole status"), "{command}: {told}");
    }
}

#[test]
fn a_service_makes_the_plan_of_its_store_and_goes_on_undisturbed() {
    let trade = in_step(24);
    let service: Process = trade.run("1h");
    until("it serves and has looked", || has_looked(&service.url));
    drift(&trade, 2);
    calls(&trade);
    // The service that has the store is found by it.
    let output = done(&trade, &["plan", "--full"]);
    let told = text_of(&output);
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains(&format!("the service at {} makes the plan", service.url)), "{told}");
    assert!(told.contains("name: \"Drifted\" → ") && told.contains("\nPlan: 0 to create, 2 to update"), "{told}");
    assert_eq!(calls(&trade).0, 0, "{told}");
    let status = get(&format!("{}/api/v1/status", service.url));
    assert_eq!((&status["generation"], &status["queue"]["parked"]), (&json!(1), &json!(0)), "{status:#}");
    let report = send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    assert_eq!((&report["healed"], &report["converged"]), (&json!(2), &json!(true)), "{report:#}");
    let answer = http(Method::Post, &format!("{}/api/v1/plan", service.url), &[], b"{\"ful\":true}");
    assert_eq!(answer.status, 400);
}

/// The path of a plan's file, and the exit code of making it.
fn kept(trade: &Trade, arguments: &[&str]) -> (String, i32) {
    let file = trade.folder.0.join("plan.json").display().to_string();
    let mut all = vec!["plan", "--out", &file];
    all.extend(arguments);
    let output = done(trade, &all);
    (file, output.status.code().unwrap())
}

#[test]
fn a_plan_that_is_kept_is_done_exactly_and_not_at_all_once_the_world_moved() {
    let trade = in_step(12);
    drift(&trade, 1);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let (file, code) = kept(&trade, &["--full"]);
    assert_eq!(code, 5);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    calls(&trade);
    let output = done(&trade, &["sync", "--plan", &file]);
    let told = text_of(&output);
    assert_eq!((output.status.code(), calls(&trade).0), (Some(3), 0), "{told}");
    assert!(told.contains("the plan does not hold any more, and nothing was written"), "{told}");
    assert!(told.contains("  now also: create flourish.outbound_order/"), "{told}");
    let (file, _) = kept(&trade, &["--full"]);
    let planned: Json = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let (code, report) = asked(&trade, &["sync", "--plan", &file]);
    assert_eq!((code, &report["converged"], trade.orders().len()), (0, &json!(true), 2), "{report:#}");
    assert_eq!(report["plan"]["changes"].as_u64(), report["writes"].as_u64(), "{report:#}");
    assert_eq!((&report["plan"]["not_done"], &report["plan"]["kept_back"]), (&json!([]), &json!([])), "{report:#}");
    assert_eq!(comparable(&planned["changes"]), comparable(&report["changes"]), "{report:#}");
    assert_eq!(asked(&trade, &["plan", "--full"]).0, 0);
    // It is done, so it does not hold any more.
    let output = done(&trade, &["sync", "--plan", &file]);
    let told = text_of(&output);
    assert!(output.status.code() == Some(3) && told.contains("  no longer: create flourish.outbound_order/"), "{told}");
    trade.assert_exactly_once();
}

#[test]
fn a_plan_holds_under_the_rules_that_it_was_made_by_wherever_their_folder_is() {
    let trade = in_step(12);
    let other = candidate(&trade, "settings.yaml", SAFETY.0, SAFETY.1);
    let (file, code) = kept(&trade, &["--rules", &other.display().to_string()]);
    assert_eq!(code, 5);
    calls(&trade);
    let output = done(&trade, &["sync", "--plan", &file]);
    let told = text_of(&output);
    assert_eq!((output.status.code(), calls(&trade).0), (Some(3), 0), "{told}");
    assert!(told.contains("the rules are others than those it was planned by"), "{told}");
    change(&trade.rules.join("settings.yaml"), SAFETY.0, SAFETY.1);
    let (code, report) = asked(&trade, &["sync", "--plan", &file]);
    assert_eq!((code, &report["converged"]), (0, &json!(true)), "{report:#}");
    assert!(report["writes"].as_u64() > Some(0), "{report:#}");
    std::fs::write(&file, "{}").unwrap();
    let output = done(&trade, &["sync", "--plan", &file]);
    assert!(output.status.code() == Some(3) && text_of(&output).contains("this is no plan"), "{}", text_of(&output));
    assert_eq!(done(&trade, &["sync", "--plan", &file, "--yes"]).status.code(), Some(2));
}

#[test]
fn a_service_carries_a_plan_out_past_its_brake() {
    let trade = in_step(24);
    change(&trade.rules.join("settings.yaml"), "creates: 50", "creates: 2");
    let service = trade.run("1h");
    until("it serves and has looked", || has_looked(&service.url));
    trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let (file, code) = kept(&trade, &["--full"]);
    assert_eq!(code, 5);
    assert_eq!(asked(&trade, &["sync", "--full", "--url", &service.url]).0, 3);
    assert!(trade.orders().is_empty());
    let (code, report) = asked(&trade, &["sync", "--plan", &file, "--url", &service.url]);
    assert_eq!((code, trade.orders().len()), (0, 3), "{report:#}");
    let output = done(&trade, &["sync", "--plan", &file, "--url", &service.url]);
    let told = text_of(&output);
    assert!(output.status.code() == Some(3) && told.contains("409") && told.contains("no longer: "), "{told}");
}

#[test]
fn what_is_not_in_a_plan_is_not_permitted_and_a_key_that_nobody_could_know_stands_for_any() {
    let value = |field: &str, new: Json| json!({ "field": field, "old": null, "new": new });
    let change = |action: &'static str, record: &str, fields: Record| {
        let named = |text: &str| {
            let (kind, id) = text.split_once('/').unwrap();
            let (account, record) = kind.split_once('.').unwrap();
            RecordRef { account: account.to_owned(), record: record.to_owned(), id: id.to_owned() }
        };
        Change {
            cause: named("shop.order/7"),
            target: named(record),
            pipeline: "orders".to_owned(),
            action,
            fields: Value::Record(fields),
            before: Value::Null,
            owner: String::new(),
            lines: Vec::new(),
            causes: Causes::default(),
        }
    };
    let of = |action: &str, record: &str, values: Json| json!({ "pipeline": "orders", "action": action, "record": record, "cause": "shop.order/7", "values": values });
    let permit = Permit::of(&json!({
        "petiole_plan": 1, "made_up_keys": { "new-0a1b": "erp.order" },
        "changes": [
            of("create", "erp.order/new-0a1b", json!([value("total", json!(3))])),
            of("update", "shop.order/7", json!([value("theirs", json!({ "id": "new-0a1b" }))])),
        ],
    }))
    .unwrap();
    let total = |total: i64| Record::from([("total".to_owned(), Value::Integer(total))]);
    let theirs =
        |id: Value| Record::from([("theirs".to_owned(), Value::Record(Record::from([("id".to_owned(), id)])))]);
    assert!(!permit.allows(&change("create", "erp.order/", total(4))));
    assert!(!permit.allows(&change("update", "shop.order/8", theirs(Value::text("e-1")))));
    assert_eq!((permit.not_done().len(), permit.kept_back().len()), (2, 2));
    assert!(permit.allows(&change("create", "erp.order/", total(3))));
    assert!(permit.allows(&change("update", "shop.order/7", theirs(Value::text("e-1")))));
    let mut more = theirs(Value::text("e-1"));
    more.insert("more", Value::Integer(1));
    assert!(!permit.allows(&change("update", "shop.order/7", more)));
    assert!(permit.not_done().is_empty() && permit.kept_back().len() == 3);
    assert!(Permit::of(&json!({ "petiole_plan": 2, "changes": [] })).is_err());
}
