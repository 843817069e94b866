//! A record that rules need beside a pair, such as a term of payment, is made like any other: not by a look, once
//! whatever is lost, never for who only observes, and not while a sweep counts.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use petiole::world::{Method, Request};
use serde_json::{Value as Json, json};

use crate::recovery::{Stage, Stumble};
use crate::support::{Change, GoBetween, Look, Process, Trade, When, at_rest, get, seen, send_async, until};

/// What makes a term.
const MAKES: &str = "/order-payment-terms";

/// A term that Flourish does not have at first.
const TERM: &str = "Net 60";

fn makings(log: &Json) -> usize {
    let is_making = |call: &&Json| call["method"] == "POST" && call["path"].as_str().unwrap().ends_with(MAKES);
    log["log"].as_array().unwrap().iter().filter(is_making).count()
}

fn made(trade: &Trade) -> usize {
    makings(&get(&format!("{}/_control/requests", trade.flourish.url)))
}

fn submit(trade: &Trade, count: usize) {
    trade.people(&trade.leaflink, "submit", &json!({ "count": count, "payment_term": TERM }));
}

fn sync(trade: &Trade, arguments: &[&str]) -> (i32, Json) {
    let done = trade.command(&["sync", "--format", "json"]).args(arguments).output().unwrap();
    let report = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{done:?}"));
    (done.status.code().unwrap(), report)
}

#[test]
fn who_only_observes_makes_none_and_is_told_what_would_be_made() {
    let trade = Trade::start();
    let settings = trade.rules.join("settings.yaml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("mode: live", "mode: observe")).unwrap();
    submit(&trade, 2);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((made(&trade), trade.orders().len()), (0, 0), "{code} {report:#}");
    let told = report.to_string();
    assert!(told.contains("flourish.payment_term/Net 60") && told.contains("flourish.outbound_order"), "{report:#}");
}

#[test]
fn a_sweep_that_counts_first_makes_none_until_it_is_confirmed() {
    let trade = Trade::start();
    submit(&trade, 60);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, made(&trade), trade.orders().len()), (3, 0, 0), "{report:#}");
    let would = report["braked"]["would_create"].as_array().unwrap();
    let count = |kind: &str| would.iter().find(|one| one["kind"] == kind).unwrap()["count"].clone();
    // One term is wanted by sixty orders, which is one record.
    assert_eq!((count("flourish.outbound_order"), count("flourish.payment_term")), (json!(60), json!(1)), "{would:#?}");
    let (code, report) = sync(&trade, &["--full", "--yes"]);
    assert_eq!((code, made(&trade), trade.orders().len()), (0, 1, 60), "{report:#}");
}

#[test]
fn a_sweep_that_may_make_none_counts_the_terms_too() {
    let trade = Trade::start();
    submit(&trade, 2);
    let (code, report) = sync(&trade, &["--full"]);
    assert_eq!((code, made(&trade), trade.orders().len()), (0, 1, 2), "held, counted and let go: {report:#}");
}

/// A service behind a go-between.
fn service(trade: &Trade, between: &GoBetween) -> Process {
    let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "300ms"]);
    Process::start(command.envs(between.environment.iter().cloned()), "listening")
}

/// An answer to a making is lost and the list shows it late: it is made once.
#[test]
fn what_was_made_unseen_is_looked_for_until_the_system_had_time_to_show_it() {
    let trade = Trade::start();
    let looks = Arc::new(AtomicU64::new(0));
    let posts = Arc::new(AtomicU64::new(0));
    let is_term = |request: &Request| request.url.contains(MAKES);
    let look: Arc<Look> = {
        let posts = Arc::clone(&posts);
        Arc::new(move |when, request: &Request| {
            let posted = is_term(request) && request.method == Method::Post && when == When::After;
            !(posted && posts.fetch_add(1, Ordering::SeqCst) == 0)
        })
    };
    // The first list after it was made does not show it yet.
    let change: Arc<Change> = {
        let (posts, looks) = (Arc::clone(&posts), Arc::clone(&looks));
        Arc::new(move |request, mut answer| {
            let made = posts.load(Ordering::SeqCst) > 0;
            if is_term(request) && request.method == Method::Get && made && looks.fetch_add(1, Ordering::SeqCst) < 2 {
                let mut body: Json = serde_json::from_slice(&answer.body).unwrap();
                without_term(&mut body);
                answer.body = body.to_string().into_bytes();
            }
            answer
        })
    };
    let between = GoBetween::changing(&trade, &look, &change);
    let service = service(&trade, &between);
    submit(&trade, 1);
    until("the order crossed", || trade.orders().first().is_some_and(|order| order["payment_term"] == TERM));
    until("nothing is left to do", || at_rest(&service.url));
    assert!(looks.load(Ordering::SeqCst) > 2, "it was looked for");
    assert_eq!(posts.load(Ordering::SeqCst), 1, "and made once");
}

fn without_term(body: &mut Json) {
    match body {
        Json::Array(rows) => {
            rows.retain(|row| row["order_payment_term"] != TERM);
            rows.iter_mut().for_each(without_term);
        }
        Json::Object(fields) => fields.values_mut().for_each(without_term),
        _ => {}
    }
}

/// Two orders want the same term while the list does not show it yet that was made for the first of them.
#[test]
fn a_list_that_lags_has_nothing_made_again() {
    let trade = Trade::start();
    let change: Arc<Change> = Arc::new(move |request, mut answer| {
        if request.url.contains(MAKES) && request.method == Method::Get {
            let mut body: Json = serde_json::from_slice(&answer.body).unwrap();
            without_term(&mut body);
            answer.body = body.to_string().into_bytes();
        }
        answer
    });
    // It never shows it here, and its system has a long time to.
    let path = trade.rules.join("systems/flourish.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("settle_after: 200ms", "settle_after: 10m")).unwrap();
    let pass: Arc<Look> = Arc::new(|_, _: &Request| true);
    let between = GoBetween::changing(&trade, &pass, &change);
    let _service = service(&trade, &between);
    submit(&trade, 1);
    until("the first crossed", || trade.orders().len() == 1);
    submit(&trade, 2);
    until("all crossed", || trade.orders().len() == 3);
    assert_eq!(made(&trade), 1);
}

/// A service that is killed once the term is made, before it hears of it.
#[test]
fn a_service_that_is_killed_over_it_makes_it_once() {
    let trade = Trade::start();
    let killed: Arc<Mutex<Option<Process>>> = Arc::default();
    let look: Arc<Look> = {
        let killed = Arc::clone(&killed);
        Arc::new(move |when, request: &Request| {
            if when == When::After && request.method == Method::Post && request.url.contains(MAKES) {
                assert!(seen(|| killed.lock().unwrap().is_some()));
                // Dropping a process kills it and waits for its end.
                drop(killed.lock().unwrap().take());
            }
            true
        })
    };
    let between = GoBetween::new(&trade, &look);
    submit(&trade, 1);
    *killed.lock().unwrap() = Some(service(&trade, &between));
    until("the service was killed", || made(&trade) == 1 && killed.lock().unwrap().is_none());
    let service = trade.run("300ms");
    until("the order crossed", || trade.orders().len() == 1 && at_rest(&service.url));
    assert_eq!(made(&trade), 1);
    assert_eq!(trade.orders()[0]["payment_term"], TERM);
}

/// Durable writes until the term is made and the order is under way.
const WRITES: u64 = 14;

/// One order with a term that is to be made, broken off at a durable write. Answers how many there are.
async fn one_life(at: u64, how: Stumble) -> u64 {
    let stage = Stage::set(petiole::simulator::Size::default()).await;
    let leaflink = stage.sides["leaflink"].origin();
    send_async(Method::Post, &format!("{leaflink}/_control/submit"), &json!({ "count": 1, "payment_term": TERM }))
        .await;
    let patience = std::time::Duration::from_secs(20);
    let writes = stage.goes_on(patience, (at, how)).await;
    stage.goes_on(patience, (u64::MAX, Stumble::Refused)).await;
    let orders = stage.state("flourish").await["orders"].clone();
    assert!(orders.as_array().unwrap().len() == 1 && orders[0]["payment_term"] == TERM, "{at} {how:?}: {orders}");
    let log = crate::support::get_async(&format!("{}/_control/requests", stage.sides["flourish"].origin())).await;
    assert_eq!(makings(&log), 1, "made once; stumbled at write {at}, {how:?}");
    let open = stage.store().await.open_intents(None).await.unwrap();
    assert!(open.is_empty(), "stumbled at write {at}, {how:?}: {open:?}");
    writes
}

#[test]
fn broken_off_at_every_write_it_is_made_once() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let writes = one_life(u64::MAX, Stumble::Refused).await;
        // It is made before the order is, so that a later end has nothing to do with it.
        for at in 1..=writes.min(WRITES) {
            one_life(at, Stumble::Unseen).await;
        }
    });
}
