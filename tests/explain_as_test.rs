//! What happened to a record as rule tests: drafted from the journal by the service and by its store, they hold under
//! the rules that they came from, and fail under rules that say something else.

use std::fs;

use serde_json::{Value as Json, json};

use crate::support::{Trade, at_rest, get, until};

/// Exit code, and what was printed on standard output and on standard error.
fn run(trade: &Trade, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = trade.command(arguments).output().unwrap();
    let [out, err] = [&done.stdout, &done.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    (done.status.code(), out, err)
}

/// The drafted tests of a record.
fn drafted(trade: &Trade, record: &str) -> String {
    let (code, out, err) = run(trade, &["explain", record, "--as-test"]);
    assert_eq!(code, Some(0), "{out}{err}");
    out
}

/// Which tests of a file pass beside the rules, by name.
fn held(trade: &Trade, text: &str) -> Vec<(String, bool)> {
    let path = trade.rules.join("tests/drafted.yaml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let (_, out, err) = run(trade, &["test", "--filter", " for ", "--format", "json"]);
    fs::remove_file(&path).unwrap();
    let told: Json = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}{err}"));
    let tests = told["tests"].as_array().unwrap().iter();
    let tests = tests.filter(|test| test["file"].as_str().is_some_and(|file| file.ends_with("drafted.yaml")));
    tests.map(|test| (test["name"].as_str().unwrap().to_owned(), test["outcome"] != "failed")).collect()
}

#[test]
fn what_happened_to_an_order_holds_as_tests_and_fails_under_other_rules() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    let order = json!({ "count": 1, "payment_term": "Net 30", "notes": "yes: \"100 %\"\n- to the back door" });
    let made = trade.people(&trade.leaflink, "submit", &order);
    let number = made["orders"][0]["number"].as_str().unwrap().to_owned();
    until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let id = trade.orders()[0]["id"].as_str().unwrap().to_owned();
    trade.people(&trade.flourish, "allocate", &json!({ "order": id }));
    let status = || get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"].clone();
    until("the status followed", || status() == "Fulfilled" && at_rest(&service.url));
    let told = drafted(&trade, &number);
    drop(service);
    assert!(drafted(&trade, &number) == told, "the store alone says the same");

    let tests = held(&trade, &told);
    let of = |word: &str| tests.iter().filter(|(name, _)| name.starts_with(word)).count();
    assert!(of("create for leaflink.order/") >= 1 && of("move for ") >= 1, "{tests:?}\n{told}");
    let failed: Vec<_> = tests.iter().filter(|(_, passed)| !passed).collect();
    assert!(failed.is_empty(), "{failed:?}\n{told}");

    let rules = trade.rules.join("pipelines/orders.yaml");
    let text = fs::read_to_string(&rules).unwrap();
    let doubled = text.replace("- .quantity                      ->", "- .quantity * 2 ->");
    assert_ne!(doubled, text);
    fs::write(&rules, doubled).unwrap();
    let now = held(&trade, &told);
    assert!(now.iter().any(|(name, passed)| name.starts_with("create for ") && !passed), "{now:?}");
}

#[test]
fn what_was_parked_is_a_test_that_it_parks() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    trade.people(&trade.leaflink, "product", &json!({ "sku": "NEW-1", "name": "Something New" }));
    let made = trade.people(&trade.leaflink, "submit", &json!({ "lines": [{ "sku": "NEW-1", "quantity": 3 }] }));
    let number = made["orders"][0]["number"].as_str().unwrap().to_owned();
    until("it is parked", || get(&format!("{}/api/v1/inbox", service.url))["items"] != json!([]));
    let told = drafted(&trade, &number);
    assert!(told.contains("parked:"), "{told}");
    let tests = held(&trade, &told);
    assert!(!tests.is_empty() && tests.iter().all(|(_, passed)| *passed), "{tests:?}\n{told}");
}

#[test]
fn what_nothing_happened_to_makes_no_test() {
    let trade = Trade::start();
    let _service = trade.run("300ms");
    let (code, out, err) = run(&trade, &["explain", "leaflink.order/nobody", "--as-test"]);
    assert_eq!((code, out.as_str()), (Some(3), ""), "{err}");
    let (code, ..) = run(&trade, &["explain", "leaflink.order/nobody", "status", "--as-test"]);
    assert_eq!(code, Some(2), "a field makes no test");
}

#[test]
fn what_nobody_sees_in_the_words_of_a_peer_is_spelt() {
    let trade = Trade::start();
    let service = trade.run("300ms");
    let notes =
        "\u{202e}gnp.exe\u{2066} a\u{200b}b\u{ad}c\u{feff} PetioleSpeltText0x \"quoted\" \\ tab\there\nand on\u{a0}on";
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 1, "notes": notes }));
    let number = made["orders"][0]["number"].as_str().unwrap().to_owned();
    until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let told = drafted(&trade, &number);
    let odd = |text: &str| text.chars().any(|sign| "\u{202e}\u{2066}\u{200b}\u{ad}\u{feff}\t".contains(sign));
    assert!(!odd(&told) && told.contains("\\u202egnp.exe"), "{told}");
    let tests = held(&trade, &told);
    assert!(!tests.is_empty() && tests.iter().all(|(_, passed)| *passed), "{tests:?}\n{told}");

    let (_, whole, err) = run(&trade, &["explain", &number, "--format", "json"]);
    let whole: Json = serde_json::from_str(&whole).unwrap_or_else(|error| panic!("{error}: {whole}{err}"));
    let calls = whole["calls"].as_array().unwrap().iter().map(|call| call["curl"].as_str().unwrap());
    let bodies: Vec<&str> = calls.filter_map(|curl| curl.split_once("--data-raw '")?.1.strip_suffix('\'')).collect();
    let sent = bodies.iter().map(|body| {
        assert!(!odd(body), "{body}");
        serde_json::from_str::<Json>(body).unwrap_or_else(|error| panic!("{error}: {body}")).to_string()
    });
    assert!(sent.filter(|body| body.contains('\u{202e}')).count() >= 1, "{bodies:?}");
}
