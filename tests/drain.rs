//! A service that is told to stop: what is under way goes on to its end for a while, and what is not done by then is
//! there for the next start. It ends well either way.

use std::process::ExitStatus;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use petiole::store::{Counts, open};
use petiole::world::{Method, Request};
use serde_json::json;

use crate::support::{GoBetween, Look, Process, Trade, When, at_rest, until};

/// A peer that takes its time over the create of an order.
struct Slow {
    trade: Trade,
    between: GoBetween,
    asked: Arc<AtomicBool>,
    /// What becomes of the call that waits, once it is known: whether it goes through.
    goes: Arc<(Mutex<Option<bool>>, Condvar)>,
}

impl Slow {
    fn new() -> Self {
        let trade = Trade::start();
        let (asked, goes) = (Arc::new(AtomicBool::default()), Arc::new((Mutex::new(None::<bool>), Condvar::new())));
        let (sees, told) = (Arc::clone(&asked), Arc::clone(&goes));
        let look: Arc<Look> = Arc::new(move |when, request: &Request| {
            if when != When::Before || request.method != Method::Post || !request.url.contains("/external/api/") {
                return true;
            }
            sees.store(true, Ordering::SeqCst);
            let (told, news) = &*told;
            let mut said = news.wait_while(told.lock().unwrap(), |said| said.is_none()).unwrap();
            // A refusal is for the one call that waits; what is let through is, from then on.
            said.take_if(|goes| !*goes).unwrap_or(true)
        });
        let between = GoBetween::new(&trade, &look);
        Self { trade, between, asked, goes }
    }

    fn drains_within(&self, text: &str) {
        let settings = self.trade.rules.join("settings.yaml");
        let rules = std::fs::read_to_string(&settings).unwrap();
        assert!(rules.contains("    within: 20s"), "the shipped setting");
        std::fs::write(&settings, rules.replace("    within: 20s", &format!("    within: {text}"))).unwrap();
    }

    fn start(&self) -> Process {
        let mut command = self.trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "200ms"]);
        Process::start(command.envs(self.between.environment.iter().cloned()), "listening")
    }

    /// The service stops while the order is being created.
    fn stopped_midway(&self) -> Process {
        let service = self.start();
        self.trade.people(&self.trade.leaflink, "submit", &json!({ "count": 1 }));
        until("the order is being created", || self.asked.load(Ordering::SeqCst));
        service.signal("TERM");
        service
    }

    fn answers(&self, goes: bool) {
        let (told, news) = &*self.goes;
        *told.lock().unwrap() = Some(goes);
        news.notify_all();
    }

    /// The call that waits breaks off.
    fn refuses(&self) {
        self.answers(false);
        until("the call that waited has broken off", || self.goes.0.lock().unwrap().is_none());
    }

    fn kept(&self) -> (Counts, usize) {
        let url = format!("sqlite:{}", self.trade.folder.0.join("petiole.db").display());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let store = open::open_reader(&url).await.unwrap();
            (store.counts().await.unwrap(), store.open_intents(None).await.unwrap().len())
        })
    }
}

impl Drop for Slow {
    /// Nobody waits any more, also where the test has failed.
    fn drop(&mut self) {
        self.answers(true);
    }
}

fn ended(service: &mut Process) -> ExitStatus {
    let mut status = None;
    until("the service has ended", || {
        status = service.child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

#[test]
fn what_is_not_done_in_time_is_there_at_the_next_start() {
    let slow = Slow::new();
    slow.drains_within("200ms");
    let mut service = slow.stopped_midway();
    // The peer has not answered, and never does.
    assert_eq!(ended(&mut service).code(), Some(0));
    let (counts, open) = slow.kept();
    assert_eq!((counts.in_flight, open), (0, 1), "it is given back, and the call is not forgotten: {counts:?}");
    assert!(counts.pending >= 1, "{counts:?}");
    slow.refuses();
    assert!(slow.trade.orders().is_empty());

    slow.answers(true);
    let service = slow.start();
    until("the order has crossed", || slow.trade.orders().len() == 1 && at_rest(&service.url));
    slow.trade.assert_exactly_once();
}

#[test]
fn what_ends_in_time_is_settled_before_the_service_ends() {
    let slow = Slow::new();
    let mut service = slow.stopped_midway();
    assert!(service.child.try_wait().unwrap().is_none(), "it waits for what is under way");
    slow.answers(true);
    assert_eq!(ended(&mut service).code(), Some(0));
    assert_eq!(slow.trade.orders().len(), 1);
    let (counts, open) = slow.kept();
    assert_eq!((counts.in_flight, open), (0, 0), "{counts:?}");
    assert!(counts.links >= 1, "{counts:?}");
}
