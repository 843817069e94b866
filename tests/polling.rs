//! Looks for changes, each account by itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petiole::world::Request;
use serde_json::json;

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, own, seen, until};

/// A list that one system is slow to give holds up nothing of the other's.
#[test]
fn a_slow_system_delays_no_look_at_the_other() {
    let trade = Trade::start();
    own(&trade.rules, "inventory", "flourish");
    let (slow, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (slows, holds) = (Arc::clone(&slow), Arc::clone(&held));
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        let is_look = request.url.contains("/inventory/summary") && !request.url.contains("sku=");
        if when == When::Before && is_look && slows.load(Ordering::SeqCst) {
            holds.store(true, Ordering::SeqCst);
            return seen(|| !slows.load(Ordering::SeqCst));
        }
        true
    });
    let between = GoBetween::new(&trade, &look);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    until("the first sweep is over", || at_rest(&service.url));
    slow.store(true, Ordering::SeqCst);
    until("a look at Flourish is held", || held.load(Ordering::SeqCst));
    // Nobody tells of it but the look at LeafLink.
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the order has crossed all the same", || trade.orders().len() == 1);
    slow.store(false, Ordering::SeqCst);
    until("all is at rest", || at_rest(&service.url));
    trade.assert_exactly_once();
}
