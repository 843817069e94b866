//! The way between the process and its peers, which are called in place: what becomes of each request, and of each
//! webhook that a peer sends.
//!
//! Knows no system and no rule. Whoever makes the webhooks' way to the process is told of them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::disk::Weather;
use super::line::{Line, lock};
use super::options::Fault;
use super::trace::Trace;
use crate::simulator::{Mood, Simulator, Webhook, Whim};
use crate::world::{Clock, Method, Random as _, Request, Response, Transport, TransportError};

/// How long one way takes.
const WAY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(300));

/// How long after its caller gave up a peer may still do what it was asked: less than systems have to settle.
const STILL_DONE: Duration = Duration::from_secs(6);

/// How long a peer is away.
const AWAY: (Duration, Duration) = (Duration::from_secs(20), Duration::from_hours(2));

/// How many of the last requests are the talk of the day.
const TALK: usize = 6;

/// A peer, by its account.
pub(super) struct Side {
    /// The name of its system.
    pub(super) system: String,
    pub(super) peer: Mutex<Box<dyn Simulator>>,
}

/// Hears of webhooks that a peer sends, by account.
pub(super) type Post = Box<dyn Fn(&str, Vec<Webhook>) + Send + Sync>;

/// Looks at each write right before a peer is asked to do it, and, without one, after each act of people.
pub(super) type Watch = Box<dyn Fn(&Network, Option<&Request>) + Send + Sync>;

/// The way to the peers.
pub(super) struct Network {
    pub(super) sides: BTreeMap<String, Side>,
    /// Where each account's peer is: the beginning of its addresses.
    pub(super) places: BTreeMap<String, String>,
    pub(super) line: Arc<Line>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) weather: Arc<Weather>,
    pub(super) trace: Arc<Trace>,
    pub(super) post: OnceLock<Post>,
    pub(super) watch: OnceLock<Watch>,
    talk: Mutex<VecDeque<String>>,
    away: Mutex<BTreeMap<String, Timestamp>>,
    calls: AtomicU64,
    writes: AtomicU64,
    last_write: Mutex<String>,
    own: OnceLock<std::sync::Weak<Network>>,
}

/// What the network stands on.
pub(super) struct Ground {
    pub(super) line: Arc<Line>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) weather: Arc<Weather>,
    pub(super) trace: Arc<Trace>,
}

impl Network {
    pub(super) fn new(sides: BTreeMap<String, Side>, places: BTreeMap<String, String>, ground: Ground) -> Arc<Self> {
        let Ground { line, clock, weather, trace } = ground;
        let network = Arc::new(Self {
            sides,
            places,
            line,
            clock,
            weather,
            trace,
            post: OnceLock::new(),
            watch: OnceLock::new(),
            talk: Mutex::default(),
            away: Mutex::default(),
            calls: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            last_write: Mutex::default(),
            own: OnceLock::new(),
        });
        let _ = network.own.set(Arc::downgrade(&network));
        network
    }

    /// Calls that reached a peer, and those among them that changed something there.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.calls.load(Ordering::SeqCst), self.writes.load(Ordering::SeqCst))
    }

    /// The last call that changed something.
    pub(super) fn last_write(&self) -> String {
        lock(&self.last_write).clone()
    }

    /// What somebody at an account's system thinks of, and does. False: nothing.
    pub(super) fn people(&self, account: &str) -> bool {
        let Some(side) = self.sides.get(account) else { return false };
        let talk: Vec<String> = lock(&self.talk).iter().cloned().collect();
        let mood = Mood { chance: &self.weather.chance, talk: &talk };
        let Some(Whim { act, body }) = lock(&side.peer).whim(&mood) else { return false };
        let (status, answer) = self.act(account, (Method::Post, &act), &body);
        self.trace.note(&format!("people at {account}: {act} {body} -> {status} {answer}"));
        self.watch.get().iter().for_each(|watch| watch(self, None));
        status == 200
    }

    /// All that a system holds, as people see it.
    pub(super) fn state(&self, account: &str) -> Json {
        self.act(account, (Method::Get, "state"), &Json::Null).1
    }

    /// What both systems hold, where there are two that trade with each other, by the order of their names.
    pub(super) fn both(&self) -> Option<(Json, Json)> {
        let mut accounts: Vec<(&String, &String)> =
            self.sides.iter().map(|(account, side)| (&side.system, account)).collect();
        accounts.sort();
        match accounts.as_slice() {
            [(_, first), (_, second)] => Some((self.state(first), self.state(second))),
            _ => None,
        }
    }

    fn act(&self, account: &str, (method, act): (Method, &str), body: &Json) -> (u16, Json) {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let url = format!("/_control/{act}");
        let request = Request { method, url, headers: Vec::new(), body, timeout: Duration::MAX };
        let answer = self.asked(account, &request);
        (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// A peer's own answer; its webhooks are on their way with it.
    fn asked(&self, account: &str, request: &Request) -> Response {
        let Some(side) = self.sides.get(account) else { return plain(404, Vec::new()) };
        let outcome = lock(&side.peer).handle(self.clock.now(), request);
        if let Some(post) = self.post.get().filter(|_| !outcome.webhooks.is_empty()) {
            post(account, outcome.webhooks);
        }
        outcome.response
    }

    /// A request of the process reaches a peer.
    fn reaches(&self, account: &str, request: &Request) -> Response {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let writes = request.method != Method::Get;
        if let Some(watch) = self.watch.get().filter(|_| writes) {
            watch(self, Some(request));
        }
        let answer = self.asked(account, request);
        // What a peer refuses changes nothing there.
        if writes && (200..300).contains(&answer.status) {
            self.writes.fetch_add(1, Ordering::SeqCst);
            *lock(&self.last_write) = format!("{account} {} {}", request.method, request.url);
        }
        let said = String::from_utf8_lossy(&request.body);
        self.trace.note(&format!("{account} {} {} {said} -> {}", request.method, request.url, answer.status));
        answer
    }

    fn strikes(&self, fault: Fault) -> bool {
        self.weather.strikes(fault)
    }

    async fn way(&self) {
        self.clock.sleep(self.weather.chance.length(WAY.0, WAY.1)).await;
    }

    fn is_away(&self, account: &str) -> bool {
        let now = self.clock.now();
        lock(&self.away).get(account).is_some_and(|until| *until > now) && self.weather.is_stormy()
    }

    /// A peer goes away for a while.
    pub(super) fn leaves(&self) {
        let accounts: Vec<&String> = self.sides.keys().collect();
        let Some(account) = self.weather.chance.one_of(&accounts) else { return };
        let length = SignedDuration::try_from(self.weather.chance.length(AWAY.0, AWAY.1)).unwrap_or_default();
        self.trace.note(&format!("{account} is away for {length:#}"));
        lock(&self.away).insert((*account).clone(), self.clock.now().saturating_add(length).unwrap_or(Timestamp::MAX));
    }

    /// A request that takes longer than its caller waits: the peer may do it all the same, a little later.
    async fn late(&self, account: &str, request: Request) -> Result<Response, TransportError> {
        let later = self.weather.chance.length(Duration::ZERO, request.timeout.saturating_mul(2));
        if later < request.timeout {
            self.clock.sleep(later).await;
            return Ok(self.reaches(account, &request));
        }
        self.clock.sleep(request.timeout).await;
        if let (true, Some(own)) = (self.weather.chance.once_in(2), self.own.get().and_then(std::sync::Weak::upgrade)) {
            let (account, after) = (account.to_owned(), self.weather.chance.length(Duration::ZERO, STILL_DONE));
            self.line.around(async move {
                own.clock.sleep(after).await;
                own.reaches(&account, &request);
            });
        }
        Err(TransportError::Interrupted("the time is over".to_owned()))
    }

    fn throttled(&self) -> Response {
        let mut answer = plain(429, b"{\"detail\":\"Request was throttled.\"}".to_vec());
        let seconds = 1 + self.weather.chance.below(40);
        match self.weather.chance.below(3) {
            0 => answer.headers.push(("retry-after".to_owned(), seconds.to_string())),
            1 => {
                let at = self.clock.now().saturating_add(SignedDuration::from_secs(40)).unwrap_or(Timestamp::MAX);
                answer.headers.push(("retry-after".to_owned(), at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()));
            }
            _ => {}
        }
        answer
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let place = self.places.iter().find(|(begin, _)| request.url.starts_with(begin.as_str()));
        let Some((begin, account)) = place else {
            // Notices to people go somewhere else.
            return Ok(plain(200, Vec::new()));
        };
        let path = request.url.get(begin.len()..).unwrap_or_default().to_owned();
        let request = Request { url: path, ..request };
        {
            let mut talk = lock(&self.talk);
            talk.truncate(TALK - 1);
            talk.push_front(request.url.clone());
        }
        self.way().await;
        if self.is_away(account) || self.strikes(Fault::Unreachable) {
            return Err(TransportError::Unreachable("connection refused".to_owned()));
        }
        if self.strikes(Fault::LostBefore) {
            return Err(TransportError::Interrupted("connection reset".to_owned()));
        }
        if self.strikes(Fault::FailedBefore) {
            return Ok(bad_gateway());
        }
        if self.strikes(Fault::Throttled) {
            return Ok(self.throttled());
        }
        if self.strikes(Fault::Late) {
            return self.late(account, request).await;
        }
        let answer = self.reaches(account, &request);
        self.way().await;
        if self.strikes(Fault::LostAfter) {
            return Err(TransportError::Interrupted("connection reset".to_owned()));
        }
        if self.strikes(Fault::BrokenOff) {
            return Err(TransportError::BrokenOff("unexpected end".to_owned()));
        }
        if self.strikes(Fault::FailedAfter) {
            return Ok(bad_gateway());
        }
        Ok(answer)
    }
}

fn plain(status: u16, body: Vec<u8>) -> Response {
    Response { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
}

fn bad_gateway() -> Response {
    plain(502, json!({ "message": "bad gateway" }).to_string().into_bytes())
}
