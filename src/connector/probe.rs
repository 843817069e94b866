//! Looks at an account for people: one small page of a list, one record by its key, and how the peer answered.
//!
//! What it sends goes through a transport of its own that takes nothing but GET, within the account's budget and
//! breaker. Keeps what is to be told of each answer, and of no answer its body.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::answer_body::name_of;
use super::around::Around;
use super::connector::{Connector, Listing};
use super::failure::{Failure, MESSAGE_CHARS_MAX, Purpose, bounded, no_call};
use super::reader;
use super::rehearsal::Rehearsal;
use super::row::Row;
use crate::language::plan::{Call, RecordType};
use crate::world::{Clock, Method, Request, Response, Transport, TransportError};

/// Headers in which a peer says what it allows.
const ALLOWANCES: [&str; 4] = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"];

/// An account that is only looked at.
pub struct Probe {
    peer: Connector,
    reads: Arc<Reads>,
}

/// The first page of a list.
#[derive(Debug)]
pub struct FirstPage {
    /// Its rows.
    pub rows: Vec<Row>,
    /// How many there are on all pages, where the peer says it.
    pub count: Option<usize>,
}

/// How one call went.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// How long it took.
    pub took: Duration,
    /// What came back, or why nothing did.
    pub answer: Result<Answered, TransportError>,
}

/// What is to be told of an answer.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// Whether it is a web page.
    pub is_web_page: bool,
    /// How far the peer's clock is ahead of ours, give or take a second and the time that the call took.
    pub ahead: Option<SignedDuration>,
    /// What it says of its budget: headers and values.
    pub allowance: Vec<(&'static str, String)>,
    /// Where it sends us instead.
    pub location: Option<String>,
}

impl Exchange {
    /// Whether what came back is a web page.
    pub fn is_web_page(&self) -> bool {
        self.answer.as_ref().is_ok_and(|answer| answer.is_web_page)
    }

    /// What came back, if anything did.
    pub fn answered(&self) -> Option<&Answered> {
        self.answer.as_ref().ok()
    }
}

impl Probe {
    /// An account, of which nothing is written.
    pub fn of(peer: &Connector) -> Self {
        let mut own = peer.renewed(Arc::clone(&peer.system), peer.account.clone());
        let (inner, clock) = (Arc::clone(&peer.transport), Arc::clone(&peer.clock));
        let reads = Arc::new(Reads { inner, clock, seen: Mutex::default() });
        own.transport = Arc::<Reads>::clone(&reads);
        own.rehearsal = Some(Arc::new(Rehearsal::new(Arc::clone(&peer.clock))));
        Self { peer: own, reads }
    }

    /// The call by which a kind is listed: all of it, else what changed.
    pub fn listing(record: &RecordType) -> Option<&Call> {
        record.list.as_ref().or(record.changed.as_ref())
    }

    /// The first page of a kind's list, with as few rows as its system file lets a page have. Where the list is asked
    /// for once for each value of a setting, that of the first value.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Unsupported`] where nothing was sent.
    pub async fn first_page(&self, record: &RecordType) -> Result<FirstPage, Failure> {
        let peer = &self.peer;
        let call = Self::listing(record).ok_or_else(|| no_call(record, "list"))?;
        reads(call)?;
        let values = call.each.as_ref().map(|each| (each, peer.account.lists.get(&each.setting)));
        let each = match values {
            None => None,
            Some((each, values)) => Some((each.name.as_str(), first_of(&each.setting, values)?)),
        };
        let changed = || Listing::ChangedSince(peer.peer_now());
        let listing = record.list.as_ref().map_or_else(changed, |_| Listing::All);
        let mut pager = peer.pages_for(record, &listing, each)?;
        pager.take_one_row();
        let paging = Arc::clone(&pager.paging);
        let Some(request) = pager.request()? else { return Ok(FirstPage { rows: Vec::new(), count: None }) };
        let (shape, nulls) = (peer.shape(record), peer.transport.peers_are_whole());
        let read = |answer: &Response| {
            let page = reader::page((&shape, &paging.rows), &answer.body, nulls)?;
            Ok(page.map(|page| (page, answer.headers.clone())))
        };
        let place = name_of(call);
        let Some((page, headers)) = peer.exchange(request, (Purpose::List, &place), read).await? else {
            return Ok(FirstPage { rows: Vec::new(), count: Some(0) });
        };
        let listed = page.listed(&paging).map_err(|why| Failure::unusable(format!("{place}: {why}"), None, false));
        let (rows, body) = listed?;
        let around = Around { body, headers };
        let count = paging.count.as_ref().and_then(|place| around.number(place));
        Ok(FirstPage { rows, count: count.and_then(|count| usize::try_from(count).ok()) })
    }

    /// The record of this key; `None` where it is not there.
    ///
    /// # Errors
    /// Any [`Failure`]; [`Failure::Unsupported`] where nothing was sent.
    pub async fn one(&self, record: &RecordType, key: &str) -> Result<Option<Row>, Failure> {
        reads(record.read.as_ref().ok_or_else(|| no_call(record, "read"))?)?;
        self.peer.read(record, key).await
    }

    /// How the calls so far went, in the order in which they ended.
    pub fn exchanges(&self) -> Vec<Exchange> {
        let seen = self.reads.seen.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let clean = |mut one: Exchange| {
            one.answer = one.answer.map(|mut answer| {
                answer.location = answer.location.map(|url| self.peer.account.shown_of(&url));
                answer.allowance.iter_mut().for_each(|(_, text)| *text = self.peer.redact(text));
                answer
            });
            one
        };
        seen.into_iter().map(clean).collect()
    }
}

/// Whether a call reads, as far as its method tells.
fn reads(call: &Call) -> Result<(), Failure> {
    if call.method == Method::Get {
        return Ok(());
    }
    Err(Failure::unsupported(format!("{} is not sent: only GET surely changes nothing", name_of(call))))
}

fn first_of<'v>(setting: &str, values: Option<&'v Vec<String>>) -> Result<&'v str, Failure> {
    let first = values.and_then(|values| values.first()).map(String::as_str);
    first.ok_or_else(|| Failure::unsupported(format!("settings.{setting} is empty, so nothing is asked for")))
}

/// Sends what reads, and nothing else; remembers how it went.
struct Reads {
    inner: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    seen: Mutex<Vec<Exchange>>,
}

#[async_trait]
impl Transport for Reads {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        if request.method != Method::Get {
            return Err(TransportError::Unreachable(format!("{} is not sent by who only looks", request.method)));
        }
        let begun = self.clock.steady();
        let answer = self.inner.send(request).await;
        let took = Duration::try_from(self.clock.steady().duration_since(begun)).unwrap_or_default();
        let told = answer.as_ref().map(|answer| of_answer(answer, self.clock.now(), took)).map_err(Clone::clone);
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(Exchange { took, answer: told });
        answer
    }

    fn peers_are_whole(&self) -> bool {
        self.inner.peers_are_whole()
    }
}

fn of_answer(answer: &Response, now: Timestamp, took: Duration) -> Answered {
    let kind = answer.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
    let begins = answer.body.iter().find(|byte| !byte.is_ascii_whitespace());
    let date = answer.header("Date").and_then(|text| jiff::fmt::rfc2822::parse(text.trim()).ok());
    // The answer was made somewhere between its request and its coming.
    let then = now.checked_sub(took / 2).unwrap_or(now);
    let allowance = ALLOWANCES.into_iter().filter_map(|name| Some((name, shown(answer.header(name)?))));
    Answered {
        status: answer.status,
        is_web_page: kind.contains("html") || begins == Some(&b'<'),
        ahead: date.map(|date| date.timestamp().duration_since(then)),
        allowance: allowance.collect(),
        location: answer.header("Location").map(shown),
    }
}

/// What a header says, for people.
fn shown(text: &str) -> String {
    let plain: String = text.chars().filter(|sign| !sign.is_control()).collect();
    bounded(plain.trim(), MESSAGE_CHARS_MAX)
}
