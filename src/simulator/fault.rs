//! What goes wrong between a simulated system and its callers.
//!
//! Owns the knobs and the counting behind them; the shell asks here before and after each request
//! and for each webhook. Knows no system. The same knobs, seed and requests give the same faults.

use std::collections::BTreeSet;

use jiff::fmt::rfc2822::DateTimePrinter;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::keeping::Keeping;
use crate::world::{Method, Request, Response};

/// The knobs. Zero and false mean: never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Every Nth request is answered 503 and not handled.
    pub error_before_every: u64,
    /// Every Nth request is answered 429 with `Retry-After: 1` and not handled.
    pub throttle_every: u64,
    /// Every Nth create (a POST that the system granted) is answered 502 although it was done.
    pub error_after_commit_every: u64,
    /// Every Nth create has its connection closed without an answer although it was done.
    pub cut_after_commit_every: u64,
    /// Milliseconds that each request waits before it is handled.
    pub delay_ms: u64,
    /// How often each webhook is delivered; 0 and 1 both mean once.
    pub webhook_copies: u32,
    /// Whether webhooks leave in random order among those waiting.
    pub webhook_shuffle: bool,
    /// Every Nth webhook is never delivered.
    pub webhook_drop_every: u64,
    /// What is kept otherwise than it was sent.
    pub keeps: Keeping,
    /// How many changes to come are answered as if they were done, with the record as it was, and are not.
    pub ignore_changes: u64,
    /// What somebody else writes right after a change that a caller made, before anybody reads it; each once.
    pub edits: Vec<Edit>,
    /// What is put in place of a text in the bodies of answers to reads, as far as callers see them.
    pub rewrite: Vec<Rewrite>,
    /// Reads of addresses that hold one of these: the first of each address is answered as if nothing were there.
    pub absent_once: Vec<String>,
    /// How many rows lists show at most, as if there were no more.
    pub list_rows_max: u64,
    /// Whether the first later page of each list that is asked for comes as if a row before it had left its place: the
    /// first row of that page is on no page, as where somebody changes a record while a list is read.
    pub page_shift: bool,
    /// By how many seconds the clock of the `Date` header is ahead; below zero: behind.
    pub date_ahead_seconds: i64,
}

/// A change by somebody else of the record that a caller has just changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// Only after changes at a URL that holds this; empty: any.
    #[serde(default)]
    pub url: String,
    /// The fields, as the same call takes them.
    pub fields: Json,
}

/// A text that answers to reads show otherwise: a renamed field, a missing link to the next page, a broken record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// Only answers to requests whose URL holds this; empty: all.
    #[serde(default)]
    pub url: String,
    /// The text.
    pub find: String,
    /// What stands in its place.
    #[serde(default)]
    pub with: String,
    /// Whether the answer ends there.
    #[serde(default)]
    pub cut: bool,
    /// Whether it is an answer to a write, instead of one to a read.
    #[serde(default)]
    pub writes: bool,
}

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The caller gets it.
    Answered,
    /// The caller gets a 502 in its place.
    Failed,
    /// The caller gets nothing; the connection closes.
    Cut,
}

/// The largest number of copies of one webhook.
const WEBHOOK_COPIES_MAX: u32 = 100;

/// The knobs with their counters.
#[derive(Debug)]
pub(super) struct FaultPlan {
    faults: Faults,
    random: fastrand::Rng,
    requests: u64,
    creates: u64,
    webhooks: u64,
    /// Paths of lists that were shifted.
    shifted: BTreeSet<String>,
    /// Addresses where nothing was, once.
    absent: BTreeSet<String>,
}

impl FaultPlan {
    pub(super) fn new(faults: Faults, seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self { faults, random, requests: 0, creates: 0, webhooks: 0, shifted: BTreeSet::new(), absent: BTreeSet::new() }
    }

    pub(super) fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Turns the knobs; counting starts anew.
    pub(super) fn set(&mut self, faults: Faults) {
        self.faults = faults;
        self.requests = 0;
        self.creates = 0;
        self.webhooks = 0;
        self.shifted.clear();
        self.absent.clear();
    }

    /// The request as the system takes it: one for a later page may find the list shifted.
    pub(super) fn shifted(&mut self, mut request: Request) -> Request {
        let Some((path, query)) = request.url.split_once('?').filter(|_| self.faults.page_shift) else {
            return request;
        };
        let offset = query.split('&').find_map(|pair| pair.strip_prefix("offset=")?.parse::<u64>().ok());
        let Some(offset) = offset.filter(|offset| *offset > 0 && request.method == Method::Get) else { return request };
        if self.shifted.insert(path.to_owned()) {
            let pairs = query.split('&').map(|pair| match pair.split_once('=') {
                Some(("offset", _)) => format!("offset={}", offset.saturating_add(1)),
                _ => pair.to_owned(),
            });
            request.url = format!("{path}?{}", pairs.collect::<Vec<_>>().join("&"));
        }
        request
    }

    /// The answer to give in place of handling the next request, if any.
    pub(super) fn before(&mut self) -> Option<Response> {
        self.requests += 1;
        if due(self.faults.throttle_every, self.requests) {
            let mut response = plain(429, "{\"detail\":\"Request was throttled.\"}");
            response.headers.push(("retry-after".to_owned(), "1".to_owned()));
            return Some(response);
        }
        due(self.faults.error_before_every, self.requests).then(|| plain(503, "{\"detail\":\"Service unavailable.\"}"))
    }

    /// What becomes of the answer to a request that was handled.
    pub(super) fn after(&mut self, method: Method, status: u16) -> Fate {
        if method != Method::Post || !(200..300).contains(&status) {
            return Fate::Answered;
        }
        self.creates += 1;
        if due(self.faults.cut_after_commit_every, self.creates) {
            Fate::Cut
        } else if due(self.faults.error_after_commit_every, self.creates) {
            Fate::Failed
        } else {
            Fate::Answered
        }
    }

    /// What is handled in the place of a change that is ignored: a look at the same record.
    pub(super) fn ignored(&mut self, request: &Request) -> Option<Request> {
        if self.faults.ignore_changes == 0 || !matches!(request.method, Method::Patch | Method::Put) {
            return None;
        }
        self.faults.ignore_changes -= 1;
        Some(Request { method: Method::Get, body: Vec::new(), ..request.clone() })
    }

    /// What somebody else sends right after this change.
    pub(super) fn edit_after(&mut self, request: &Request, status: u16) -> Option<Request> {
        let changes = matches!(request.method, Method::Patch | Method::Put) && (200..300).contains(&status);
        let at = self.faults.edits.iter().position(|edit| changes && request.url.contains(&edit.url))?;
        let edit = self.faults.edits.remove(at);
        Some(Request { body: edit.fields.to_string().into_bytes(), ..request.clone() })
    }

    /// An answer as callers see it.
    pub(super) fn rewritten(&mut self, request: &Request, mut response: Response) -> Response {
        let is_named = |part: &String| request.method == Method::Get && request.url.contains(part);
        if self.faults.absent_once.iter().any(is_named) && self.absent.insert(request.url.clone()) {
            return plain(404, "{\"detail\":\"Not found.\"}");
        }
        if self.faults.list_rows_max > 0 && request.method == Method::Get {
            response.body = shortened(&response.body, self.faults.list_rows_max).unwrap_or(response.body);
        }
        let writes = request.method != Method::Get;
        let fits = |rewrite: &&Rewrite| rewrite.writes == writes && request.url.contains(&rewrite.url);
        for rewrite in self.faults.rewrite.iter().filter(fits) {
            let body = String::from_utf8_lossy(&response.body).into_owned();
            response.body = match body.find(&rewrite.find).filter(|_| rewrite.cut) {
                Some(end) => format!("{}{}", body.get(..end).unwrap_or_default(), rewrite.with),
                None => body.replace(&rewrite.find, &rewrite.with),
            }
            .into_bytes();
        }
        response
    }

    /// An answer with the time that its clock shows at this instant, where that clock is wrong.
    pub(super) fn dated(&self, now: Timestamp, mut response: Response) -> Response {
        let ahead = SignedDuration::from_secs(self.faults.date_ahead_seconds);
        let shown = now.checked_add(ahead).ok().filter(|_| !ahead.is_zero());
        let date = shown.and_then(|at| DateTimePrinter::new().timestamp_to_rfc9110_string(&at).ok());
        response.headers.extend(date.map(|date| ("date".to_owned(), date)));
        response
    }

    /// How often the next webhook is delivered.
    pub(super) fn copies(&mut self) -> u32 {
        self.webhooks += 1;
        if due(self.faults.webhook_drop_every, self.webhooks) {
            0
        } else {
            self.faults.webhook_copies.clamp(1, WEBHOOK_COPIES_MAX)
        }
    }

    /// Which of the waiting webhooks leaves next.
    pub(super) fn pick(&mut self, waiting: usize) -> usize {
        if self.faults.webhook_shuffle && waiting > 1 { self.random.usize(0..waiting) } else { 0 }
    }
}

/// A list that shows so many rows and says that there are no more.
fn shortened(body: &[u8], most: u64) -> Option<Vec<u8>> {
    let mut body: Json = serde_json::from_slice(body).ok()?;
    let rows = body.as_object_mut()?.values_mut().find_map(Json::as_array_mut)?;
    rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    let count = Json::from(rows.len());
    let meta = if body.get("meta").is_some() { body.get_mut("meta")? } else { &mut body };
    for (name, value) in meta.as_object_mut()? {
        match name.as_str() {
            "count" | "total" => value.clone_from(&count),
            "next" => *value = if value.is_string() { Json::from("") } else { Json::Null },
            _ => {}
        }
    }
    Some(body.to_string().into_bytes())
}

/// A gateway's own answer, which hides what the system said.
pub(super) fn bad_gateway() -> Response {
    let body = b"<html><body><h1>502 Bad Gateway</h1></body></html>".to_vec();
    Response { status: 502, headers: vec![("content-type".to_owned(), "text/html".to_owned())], body }
}

fn plain(status: u16, body: &str) -> Response {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Response { status, headers, body: body.as_bytes().to_vec() }
}

fn due(every: u64, count: u64) -> bool {
    every > 0 && count.is_multiple_of(every)
}
