//! The real binary, killed at every call of one order's life, goes on to exactly one order.
//!
//! Both simulators are met through a go-between that counts calls and ends the service by SIGKILL
//! at the n-th: before the call is passed on, or once it was done and before the answer is. What
//! stands in the end is compared with a life that nobody broke off.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use petiole::world::Request;
use serde_json::{Value as Json, json};

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, get, until};

/// Which call is the last one, and whose.
struct Fate {
    at: u64,
    when: When,
    calls: AtomicU64,
    answers: AtomicU64,
    service: Mutex<Option<Process>>,
}

impl Fate {
    /// Whether the service lives on past this moment.
    fn looks(&self, when: When) -> bool {
        let call = match when {
            When::Before => self.calls.fetch_add(1, Ordering::SeqCst) + 1,
            When::After => self.answers.fetch_add(1, Ordering::SeqCst) + 1,
        };
        let strikes = call == self.at && when == self.when;
        if strikes {
            // Dropping a process kills it and waits for its end.
            drop(self.service().take());
        }
        !strikes
    }

    fn service(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alive(&self) -> bool {
        self.service().is_some()
    }
}

/// What stands on both sides and in the store, without what the clock gave.
fn outcome(trade: &Trade, service: &str) -> Json {
    let flourish = get(&format!("{}/_control/state", trade.flourish.url));
    let leaflink = get(&format!("{}/_control/state", trade.leaflink.url));
    let links = get(&format!("{service}/api/v1/status"))["links"].clone();
    let parked = get(&format!("{service}/api/v1/inbox"));
    json!({
        "orders": flourish["orders"], "destinations": flourish["destinations"],
        "submitted": leaflink["orders"], "links": links, "parked": parked,
    })
}

/// One life. Answers what stands in the end, how many calls it took, and whether it was broken off.
fn life(at: u64, when: When) -> (Json, u64, bool) {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let fate =
        Arc::new(Fate { at, when, calls: AtomicU64::new(0), answers: AtomicU64::new(0), service: Mutex::new(None) });
    let looks = Arc::clone(&fate);
    let look: Arc<Look> = Arc::new(move |when, _: &Request| looks.looks(when));
    let between = GoBetween::new(&trade, &look);
    let start = || {
        let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "60s", "--no-watch"]);
        command.envs(between.environment.iter().cloned());
        // The lock is held until the service can be killed.
        let mut service = fate.service();
        let started = Process::start(&mut command, "listening");
        let url = started.url.clone();
        *service = Some(started);
        url
    };
    let rests = |url: &str| {
        get(&format!("{}/_control/state", trade.leaflink.url))["orders"][0]["status"] == "Accepted" && at_rest(url)
    };
    let mut url = start();
    if at > 0 {
        // Side by side, the last calls of a life may fall into another order or not be made.
        until("the service is killed", || !fate.alive() || rests(&url));
    }
    let killed = !fate.alive();
    if killed {
        url = start();
    }
    until("the order has crossed and all is at rest", || rests(&url));
    (outcome(&trade, &url), fate.calls.load(Ordering::SeqCst), killed)
}

fn at_every_call(when: When) {
    let (unbroken, calls, _) = life(0, when);
    assert!(calls > 8, "a life takes more calls than {calls}");
    assert_eq!(unbroken["orders"].as_array().unwrap().len(), 1, "{unbroken}");
    let mut broken = 0;
    for at in 1..=calls {
        let (outcome, _, killed) = life(at, when);
        broken += u64::from(killed);
        assert_eq!(outcome, unbroken, "killed {when:?} call {at} of {calls}");
    }
    assert!(broken + 2 >= calls, "{broken} lives of {calls} were broken off");
}

#[test]
fn before_every_call_is_sent() {
    at_every_call(When::Before);
}

#[test]
fn before_every_answer_arrives() {
    at_every_call(When::After);
}
