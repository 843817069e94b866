//! People change a record between petiole's own write and its look at what came of it. That is a change like any
//! other, and reaches the other side. And a peer may be at work still when the time for its answer is over.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, get, http, seen, send, until};

/// One order crosses; once the first call with this ending was answered, before the answer arrives, people act.
fn people_are_faster(ending: &'static str, act: impl Fn(&str, &str) + Send + Sync + 'static, wanted: (&str, &str)) {
    let trade = Trade::start();
    let (leaflink, flourish) = (trade.leaflink.url.clone(), trade.flourish.url.clone());
    let acted = AtomicBool::new(false);
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        let written = when == When::After && request.method == Method::Post && request.url.ends_with(ending);
        if written && !acted.swap(true, Ordering::SeqCst) {
            act(&leaflink, &flourish);
        }
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let _service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    trade.people(&trade.leaflink, "submit", &json!({ "customer": 90001 }));
    let status = |side: &Process, name: &str| state(&side.url)["orders"][0][name].clone();
    until(&format!("both sides are {wanted:?}"), || {
        status(&trade.leaflink, "status") == wanted.0 && status(&trade.flourish, "order_status") == wanted.1
    });
}

fn state(side: &str) -> Json {
    get(&format!("{side}/_control/state"))
}

#[test]
fn the_seller_rejects_what_was_accepted_this_very_moment() {
    let reject = |leaflink: &str, _: &str| {
        let number = state(leaflink)["orders"][0]["number"].clone();
        send(Method::Post, &format!("{leaflink}/_control/reject"), &json!({ "order": number }));
    };
    people_are_faster("/transition/accept/", reject, ("Rejected", "Cancelled"));
}

#[test]
fn the_warehouse_allocates_what_was_created_this_very_moment() {
    let allocate = |_: &str, flourish: &str| {
        let order = state(flourish)["orders"][0]["id"].clone();
        send(Method::Post, &format!("{flourish}/_control/allocate"), &json!({ "order": order }));
    };
    people_are_faster("/outbound-orders", allocate, ("Fulfilled", "Allocated"));
}

#[test]
fn a_create_that_is_committed_after_its_answer_was_given_up_is_not_made_again() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "customer": 90001 }));
    let under_way: Mutex<Option<Request>> = Mutex::default();
    let given_up = AtomicBool::new(false);
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        if !request.url.contains("/outbound-orders") {
            return true;
        }
        let create = when == When::Before && request.method == Method::Post;
        if create && !given_up.swap(true, Ordering::SeqCst) {
            // The answer is waited for longer than the peer is given to settle.
            let begin = Instant::now();
            assert!(seen(|| begin.elapsed() > Duration::from_millis(400)));
            *under_way.lock().unwrap() = Some(request.clone());
            return false;
        }
        // The first look found nothing; now the peer gets round to it.
        let late = if when == When::After { under_way.lock().unwrap().take() } else { None };
        if let Some(late) = late {
            let headers: Vec<(&str, &str)> =
                late.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(http(late.method, &late.url, &headers, &late.body).status, 200);
        }
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "60s"]);
    let _service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    until("the order is accepted", || state(&trade.leaflink.url)["orders"][0]["status"] == "Accepted");
    assert_eq!(trade.orders().len(), 1, "{:#?}", trade.orders());
}
