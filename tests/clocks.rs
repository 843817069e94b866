//! Clocks that are wrong for a moment: the machine's own, and those of the systems.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use petiole::engine::Want;
use petiole::runtime::Runtime;
use petiole::runtime::service::dispatcher;
use petiole::runtime::service::{look::Look as Looking, look_around::look};
use petiole::simulator::Size;
use petiole::world::{Clock, Method, Request, Response, SystemClock};
use serde_json::{Value as Json, json};

use crate::recovery::Stage;
use crate::support::{Change, GoBetween, Look, Process, Trade, When, at_rest, get_async, patience, send_async, until};

/// The machine's clock, set as the test likes; what passes on the steady one as well.
#[derive(Default)]
struct SetClock {
    ahead: Mutex<SignedDuration>,
    passed: Mutex<SignedDuration>,
}

impl SetClock {
    fn set_ahead(&self, by: SignedDuration) {
        *self.ahead.lock().unwrap() += by;
    }

    fn pass(&self, time: SignedDuration) {
        *self.passed.lock().unwrap() += time;
        self.set_ahead(time);
    }
}

#[async_trait]
impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + *self.ahead.lock().unwrap()
    }

    fn steady(&self) -> Timestamp {
        SystemClock.steady() + *self.passed.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        SystemClock.sleep(duration).await;
    }
}

async fn stage(size: Size) -> (Stage, Arc<SetClock>, Arc<Runtime>) {
    let mut stage = Stage::set(size).await;
    let clock = Arc::new(SetClock::default());
    stage.world.clock = Arc::clone(&clock) as Arc<dyn Clock>;
    let runtime = stage.runtime(stage.store().await);
    (stage, clock, runtime)
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[test]
fn a_kept_listing_is_as_old_as_time_that_passed_whatever_the_clock_shows() {
    run(async {
        let (stage, clock, runtime) = stage(Size::default()).await;
        let live = runtime.live.load_full();
        let list = Want::List { account: "flourish".to_owned(), record: "facility".to_owned(), newest: false };
        let mut expected = 0;
        for (set, pass, reads) in [
            (SignedDuration::ZERO, 0, 1),
            (SignedDuration::ZERO, 0, 0),
            (DAY, 0, 0),
            (-DAY * 3, 0, 0),
            (SignedDuration::ZERO, 61, 1),
            (-DAY, 61, 1),
            (DAY * 400, 0, 0),
            (DAY, 61, 1),
        ] {
            clock.set_ahead(set);
            clock.pass(SignedDuration::from_secs(pass));
            runtime.answer(&live, &list, None).await.unwrap();
            expected += reads;
            let asked = get_async(&format!("{}/_control/requests", stage.sides["flourish"].origin())).await;
            let counts = asked["counts"].as_object().unwrap();
            let made: u64 = counts
                .iter()
                .filter(|(call, _)| call.contains("/facilities"))
                .filter_map(|(_, count)| count.as_u64())
                .sum();
            assert_eq!(made, expected, "set by {set}, {pass} s passed: {counts:?}");
        }
    });
}

#[test]
fn orders_cross_once_and_soon_while_the_clock_steps_back_and_forward() {
    run(async {
        let (stage, clock, runtime) = stage(Size::default()).await;
        let faults = format!("{}/_control/faults", stage.sides["flourish"].origin());
        let submit = format!("{}/_control/submit", stage.sides["leaflink"].origin());
        look(&runtime, Looking::Changes).await.unwrap();
        let working = tokio::spawn(dispatcher::dispatch(Arc::clone(&runtime)));
        // Every answer to a create is lost, so that a trace is looked for after each step.
        send_async(Method::Put, &faults, &json!({ "error_after_commit_every": 1 })).await;
        for (index, set) in [DAY, -DAY * 2, DAY * 40, -DAY * 41, DAY * 2].into_iter().enumerate() {
            send_async(Method::Post, &submit, &json!({ "count": 1 })).await;
            look(&runtime, Looking::Changes).await.unwrap();
            let began = Instant::now();
            while stage.state("flourish").await["orders"].as_array().unwrap().len() <= index {
                assert!(began.elapsed() < patience(), "the order does not cross after step {index}");
                tokio::task::yield_now().await;
            }
            clock.set_ahead(set);
            loop {
                look(&runtime, Looking::Changes).await.unwrap();
                let open = runtime.store.open_intents(None).await.unwrap().len();
                let counts = runtime.store.counts().await.unwrap();
                if open + usize::try_from(counts.pending + counts.in_flight).unwrap() == 0 {
                    break;
                }
                assert!(began.elapsed() < patience(), "no rest after step {index}: {counts:?}, {open} open");
                tokio::task::yield_now().await;
            }
        }
        runtime.stop();
        working.await.unwrap();
        let orders = stage.state("flourish").await["orders"].as_array().unwrap().clone();
        assert_eq!(orders.len(), 5, "each crossed once: {orders:#?}");
    });
}

/// The day of an instant in answers of a peer, three days later.
fn ahead(answer: Response, today: Timestamp) -> Response {
    let day = |at: Timestamp| at.strftime("%Y-%m-%d").to_string();
    let (own, later) = (day(today), day(today + DAY * 3));
    let body = String::from_utf8(answer.body).unwrap().replace(&own, &later).into_bytes();
    let date = (today + DAY * 3).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut headers: Vec<(String, String)> =
        answer.headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("date")).collect();
    headers.push(("Date".to_owned(), date));
    Response { status: answer.status, headers, body }
}

#[test]
fn a_create_whose_answer_was_lost_while_the_peers_clock_was_ahead_is_made_once() {
    let trade = Trade::start();
    let (is_ahead, loses) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(false)));
    let creates = Arc::new(AtomicUsize::new(0));
    let is_create = |request: &Request| request.method == Method::Post && request.url.ends_with("/outbound-orders");
    let (made, losing, right_again) = (Arc::clone(&creates), Arc::clone(&loses), Arc::clone(&is_ahead));
    let look: Arc<Look> = Arc::new(move |when, request: &Request| {
        if !is_create(request) || when == When::Before {
            return true;
        }
        made.fetch_add(1, Ordering::SeqCst);
        let lost = losing.swap(false, Ordering::SeqCst);
        if lost {
            // Its clock is set right before anybody looks for the trace.
            right_again.store(false, Ordering::SeqCst);
        }
        !lost
    });
    let wrong = Arc::clone(&is_ahead);
    let change: Arc<Change> = Arc::new(move |request: &Request, answer: Response| {
        let theirs = request.url.contains("/external/api/") && wrong.load(Ordering::SeqCst);
        if theirs { ahead(answer, Timestamp::now()) } else { answer }
    });
    let between = GoBetween::changing(&trade, &look, &change);
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "200ms"]);
    let service = Process::start(command.envs(between.environment.iter().cloned()), "listening");
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    until("the first crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    for round in 2..=4 {
        is_ahead.store(true, Ordering::SeqCst);
        loses.store(true, Ordering::SeqCst);
        trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
        until("it crossed", || trade.orders().len() >= round && !loses.load(Ordering::SeqCst) && at_rest(&service.url));
    }
    trade.assert_exactly_once();
    assert_eq!(creates.load(Ordering::SeqCst), 4);
}

#[test]
fn an_order_that_says_it_was_made_in_time_to_come_is_adopted_where_it_crossed_already() {
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 2 }));
    let sync = |arguments: &[&str]| {
        let done = trade.command(&[&["sync"], arguments].concat()).output().unwrap();
        let told = [done.stdout, done.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        (done.status.code(), told)
    };
    let (code, told) = sync(&["--full", "--yes"]);
    assert_eq!((code, trade.orders().len()), (Some(0), 2), "{told}");
    let numbers: Vec<Json> = trade.orders().iter().map(|order| order["original_order_id"].clone()).collect();
    for name in ["petiole.db", "petiole.db-wal", "petiole.db-shm"] {
        let _ = std::fs::remove_file(trade.folder.0.join(name));
    }
    let later = json!([{ "url": "/orders-received/", "find": "\"created_on\":\"20", "with": "\"created_on\":\"21" }]);
    trade.faults(&trade.leaflink, &json!({ "rewrite": later }));
    for number in numbers {
        let (_, told) = sync(&["--only", &format!("leaflink.order/{}", number.as_str().unwrap())]);
        assert_eq!(trade.orders().len(), 2, "it is adopted and not made again: {told}");
    }
}
