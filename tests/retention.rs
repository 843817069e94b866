//! The journal forgets what is older than the setting says, while what the service stands on stays.

use petiole::world::Method;
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, send, until};

/// The record of an order as the service tells it: link, values, history.
fn told(service: &Process, number: &str) -> Json {
    get(&format!("{}/api/v1/records/leaflink.order/{number}", service.url))
}

#[test]
fn old_history_goes_and_links_stay() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({}));
    let orders = get(&format!("{}/_control/state", trade.leaflink.url))["orders"].clone();
    let number = orders[0]["number"].as_str().unwrap().to_owned();
    let mut service = trade.run("200ms");
    until("the order has crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    assert!(!told(&service, &number)["history"].as_array().unwrap().is_empty(), "{:#}", told(&service, &number));
    service.kill();

    let settings = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    assert!(text.contains("    keep: 30d"), "the shipped setting");
    std::fs::write(&settings, text.replace("    keep: 30d", "    keep: 1ms")).unwrap();
    let service = trade.run("200ms");
    until("its history is gone", || told(&service, &number)["history"].as_array().is_some_and(Vec::is_empty));
    assert_eq!(told(&service, &number)["links"].as_array().unwrap().len(), 1, "its link is not");
    send(Method::Post, &format!("{}/api/v1/sweep", service.url), &json!({}));
    trade.assert_exactly_once();
}
