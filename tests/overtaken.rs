//! People change a record between petiole's own write and its look at what came of it. That is a change like any
//! other, and reaches the other side.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, get, send, until};

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
