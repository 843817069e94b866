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

use super::chronicle::What;
use super::disk::Weather;
use super::line::{Line, lock};
use super::options::Fault;
use super::peers::Peers;
use super::places::{Places, Whose};
use super::trace::Trace;
use super::watch::{Since, Watches};
use crate::language::plan::Plan;
use crate::simulator::{Mood, Webhook, Whim};
use crate::world::{Clock, Method, Random as _, Request, Response, Transport, TransportError};

/// How long one way takes.
const WAY: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(300));

/// How long after its caller gave up a peer may still do what it was asked: less than systems have to settle.
const STILL_DONE: Duration = Duration::from_secs(6);

/// How long a peer is away.
const AWAY: (Duration, Duration) = (Duration::from_secs(20), Duration::from_hours(2));

/// How long a record is not shown at most.
const ABSENT: Duration = Duration::from_secs(5);

/// What changed so short a time ago a list may not show: any of it, and where some of it is shown. Less than systems
/// have to settle.
const LATELY: SignedDuration = SignedDuration::from_secs(4);
const LATELY_UNEVEN: SignedDuration = SignedDuration::from_secs(8);

/// One of so many reads finds the record that nobody can read any more.
const TURNS_BAD: u64 = 200;

/// How many of the last requests are the talk of the day.
const TALK: usize = 6;

/// What is wrong for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sick {
    /// An account's peer is away.
    Dead(String),
    /// An account's peer sends no webhooks.
    Dumb(String),
    /// One record is to be unreadable.
    Poison,
    /// This record of an account is, by its address.
    Poisoned(String, String),
}

/// Hears of webhooks that a peer sends, by account.
pub(super) type Post = Box<dyn Fn(&str, Vec<Webhook>) + Send + Sync>;

/// The way to the peers.
pub(super) struct Network {
    pub(super) peers: Peers,
    /// Where they are.
    places: Places,
    pub(super) line: Arc<Line>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) weather: Arc<Weather>,
    pub(super) trace: Arc<Trace>,
    pub(super) post: OnceLock<Post>,
    pub(super) watches: Watches,
    talk: Mutex<VecDeque<String>>,
    away: Mutex<BTreeMap<String, Timestamp>>,
    /// Addresses where a record was not shown once, and until when.
    absent: Mutex<BTreeMap<(String, String), Timestamp>>,
    /// What is wrong until it is mended.
    pub(super) sick: Mutex<Option<Sick>>,
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
    pub(super) watches: Watches,
}

impl Network {
    pub(super) fn new(peers: Peers, places: Places, ground: Ground) -> Arc<Self> {
        let Ground { line, clock, weather, trace, watches } = ground;
        let network = Arc::new(Self {
            peers,
            places,
            line,
            clock,
            weather,
            trace,
            post: OnceLock::new(),
            watches,
            talk: Mutex::default(),
            away: Mutex::default(),
            absent: Mutex::default(),
            sick: Mutex::default(),
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

    /// These rules come to serve.
    pub(super) fn serves(&self, plan: &Plan) {
        self.watches.serves(plan, self.clock.now());
    }

    /// Since when the process goes on without any trouble of its own.
    pub(super) fn since(&self) -> Since {
        (self.line.life(), self.weather.troubles.load(Ordering::SeqCst))
    }

    /// The last call that changed something.
    pub(super) fn last_write(&self) -> String {
        lock(&self.last_write).clone()
    }

    /// What somebody at an account's system thinks of, and does. False: nothing.
    pub(super) fn people(&self, account: &str) -> bool {
        let Some(side) = self.peers.sides.get(account) else { return false };
        let talk: Vec<String> = lock(&self.talk).iter().cloned().collect();
        let mood = Mood { chance: &self.weather.chance, talk: &talk };
        let Some(Whim { act, body }) = lock(&side.peer).whim(&mood) else { return false };
        let (status, answer) = self.act(account, (Method::Post, &act), &body);
        self.trace.note(&format!("people at {account}: {act} {body} -> {status} {answer}"));
        self.watches.people(&self.peers);
        self.weather.chronicle.note(What::Acted);
        status == 200
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
        let Some(outcome) = self.peers.handle(account, request) else { return plain(404, Vec::new()) };
        let is_dumb = *lock(&self.sick) == Some(Sick::Dumb(account.to_owned()));
        if let Some(post) = self.post.get().filter(|_| !outcome.webhooks.is_empty() && !is_dumb) {
            post(account, outcome.webhooks);
        }
        outcome.response
    }

    /// A request of the process reaches a peer.
    fn reaches(&self, account: &str, request: &Request) -> Response {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let writes = request.method != Method::Get;
        if writes {
            self.watches.before(&self.peers, (account, request));
        }
        let before = self.weather.chronicle.listens().then(|| self.peers.state(account));
        let answer = self.asked(account, request);
        // What a peer refuses changes nothing there.
        if writes && (200..300).contains(&answer.status) {
            self.watches.after(&self.peers, (account, request), self.since());
            self.writes.fetch_add(1, Ordering::SeqCst);
            if let Some(before) = before {
                self.weather.chronicle.wrote((account, request), before != self.peers.state(account));
            }
            *lock(&self.last_write) = format!("{account} {} {}", request.method, request.url);
        }
        let said = String::from_utf8_lossy(&request.body);
        self.trace.sent(&format!("{account} {} {} {said} -> {}", request.method, request.url, answer.status));
        answer
    }

    fn strikes(&self, fault: Fault) -> bool {
        self.weather.strikes(fault)
    }

    async fn way(&self) {
        self.clock.sleep(self.weather.chance.length(WAY.0, WAY.1)).await;
    }

    fn is_away(&self, account: &str) -> bool {
        if *lock(&self.sick) == Some(Sick::Dead(account.to_owned())) {
            return true;
        }
        let now = self.clock.now();
        lock(&self.away).get(account).is_some_and(|until| *until > now) && self.weather.is_stormy()
    }

    /// Whether a read finds nothing where there is something: at each address for one moment, which is shorter than any
    /// system takes to settle.
    fn is_absent(&self, account: &str, request: &Request) -> bool {
        let (path, now) = (request.url.split('?').next().unwrap_or_default(), self.clock.now());
        if !is_of_record(request) {
            return false;
        }
        let place = (account.to_owned(), path.to_owned());
        if let Some(until) = lock(&self.absent).get(&place) {
            return now < *until;
        }
        if !self.strikes(Fault::Absent) {
            return false;
        }
        let moment = SignedDuration::try_from(self.weather.chance.length(Duration::ZERO, ABSENT)).unwrap_or_default();
        lock(&self.absent).insert(place, now.saturating_add(moment).unwrap_or(Timestamp::MAX));
        self.trace.note(&format!("{account} does not show {path} for {moment:#}"));
        true
    }

    /// Whether a record is read that nobody can read.
    fn is_poisoned(&self, account: &str, request: &Request) -> bool {
        let path = request.url.split('?').next().unwrap_or_default();
        let mut sick = lock(&self.sick);
        if *sick == Some(Sick::Poison) && is_of_record(request) && self.weather.chance.once_in(TURNS_BAD) {
            self.trace.note(&format!("{account} {path} cannot be read any more"));
            *sick = Some(Sick::Poisoned(account.to_owned(), path.to_owned()));
        }
        request.method == Method::Get && *sick == Some(Sick::Poisoned(account.to_owned(), path.to_owned()))
    }

    /// An answer of a list without what changed a moment ago, where it is asked for what changed since an instant,
    /// which is written with colons: a search for one value shows a record as it is, or as it was.
    fn as_it_was(&self, request: &Request, answer: Response) -> Response {
        let is_list = request.method == Method::Get && !is_of_record(request) && request.url.contains("%3A");
        if !is_list || answer.status != 200 || !self.strikes(Fault::ListLate) {
            return answer;
        }
        let Ok(mut body) = serde_json::from_slice::<Json>(&answer.body) else { return answer };
        let rows = match &mut body {
            Json::Array(rows) => Some(rows),
            Json::Object(fields) => fields.values_mut().find_map(Json::as_array_mut),
            _ => None,
        };
        let is_uneven = self.weather.options.is_uneven();
        let lately = if is_uneven { LATELY_UNEVEN } else { LATELY };
        let since = self.clock.now().checked_sub(lately).unwrap_or(Timestamp::MIN);
        let is_old = |row: &Json| !row.as_object().into_iter().flatten().any(|(_, value)| is_after(value, since));
        let Some(rows) = rows.filter(|rows| !rows.iter().all(is_old)) else { return answer };
        rows.retain(|row| is_old(row) || is_uneven && self.weather.chance.once_in(2));
        Response { body: body.to_string().into_bytes(), ..answer }
    }

    /// A peer goes away for a while.
    pub(super) fn leaves(&self) {
        let accounts: Vec<&String> = self.peers.sides.keys().collect();
        let Some(account) = self.weather.chance.one_of(&accounts) else { return };
        let length = SignedDuration::try_from(self.weather.chance.length(AWAY.0, AWAY.1)).unwrap_or_default();
        self.trace.note(&format!("{account} is away for {length:#}"));
        let until = self.clock.now().saturating_add(length).unwrap_or(Timestamp::MAX);
        self.weather.chronicle.note(What::Away((*account).clone(), until));
        lock(&self.away).insert((*account).clone(), until);
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
                own.watches.unheard();
                own.reaches(&account, &request);
            });
        }
        Err(TransportError::Interrupted("the time is over".to_owned()))
    }

    /// What becomes of a request on its way there and back.
    async fn carried(&self, account: &str, request: Request) -> Result<Response, TransportError> {
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
        if self.is_absent(account, &request) {
            return Ok(plain(404, b"{\"detail\":\"Not found.\"}".to_vec()));
        }
        if self.is_poisoned(account, &request) {
            return Ok(plain(500, b"{\"detail\":\"Server error.\"}".to_vec()));
        }
        if !is_of_record(&request) && request.method == Method::Get && self.strikes(Fault::PageShift) {
            self.people(account);
        }
        let answer = self.reaches(account, &request);
        let answer = self.as_it_was(&request, answer);
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

    fn throttled(&self) -> Response {
        let mut answer = plain(429, b"{\"detail\":\"Request was throttled.\"}".to_vec());
        let seconds = 1 + self.weather.chance.below(40);
        match self.weather.chance.below(3) {
            0 => answer.headers.push(("retry-after".to_owned(), seconds.to_string())),
            1 => {
                let at = self.clock.now().saturating_add(SignedDuration::from_secs(38)).unwrap_or(Timestamp::MAX);
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
        let (account, path) = match self.places.whose(&request) {
            Whose::Account(account, path) => (account, path),
            Whose::Nobody => return Ok(plain(403, b"{\"detail\":\"Invalid token.\"}".to_vec())),
            // Notices to people go somewhere else.
            Whose::Elsewhere => return Ok(plain(200, Vec::new())),
        };
        let request = Request { url: path, ..request };
        {
            let mut talk = lock(&self.talk);
            talk.truncate(TALK - 1);
            talk.push_front(request.url.clone());
        }
        let under_way = self.watches.sets_out(account, (self.clock.now(), self.line.life()));
        let carried = self.carried(account, request.clone());
        let is_good = |answer: &Response| answer.status < 500 && answer.status != 429;
        let answer = self.weather.chronicle.carrying((account, &request), carried, is_good).await;
        drop(under_way);
        let now = self.clock.now();
        answer.iter().for_each(|answer| self.watches.comes_back((account, &request), answer, now));
        answer
    }
}

/// Whether one record is read, by its own address.
fn is_of_record(request: &Request) -> bool {
    let path = request.url.split('?').next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next();
    request.method == Method::Get && last.is_some_and(|name| name.contains(char::is_numeric))
}

/// Whether a value is an instant after another one.
fn is_after(value: &Json, since: Timestamp) -> bool {
    value.as_str().and_then(|text| text.parse::<Timestamp>().ok()).is_some_and(|at| at > since)
}

fn plain(status: u16, body: Vec<u8>) -> Response {
    Response { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
}

fn bad_gateway() -> Response {
    plain(502, json!({ "message": "bad gateway" }).to_string().into_bytes())
}
