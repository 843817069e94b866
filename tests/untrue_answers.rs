//! Peers that answer what is not so: another record than was made or asked for.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use petiole::world::{Method, Request, Response};
use serde_json::{Value as Json, json};

use crate::support::{Change, GoBetween, Look, Process, Trade, WEBHOOK_KEY, at_rest, get, http, signed, until};

fn inbox(service: &Process) -> Vec<Json> {
    get(&format!("{}/api/v1/inbox", service.url))["items"].as_array().unwrap().clone()
}

fn is_create(request: &Request) -> bool {
    request.method == Method::Post && request.url.ends_with("/outbound-orders")
}

/// The service with answers changed on their way.
fn run(
    trade: &Trade,
    poll: &str,
    change: impl Fn(&Request, Response) -> Response + Send + Sync + 'static,
) -> (GoBetween, Process) {
    let look: Arc<Look> = Arc::new(|_, _: &Request| true);
    let change: Arc<Change> = Arc::new(change);
    let between = GoBetween::changing(trade, &look, &change);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", poll]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    trade.subscribe(&service);
    (between, service)
}

/// An answer whose record has another id.
fn renamed(answer: Response, own: &str, other: &str) -> Response {
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.contains(own), "{text}");
    Response { body: text.replace(own, other).into_bytes(), ..answer }
}

#[test]
fn a_create_that_is_answered_with_a_record_that_is_linked_already_is_not_believed() {
    let trade = Trade::start();
    let first: Arc<Mutex<Option<String>>> = Arc::default();
    let lies = Arc::new(AtomicBool::new(false));
    let (known, lying) = (Arc::clone(&first), Arc::clone(&lies));
    let change = move |request: &Request, answer: Response| {
        if !is_create(request) {
            return answer;
        }
        let made: Json = serde_json::from_slice(&answer.body).unwrap();
        let id = made["data"]["id"].as_str().unwrap().to_owned();
        let mut first = known.lock().unwrap();
        match first.as_deref() {
            Some(first) if lying.load(Ordering::SeqCst) => renamed(answer, &id, first),
            _ => {
                *first = Some(id);
                answer
            }
        }
    };
    // Nothing but webhooks and the work itself finds the second order.
    let (_between, service) = run(&trade, "1h", change);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the first crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    trade.faults(&trade.flourish, &json!({ "webhook_drop_every": 1 }));
    lies.store(true, Ordering::SeqCst);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("it is parked", || inbox(&service).iter().any(|one| one["code"] == "answer-of-another"));
    let entry = inbox(&service)[0].clone();
    let message = entry["message"].as_str().unwrap();
    let first = first.lock().unwrap().clone().unwrap();
    assert!(message.contains(&first) && message.contains("linked with leaflink.order/"), "{message}");
    let known = get(&format!("{}/api/v1/records/flourish.outbound_order/{first}", service.url));
    assert_eq!(known["links"].as_array().map(Vec::len), Some(1), "no second link: {known:#}");
    let id = entry["id"].as_str().unwrap();
    let url = format!("{}/api/v1/inbox/{id}/retry", service.url);
    assert_eq!(http(Method::Post, &url, &[("Content-Type", "application/json")], b"{}").status, 200);
    until("what it made is found", || inbox(&service).is_empty() && at_rest(&service.url));
    trade.assert_exactly_once();
    // Each order has its own counterpart.
    let second = trade.orders().into_iter().find(|one| one["id"] != first.as_str()).unwrap();
    trade.faults(&trade.flourish, &json!({}));
    trade.people(&trade.flourish, "cancel", &json!({ "order": second["id"] }));
    let status = |of: bool| {
        let orders = get(&format!("{}/_control/state", trade.leaflink.url))["orders"].as_array().unwrap().clone();
        let is_it = |one: &&Json| (one["number"] == second["original_order_id"]) == of;
        orders.iter().find(is_it).unwrap()["status"].clone()
    };
    until("the second is rejected", || status(true) == "Rejected" && at_rest(&service.url));
    assert_eq!(status(false), "Accepted");
}

#[test]
fn a_webhook_with_a_key_that_no_record_can_have_leads_nowhere() {
    let trade = Trade::start();
    let paths: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&paths);
    let change = move |request: &Request, answer: Response| {
        let one = request.url.split_once("/orders-received/").filter(|(_, rest)| !rest.starts_with('?'));
        seen.lock().unwrap().extend(one.map(|_| request.url.clone()));
        answer
    };
    let (_between, service) = run(&trade, "1h", change);
    until("the first sweep is over", || at_rest(&service.url));
    paths.lock().unwrap().clear();
    let tell = |key: &str| {
        let body = json!({ "type": "order", "data": { "number": key } }).to_string().into_bytes();
        let url = format!("{}/webhooks/leaflink", service.url);
        let answer = http(Method::Post, &url, &[("LL-Signature", &signed(&body, WEBHOOK_KEY))], &body);
        (answer.status, String::from_utf8(answer.body).unwrap())
    };
    for key in [".", "..", " .. ", "a\u{0}b", "a\r\nHost: b", &"9".repeat(10_000)] {
        let (status, told) = tell(key);
        assert!(status == 202 && told.contains("no record can have the key"), "{key:?}: {status} {told}");
    }
    assert_eq!(tell("").0, 202);
    assert!(at_rest(&service.url) && paths.lock().unwrap().is_empty(), "{:?}", paths.lock().unwrap());
    // Odd ones are asked for, each as one step of the path.
    for key in ["a/../b", "../../x", "?limit=1", "#", "%2e%2e", "%2e%2e%2fx"] {
        assert_eq!(tell(key).0, 202);
    }
    until("all are looked at", || at_rest(&service.url));
    let asked = paths.lock().unwrap().clone();
    let each: BTreeSet<&String> = asked.iter().collect();
    assert_eq!(each.len(), 6, "{asked:?}");
    // Whoever told of a record may know of it before it is shown: it is looked for once more.
    assert!(asked.len() <= 12, "{asked:?}");
    for url in &asked {
        let path = url.split_once("/orders-received/").unwrap().1.split('?').next().unwrap();
        assert_eq!(path.matches('/').count(), 1, "{url}");
        assert!(!path.to_ascii_lowercase().contains("%2e"), "{url}");
    }
    assert!(inbox(&service).is_empty(), "{:#?}", inbox(&service));
}

#[test]
fn a_record_that_its_peer_will_not_hear_of_is_parked_and_not_put_off_for_ever() {
    let trade = Trade::start();
    let change = |request: &Request, answer: Response| {
        if !request.url.contains("/orders-received/odd") {
            return answer;
        }
        Response { status: 400, headers: answer.headers, body: b"{\"detail\":\"odd\"}".to_vec() }
    };
    let (_between, service) = run(&trade, "1h", change);
    until("the first sweep is over", || at_rest(&service.url));
    let body = json!({ "type": "order", "data": { "number": "odd" } }).to_string().into_bytes();
    let url = format!("{}/webhooks/leaflink", service.url);
    http(Method::Post, &url, &[("LL-Signature", &signed(&body, WEBHOOK_KEY))], &body);
    until("it is parked", || inbox(&service).iter().any(|one| one["code"] == "not-shown"));
    let message = inbox(&service)[0]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("does not show the order \"odd\"") && message.contains("400"), "{message}");
    until("nothing is put off", || at_rest(&service.url));
}

#[test]
fn a_listed_record_without_a_key_that_can_be_is_told_and_the_rest_goes_on() {
    let trade = Trade::start();
    let made = trade.people(&trade.leaflink, "submit", &json!({ "count": 3 }));
    let number = made["orders"][1]["number"].as_str().unwrap().to_owned();
    for key in ["..", "a\\u0007", &"9".repeat(10_000), ""] {
        let rewrite = json!([{ "find": format!("\"number\":\"{number}\""), "with": format!("\"number\":\"{key}\"") }]);
        trade.faults(&trade.leaflink, &json!({ "rewrite": rewrite }));
        let service = trade.run("200ms");
        until("the others crossed", || trade.orders().len() == 2 && at_rest(&service.url));
        if !key.is_empty() {
            until("the account tells", || {
                let alarms = get(&format!("{}/api/v1/status", service.url))["accounts"]["leaflink"]["alarms"].clone();
                alarms.as_array().unwrap().iter().any(|one| {
                    one["code"] == "unreadable-record"
                        && one["message"].as_str().unwrap().contains("no record can have")
                })
            });
        }
    }
    trade.faults(&trade.leaflink, &json!({}));
    let _service = trade.run("200ms");
    until("it crosses once it is mended", || trade.orders().len() == 3);
    trade.assert_exactly_once();
}

#[test]
fn a_record_that_is_another_by_now_is_read_anew_and_decided_once_more() {
    let trade = Trade::start();
    let asked: Arc<Mutex<usize>> = Arc::default();
    let counted = Arc::clone(&asked);
    let change = move |request: &Request, answer: Response| {
        if request.method != Method::Post || !request.url.ends_with("/transition/accept/") {
            return answer;
        }
        *counted.lock().unwrap() += 1;
        let body = json!({ "detail": "somebody was faster" }).to_string().into_bytes();
        Response { status: 412, body, ..answer }
    };
    let (_between, service) = run(&trade, "1h", change);
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    let leaflink = get(&format!("{}/_control/state", trade.leaflink.url));
    // Read anew it is accepted already, so that nothing is left to do, and no person is asked.
    assert_eq!(leaflink["orders"][0]["status"], "Accepted");
    assert_eq!((*asked.lock().unwrap(), inbox(&service)), (1, Vec::new()));
}
