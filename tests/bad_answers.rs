//! Answers that are not as the system file says: lists cut short, instants to come.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Trade, WEBHOOK_KEY, at_rest, get, http, own, send, signed, until};

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Both systems, LeafLink's lists in pages of `rows`, and a change of a simulator's answers to reads.
fn trade(rows: usize) -> Trade {
    let trade = Trade::start();
    let path = trade.rules.join("systems/leaflink.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    let small = text.replace("size: limit = 100", &format!("size: limit = {rows}"));
    assert!(text.contains("size: limit = 100"), "the page size stands elsewhere");
    std::fs::write(&path, small).unwrap();
    trade
}

fn rewrite(trade: &Trade, rewrites: &Json) {
    trade.faults(&trade.leaflink, &json!({ "rewrite": rewrites }));
}

fn submit(trade: &Trade, count: usize) {
    trade.people(&trade.leaflink, "submit", &json!({ "count": count }));
}

/// The exit code and the words of a pass.
fn sync(trade: &Trade) -> (i32, String) {
    let done = trade.command(&["sync", "--full"]).output().unwrap();
    let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    (done.status.code().unwrap(), told)
}

fn forget(trade: &Trade) {
    for name in ["petiole.db", "petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(trade.folder.0.join(name));
    }
}

/// How often LeafLink's orders were listed.
fn looks(trade: &Trade) -> u64 {
    let counts = get(&format!("{}/_control/requests", trade.leaflink.url))["counts"].clone();
    counts["GET /api/v2/orders-received/"].as_u64().unwrap_or_default()
}

/// The codes of the alarms of LeafLink's account.
fn alarms(service: &str) -> Vec<String> {
    alarms_told(service).into_iter().map(|(code, _)| code).collect()
}

/// The same with their messages.
fn alarms_told(service: &str) -> Vec<(String, String)> {
    let status = get(&format!("{service}/api/v1/status"));
    let alarms = status["accounts"]["leaflink"]["alarms"].as_array().unwrap().clone();
    let state = &status["accounts"]["leaflink"]["state"];
    assert_eq!(state == "ok", alarms.is_empty(), "{status:#}");
    let word = |alarm: &Json, name: &str| alarm[name].as_str().unwrap().to_owned();
    alarms.iter().map(|alarm| (word(alarm, "code"), word(alarm, "message"))).collect()
}

#[test]
fn a_list_cut_short_is_an_error_and_nothing_is_made_twice() {
    let trade = trade(5);
    submit(&trade, 8);
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (0, 8), "{told}");
    forget(&trade);
    // Flourish's own lists stay as they are; what LeafLink's cannot say is no end of theirs.
    rewrite(&trade, &json!([{ "find": "\"next\":", "with": "\"following\":" }]));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (3, 8), "{told}");
    assert!(told.contains("page 1 of GET /api/v2/") && told.contains("nothing of a next page"), "{told}");
    let service = trade.run("200ms");
    until("the account's state names the page", || alarms(&service.url).contains(&"not-listed".to_owned()));
    rewrite(&trade, &json!([]));
    http(Method::Post, &format!("{}/api/v1/sweep", service.url), &[JSON], b"{}");
    until("it is over", || alarms(&service.url).is_empty());
    trade.assert_exactly_once();
}

#[test]
fn a_modification_to_come_does_not_move_the_look_for_changes() {
    let trade = trade(100);
    let service = trade.run("200ms");
    rewrite(&trade, &json!([{ "url": "/orders-received/", "find": "\"modified\":\"20", "with": "\"modified\":\"21" }]));
    submit(&trade, 1);
    until("it crossed", || trade.orders().len() == 1);
    until("it is told", || alarms(&service.url) == ["future-instant"]);
    // Two more looks, so that the cursor would have gone there.
    let seen = looks(&trade);
    until("it was looked for again", || looks(&trade) >= seen + 2);
    rewrite(&trade, &json!([]));
    submit(&trade, 1);
    until("the next one crosses by polling", || trade.orders().len() == 2);
    until("the alarm is over", || alarms(&service.url).is_empty());
}

#[test]
fn a_key_that_a_hint_spells_otherwise_means_the_record_as_it_is() {
    let trade = trade(100);
    let service = trade.run("1h");
    trade.faults(&trade.leaflink, &json!({ "webhook_drop_every": 1 }));
    submit(&trade, 1);
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let number = state["orders"][0]["number"].as_str().unwrap().to_owned();
    let hint = json!({ "type": "order", "data": { "number": number.to_uppercase() } });
    let body = hint.to_string().into_bytes();
    let url = format!("{}/webhooks/leaflink", service.url);
    let answer = http(Method::Post, &url, &[("LL-Signature", &signed(&body, WEBHOOK_KEY))], &body);
    assert_eq!(answer.status, 202);
    until("it crossed", || trade.orders().len() == 1);
    let inbox = get(&format!("{}/api/v1/inbox", service.url));
    assert_eq!(inbox["items"].as_array().map(Vec::len), Some(0), "{inbox:#}");
    drop(service);
    assert_eq!(sync(&trade).0, 0);
    trade.assert_exactly_once();
}

/// The parks with a code, by kind of record.
fn parked(trade: &Trade, code: &str) -> Vec<String> {
    let done = trade.command(&["inbox", "--url", "http://127.0.0.1:1", "--format", "json", "list"]).output().unwrap();
    let found: Json = serde_json::from_slice(&done.stdout).unwrap();
    let items = found["items"].as_array().unwrap();
    items.iter().filter(|one| one["code"] == code).map(|one| one["record"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_renamed_field_is_no_null_and_parks_what_reads_it() {
    let trade = trade(100);
    rewrite(&trade, &json!([{ "url": "/orders-received/", "find": "\"line_items\":", "with": "\"lines\":" }]));
    submit(&trade, 2);
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (3, 0), "{told}");
    assert_eq!(parked(&trade, "field-gone").len(), 2, "{told}");
    let service = trade.run("200ms");
    until("the account tells", || alarms(&service.url) == ["field-gone"]);
    rewrite(&trade, &json!([]));
    until("the alarm is over", || alarms(&service.url).is_empty());
    drop(service);
    let (code, told) = sync(&trade);
    assert_eq!(code, 0, "{told}");
    trade.assert_exactly_once();
}

#[test]
fn a_field_that_look_ups_need_is_missed_before_anything_is_made_again() {
    let trade = trade(100);
    submit(&trade, 3);
    assert_eq!(sync(&trade).0, 0);
    let destinations = |trade: &Trade| {
        get(&format!("{}/_control/state", trade.flourish.url))["destinations"].as_array().unwrap().len()
    };
    let before = (trade.orders().len(), destinations(&trade));
    forget(&trade);
    for field in ["license_number", "original_order_id"] {
        let gone = json!({ "rewrite": [{ "find": format!("\"{field}\":"), "with": "\"renamed\":" }] });
        trade.faults(&trade.flourish, &gone);
        let (code, told) = sync(&trade);
        assert_eq!((trade.orders().len(), destinations(&trade)), before, "{field}, {code}: {told}");
    }
    trade.faults(&trade.flourish, &json!({}));
    assert_eq!(sync(&trade).0, 0);
    assert_eq!((trade.orders().len(), destinations(&trade)), before);
}

/// Both systems with eight items each, whose stock Flourish sets, in step.
fn stocked() -> Trade {
    let trade = trade(100);
    own(&trade.rules, "products", "flourish");
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": 8 }));
    }
    let (code, told) = sync(&trade);
    assert_eq!(code, 0, "{told}");
    trade
}

/// What LeafLink offers, by SKU.
fn stock_of(trade: &Trade) -> Vec<(String, String)> {
    let url = format!("{}/api/v2/products/?limit=100", trade.leaflink.url);
    let answer = http(Method::Get, &url, &[("Authorization", "App key-for-tests")], b"");
    let page: Json = serde_json::from_slice(&answer.body).unwrap();
    let rows = page["results"].as_array().unwrap().clone();
    rows.iter().map(|row| (row["sku"].to_string(), row["available_inventory"].to_string())).collect()
}

#[test]
fn stock_that_is_not_shown_is_not_zero() {
    let trade = stocked();
    let stock = || stock_of(&trade);
    let before = stock();
    assert!(before.iter().any(|(_, held)| held.trim_matches('"').starts_with(|first: char| first > '0')), "{before:?}");
    for with in ["\"sellable\":", "\"sellable_qty\":null,\"was\":"] {
        let gone = json!({ "rewrite": [{ "find": "\"sellable_qty\":", "with": with }] });
        trade.faults(&trade.flourish, &gone);
        let (code, told) = sync(&trade);
        assert_eq!((code, stock()), (3, before.clone()), "{told}");
        assert!(!parked(&trade, "field-gone").is_empty(), "{told}");
    }
}

#[test]
fn one_record_that_no_parser_takes_is_parked_under_its_id_and_the_rest_goes_on() {
    let trade = trade(100);
    submit(&trade, 3);
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let number = state["orders"][1]["number"].as_str().unwrap().to_owned();
    let short = number.get(28..).unwrap();
    let broken =
        |value: &str| json!([{ "find": format!("\"short_id\":\"{short}\""), "with": format!("\"short_id\":{value}") }]);
    rewrite(&trade, &broken("\"\\ud83d\""));
    let service = trade.run("200ms");
    until("the others crossed", || trade.orders().len() == 2);
    until("the account tells", || alarms(&service.url) == ["unreadable-record"]);
    let inbox = || get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone();
    until("it is parked", || {
        inbox().iter().any(|one| one["code"] == "unreadable-record" && one["record_id"] == number.as_str())
    });
    drop(service);
    for value in ["NaN", "\"a\tb\""] {
        rewrite(&trade, &broken(value));
        let (code, told) = sync(&trade);
        assert_eq!((code, trade.orders().len()), (3, 2), "{told}");
    }
    rewrite(&trade, &json!([]));
    let (code, told) = sync(&trade);
    assert_eq!(code, 0, "{told}");
    trade.assert_exactly_once();
}

#[test]
fn a_list_that_shifts_between_two_pages_is_read_again() {
    let trade = trade(5);
    submit(&trade, 15);
    trade.faults(&trade.leaflink, &json!({ "page_shift": true }));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (0, 15), "{told}");
    trade.assert_exactly_once();
}

#[test]
fn a_record_of_broken_structure_is_parked_and_its_page_goes_on() {
    let trade = trade(4);
    submit(&trade, 7);
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let number = state["orders"][2]["number"].as_str().unwrap().to_owned();
    let short = number.get(28..).unwrap();
    let found = format!("\"short_id\":\"{short}\"");
    // A brace that nothing closes, and a body that ends too early; the record's own page is no better than the list's.
    for broken in [json!({ "find": found, "with": "\"short_id\":{" }), json!({ "find": found, "cut": true })] {
        rewrite(&trade, &json!([broken]));
        let (code, told) = sync(&trade);
        assert_eq!((code, trade.orders().len()), (3, 6), "{told}");
        assert_eq!(parked(&trade, "unreadable-record"), ["order"], "{told}");
    }
    let service = trade.run("200ms");
    until("the account tells", || alarms(&service.url) == ["unreadable-record"]);
    let (_, message) = alarms_told(&service.url).remove(0);
    assert!(message.contains(&format!("order/{number}")), "{message}");
    assert!(message.contains(" of GET /api/v2/orders-received/?") && message.contains("offset=2"), "{message}");
    submit(&trade, 1);
    until("polling goes on", || trade.orders().len() == 7);
    rewrite(&trade, &json!([]));
    until("it crosses once it is mended", || trade.orders().len() == 8);
    until("the alarm is over", || alarms(&service.url).is_empty());
    drop(service);
    trade.assert_exactly_once();
}

#[test]
fn an_alarm_stands_until_what_raised_it_is_asked_again() {
    let trade = trade(100);
    let service = trade.run("200ms");
    until("the first sweep is over", || at_rest(&service.url));
    // Products only answer look-ups here, so that looks for changes do not list them.
    rewrite(&trade, &json!([{ "url": "/products/", "find": "\"results\":", "with": "\"rows\":" }]));
    let sweep = || http(Method::Post, &format!("{}/api/v1/sweep", service.url), &[JSON], b"{}");
    sweep();
    assert_eq!(alarms(&service.url), ["not-listed"]);
    let seen = looks(&trade);
    until("changes were looked for twice", || looks(&trade) >= seen + 2);
    assert_eq!(alarms(&service.url), ["not-listed"], "nobody asked for products since");
    rewrite(&trade, &json!([]));
    assert_eq!(sweep().status, 200);
    assert!(alarms(&service.url).is_empty());
}

#[test]
fn a_field_that_is_gone_from_one_answer_is_told_of_while_lists_show_it() {
    let trade = trade(100);
    let service = trade.run("200ms");
    until("the first sweep is over", || at_rest(&service.url));
    submit(&trade, 1);
    until("it crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let state = get(&format!("{}/_control/state", trade.leaflink.url));
    let number = state["orders"][0]["number"].as_str().unwrap().to_owned();
    // Its own answer alone lacks what is always there; lists show it.
    let own = format!("/orders-received/{number}");
    rewrite(&trade, &json!([{ "url": own, "find": "\"line_items\":", "with": "\"lines\":" }]));
    trade.people(&trade.leaflink, "fulfill", &json!({ "order": number }));
    until("it is told", || alarms(&service.url) == ["field-gone"]);
    submit(&trade, 1);
    until("the other crossed", || trade.orders().len() == 2);
    let seen = looks(&trade);
    until("changes were looked for twice", || looks(&trade) >= seen + 2);
    assert_eq!(alarms(&service.url), ["field-gone"], "only its own answer can say that it is over");
    rewrite(&trade, &json!([]));
    send(Method::Post, &format!("{}/api/v1/inbox/all/retry", service.url), &json!({}));
    until("it is over", || alarms(&service.url).is_empty());
}

/// Flourish's answers to this call hold no rows any more, with a good status.
fn empty(trade: &Trade, url: &str) {
    let empty = json!({ "rewrite": [{ "url": url, "find": "\"data\":[", "with": "\"data\":[],\"was\":[" }] });
    trade.faults(&trade.flourish, &empty);
}

#[test]
fn a_list_that_is_suddenly_empty_sets_no_stock_to_zero_until_somebody_confirms_it() {
    let trade = stocked();
    let before = stock_of(&trade);
    empty(&trade, "/inventory/summary");
    let (code, told) = sync(&trade);
    assert_eq!((code, stock_of(&trade)), (3, before.clone()), "{told}");
    assert!(told.contains("flourish lists 0 of ") && told.contains("confirm with --yes"), "{told}");
    let service = trade.run("200ms");
    http(Method::Post, &format!("{}/api/v1/sweep", service.url), &[JSON], b"{}");
    let status = || get(&format!("{}/api/v1/status", service.url))["accounts"]["flourish"].clone();
    assert_eq!(status()["alarms"][0]["code"], "list-shrunk", "{:#}", status());
    assert_eq!(stock_of(&trade), before);
    drop(service);
    let yes = |trade: &Trade| trade.command(&["sync", "--full", "--yes"]).status().unwrap().code();
    assert_eq!(yes(&trade), Some(0));
    assert!(stock_of(&trade).iter().all(|(_, held)| held.trim_matches('"').starts_with('0')));
    // What was confirmed is not asked again, also by another process.
    let (code, told) = sync(&trade);
    assert_eq!(code, 0, "{told}");
    trade.faults(&trade.flourish, &json!({}));
    assert_eq!(yes(&trade), Some(0));
    assert_eq!(stock_of(&trade), before);
}

/// More than a fifth and more than twenty at a time is nothing that people take away.
#[test]
fn a_list_that_shrinks_by_more_than_people_take_away_is_told_and_concludes_nothing() {
    let trade = trade(100);
    own(&trade.rules, "inventory", "flourish");
    for side in [&trade.leaflink, &trade.flourish] {
        send(Method::Post, &format!("{}/_control/world", side.url), &json!({ "seed": 3, "items": 60 }));
    }
    let yes = || {
        let done = trade.command(&["sync", "--full", "--yes"]).output().unwrap();
        let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        (done.status.code(), told)
    };
    assert_eq!(yes().0, Some(0));
    let before = stock_of(&trade);
    trade.faults(&trade.leaflink, &json!({ "list_rows_max": 45 }));
    let (code, told) = sync(&trade);
    assert!(!told.contains("nothing is concluded"), "fifteen of sixty may be gone: {code} {told}");
    trade.faults(&trade.leaflink, &json!({}));
    assert_eq!(yes().0, Some(0));
    trade.faults(&trade.leaflink, &json!({ "list_rows_max": 35 }));
    let (code, told) = sync(&trade);
    assert_eq!(code, 3, "{told}");
    assert!(told.contains("leaflink lists 35 of 60 linked product records"), "{told}");
    trade.faults(&trade.leaflink, &json!({}));
    let (code, told) = sync(&trade);
    assert_eq!((code, stock_of(&trade)), (0, before), "{told}");
}

#[test]
fn a_list_that_suddenly_shows_few_of_the_linked_records_has_nothing_made_again() {
    let trade = trade(100);
    submit(&trade, 5);
    assert_eq!(sync(&trade).0, 0);
    // By lists alone, orders of which it is forgotten that they crossed would cross again.
    empty(&trade, "/outbound-orders");
    submit(&trade, 2);
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (3, 5), "{told}");
    assert!(told.contains("flourish lists 0 of 5 linked outbound_order records"), "{told}");
    trade.faults(&trade.flourish, &json!({}));
    let (code, told) = sync(&trade);
    assert_eq!((code, trade.orders().len()), (0, 7), "{told}");
    trade.assert_exactly_once();
}
