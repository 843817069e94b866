//! The real binary, killed at every call of one order's life, goes on to exactly one order.
//!
//! Both simulators are met through a go-between that counts calls and ends the service by SIGKILL
//! at the n-th: before the call is passed on, or once it was done and before the answer is. What
//! stands in the end is compared with a life that nobody broke off.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http;
use petiole::simulator;
use petiole::world::{HttpTransport, Method, Request, Transport};
use serde_json::{Value as Json, json};

use crate::support::{Process, Trade, at_rest, get, until};

/// The largest body that passes through, in bytes.
const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Before,
    After,
}

/// Which call is the last one, and whose.
struct Fate {
    at: u64,
    when: When,
    calls: AtomicU64,
    service: Mutex<Option<Process>>,
}

impl Fate {
    /// Counts a call; the number of this one.
    fn call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn strikes(&self, call: u64, when: When) -> bool {
        if call != self.at || when != self.when {
            return false;
        }
        // Dropping a process kills it and waits for its end.
        drop(self.service().take());
        true
    }

    fn service(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alive(&self) -> bool {
        self.service().is_some()
    }
}

#[derive(Clone)]
struct Between {
    fate: Arc<Fate>,
    origin: String,
    transport: Arc<HttpTransport>,
}

async fn pass(State(between): State<Between>, request: http::Request<Body>) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let call = between.fate.call();
    let dead = || http::Response::builder().status(500).body(Body::empty()).unwrap();
    if between.fate.strikes(call, When::Before) {
        return dead();
    }
    // What belongs to one connection is not passed on.
    let own = ["host", "content-length", "connection", "accept-encoding", "transfer-encoding"];
    let headers = parts
        .headers
        .iter()
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let request = Request {
        method: Method::parse(parts.method.as_str()).unwrap(),
        url: format!("{}{}", between.origin, parts.uri),
        headers,
        body: to_bytes(body, BODY_BYTES_MAX).await.unwrap().into(),
        timeout: std::time::Duration::from_secs(30),
    };
    let answer = between.transport.send(request).await.unwrap();
    if between.fate.strikes(call, When::After) {
        return dead();
    }
    let mut passed = http::Response::builder().status(answer.status);
    for (name, value) in answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
        passed = passed.header(name, value);
    }
    passed.body(Body::from(answer.body)).unwrap()
}

/// Passes calls on to a simulator until the test's runtime ends.
async fn between(fate: &Arc<Fate>, origin: &str) -> String {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.unwrap();
    let address = listener.local_addr().unwrap();
    let transport = Arc::new(HttpTransport::new().unwrap());
    let state = Between { fate: Arc::clone(fate), origin: origin.to_owned(), transport };
    let app = Router::new().fallback(pass).with_state(state);
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
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
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let trade = Trade::start();
    trade.people(&trade.leaflink, "submit", &json!({ "count": 1 }));
    let fate = Arc::new(Fate { at, when, calls: AtomicU64::new(0), service: Mutex::new(None) });
    let bases = [("flourish", &trade.flourish), ("leaflink", &trade.leaflink)].map(|(name, side)| {
        let origin = runtime.block_on(between(&fate, &side.url));
        (format!("{}_BASE_URL", name.to_uppercase()), format!("{origin}{}", simulator::base_path(name)))
    });
    let start = || {
        let mut command = trade.command(&["run", "--listen", "127.0.0.1:0", "--poll-interval", "60s", "--no-watch"]);
        command.envs(bases.iter().cloned());
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
