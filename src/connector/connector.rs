//! One account's calls: read, list, find, create, update, move.
//!
//! Holds the account's limits and turns every answer into a record or a failure that says what
//! to do about it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jsonschema::Validator;
use serde_json::Value as Json;

use super::account::ResolvedAccount;
use super::failure::Failure;
use super::rate_limit::RateLimit;
use super::request::{Moment, RequestBuilder};
use super::{response, schema};
use crate::language::plan::{Move, MoveBy, Paging, RecordType, System};
use crate::value::{Path, Record, Value, json};
use crate::world::{Clock, Method, Random, Request, Response, Transport, TransportError};

/// The most pages of one listing.
pub const PAGES_MAX: usize = 10_000;

/// The longest text of a peer that is kept, in characters.
pub const PEER_WORDS_MAX: usize = 500;

/// What is listed.
#[derive(Clone, Debug, PartialEq)]
pub enum Listing {
    /// Everything.
    All,
    /// What changed since an instant.
    ChangedSince(Timestamp),
    /// Where a field has a value.
    Find {
        /// The field.
        field: String,
        /// The value.
        value: Value,
    },
}

/// A record as read.
#[derive(Clone, Debug)]
pub struct Row {
    /// As rules see it.
    pub value: Value,
    /// What in it was never documented.
    pub misfits: Vec<String>,
}

/// The calls of one account.
pub struct Connector {
    system: Arc<System>,
    account: ResolvedAccount,
    transport: Arc<dyn Transport>,
    limit: RateLimit,
    schemas: std::collections::BTreeMap<String, Validator>,
}

impl Connector {
    /// A connector with full limits.
    pub fn new(
        system: Arc<System>,
        account: ResolvedAccount,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        _random: Arc<dyn Random>,
    ) -> Self {
        let limit = RateLimit::new(system.limits, clock);
        let schemas = system.records.values().filter_map(|kind| Some((kind.name.clone(), schema::of(kind)?))).collect();
        Self { system, account, transport, limit, schemas }
    }

    /// Reads one record; `None`: it is not there.
    ///
    /// # Errors
    /// [`Failure`] where there is no answer to tell.
    pub async fn read(&self, kind: &RecordType, id: &str) -> Result<Option<Row>, Failure> {
        let Some(call) = &kind.read else { return Ok(None) };
        let request = self.builder().build(call, &|name| (name == kind.key).then(|| id.to_owned()));
        match self.send(request).await? {
            Some(body) => Ok(Some(self.row(kind, self.unwrap(&body)))),
            None => Ok(None),
        }
    }

    /// All rows of a listing, page after page.
    ///
    /// # Errors
    /// [`Failure`] where a page cannot be read.
    pub async fn rows(&self, kind: &RecordType, listing: Listing) -> Result<Vec<Row>, Failure> {
        let call = match &listing {
            Listing::All => kind.list.as_ref(),
            Listing::ChangedSince(_) => kind.changed.as_ref().or(kind.list.as_ref()),
            Listing::Find { field, .. } => kind.find.get(field),
        };
        let Some(call) = call else { return Ok(Vec::new()) };
        let since = match &listing {
            Listing::ChangedSince(instant) => Some(format!("{instant:.3}")),
            _ => None,
        };
        let found = match &listing {
            Listing::Find { field, value } => Some((field.clone(), value.to_key().unwrap_or_default())),
            _ => None,
        };
        let first = self.builder().build(call, &|name| {
            if name == "since" {
                return since.clone();
            }
            found.as_ref().filter(|(field, _)| field == name).map(|(_, value)| value.clone())
        });
        self.pages(kind, first).await
    }

    async fn pages(&self, kind: &RecordType, first: Request) -> Result<Vec<Row>, Failure> {
        let (mut request, plain) = (self.sized(first.clone(), 0), first);
        let mut rows: Vec<Row> = Vec::new();
        for _ in 0..PAGES_MAX {
            let url = request.url.clone();
            let Some(body) = self.send(request.clone()).await? else { return Ok(rows) };
            let page = self.page(&body);
            let count = page.len();
            rows.extend(page.iter().map(|raw| self.row(kind, raw)));
            match self.next(&body, (rows.len(), count)) {
                Some(Next::Url(next)) if next != url => request.url = self.on_own_host(&next),
                Some(Next::Offset(offset)) => request = self.sized(plain.clone(), offset),
                _ => return Ok(rows),
            }
        }
        Err(transient(format!("{}: a listing of more than {PAGES_MAX} pages", self.account.name), false))
    }

    /// Page size and offset in the query, as the system pages.
    fn sized(&self, mut request: Request, at: usize) -> Request {
        let (size, offset) = match &self.system.paging {
            Paging::NextUrl { size, .. } => (size, None),
            Paging::Offset { size, offset, .. } => (size, Some(offset)),
        };
        let mark = if request.url.contains('?') { '&' } else { '?' };
        request.url = format!("{}{mark}{}={}", request.url, size.0, size.1);
        if let Some(offset) = offset {
            request.url = format!("{}&{offset}={at}", request.url);
        }
        request
    }

    /// The next page is asked for where the account's calls go, never elsewhere: the key goes along.
    fn on_own_host(&self, next: &str) -> String {
        let path = |url: &str| url.splitn(4, '/').nth(3).map(|path| format!("/{path}")).unwrap_or_default();
        let origin: String = self.account.base_url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        format!("{origin}{}", path(next))
    }

    fn page<'b>(&self, body: &'b Json) -> Vec<&'b Json> {
        let rows = match &self.system.paging {
            Paging::NextUrl { rows, .. } | Paging::Offset { rows, .. } => rows,
        };
        let found = if body.is_array() { Some(body) } else { at(body, rows) };
        found.and_then(Json::as_array).into_iter().flatten().collect()
    }

    fn next(&self, body: &Json, (read, on_page): (usize, usize)) -> Option<Next> {
        if body.is_array() || on_page == 0 {
            return None;
        }
        match &self.system.paging {
            Paging::NextUrl { next, .. } => at(body, next).and_then(Json::as_str).map(|url| Next::Url(url.to_owned())),
            Paging::Offset { more, .. } => {
                let more = at(body, more).is_some_and(|mark| !matches!(mark, Json::Null) && mark.as_str() != Some(""));
                more.then_some(Next::Offset(read))
            }
        }
    }

    /// Creates a record; the answer where it is one.
    ///
    /// # Errors
    /// [`Failure`]; `maybe_done` where the peer may have created it all the same.
    pub async fn create(&self, kind: &RecordType, fields: &Record) -> Result<Option<Row>, Failure> {
        let Some(call) = &kind.create else { return Ok(None) };
        let mut request = self.builder().build(call, &|name| fields.get(name).and_then(Value::to_key));
        self.builder().write(&mut request, kind, call, (fields, Moment::Create));
        self.written(kind, request).await
    }

    /// Changes a record. What the call wants again comes from `present`.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn update(
        &self,
        kind: &RecordType,
        id: &str,
        fields: &Record,
        present: &Value,
    ) -> Result<Option<Row>, Failure> {
        let Some(call) = &kind.update else { return Ok(None) };
        let mut sent = fields.clone();
        for path in &call.resend {
            let name = path.to_string();
            sent.entry(name).or_insert_with(|| path.read(present));
        }
        let mut request = self.builder().build(call, &|name| (name == kind.key).then(|| id.to_owned()));
        self.builder().write(&mut request, kind, call, (&sent, Moment::Update));
        self.written(kind, request).await
    }

    /// Makes one legal step from a state to another.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn make_move(
        &self,
        kind: &RecordType,
        id: &str,
        step: &Move,
        present: &Value,
    ) -> Result<Option<Row>, Failure> {
        match &step.by {
            MoveBy::People => Ok(None),
            MoveBy::Update => {
                let field = kind.states.as_ref().map(|states| states.field.clone()).unwrap_or_default();
                self.update(kind, id, &Record::from([(field, Value::text(step.to.as_str()))]), present).await
            }
            MoveBy::Call(call) => {
                let request = self.builder().build(call, &|name| (name == kind.key).then(|| id.to_owned()));
                self.written(kind, request).await
            }
        }
    }

    async fn written(&self, kind: &RecordType, request: Request) -> Result<Option<Row>, Failure> {
        let body = self.send(request).await?;
        Ok(body.map(|body| self.row(kind, self.unwrap(&body))))
    }

    fn builder(&self) -> RequestBuilder<'_> {
        RequestBuilder { system: &self.system, account: &self.account }
    }

    fn row(&self, kind: &RecordType, raw: &Json) -> Row {
        let misfits = self.schemas.get(&kind.name).map(|schema| schema::misfits(schema, raw)).unwrap_or_default();
        Row { value: response::record(kind, raw), misfits }
    }

    /// The record inside the system's envelope; a list of one counts as it.
    fn unwrap<'b>(&self, body: &'b Json) -> &'b Json {
        let inner = self.system.answer.as_ref().and_then(|path| at(body, path)).unwrap_or(body);
        inner.as_array().and_then(|items| items.first()).unwrap_or(inner)
    }

    /// Sends within the limits. `None`: the record is not there.
    async fn send(&self, request: Request) -> Result<Option<Json>, Failure> {
        let _permit = self.limit.enter().await;
        let writes = request.method != Method::Get;
        let line = format!("{} {}", request.method, request.url.split('?').next().unwrap_or_default());
        let answer = self.transport.send(request).await.map_err(|error| {
            let maybe_done = writes && !matches!(error, TransportError::Unreachable(_));
            transient(format!("{line}: {error}"), maybe_done)
        })?;
        tracing::debug!(account = self.account.name, call = line, status = answer.status, "call");
        self.judge(&line, writes, &answer)
    }

    fn judge(&self, line: &str, writes: bool, answer: &Response) -> Result<Option<Json>, Failure> {
        let status = answer.status;
        let errors = &self.system.errors;
        if errors.gone.contains(&status) && !writes {
            return Ok(None);
        }
        if (200..300).contains(&status) {
            return match serde_json::from_slice(&answer.body) {
                Ok(body) => Ok(Some(body)),
                Err(_) if writes && answer.body.is_empty() => Ok(None),
                Err(_) => Err(transient(format!("{line}: the answer ({status}) is no JSON"), writes)),
            };
        }
        let words = self.words(answer);
        if errors.later.contains(&status) || status >= 500 {
            let retry_after =
                answer.header("Retry-After").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
            if let Some(pause) = retry_after {
                self.limit.pause(pause);
            }
            let message = format!("{line} answered {status}: {words}");
            return Err(Failure::Transient { message, retry_after, maybe_done: writes && status != 429 });
        }
        if matches!(status, 401 | 403) {
            return Err(Failure::Unauthorised { status, message: words });
        }
        Err(Failure::Refused { status, message: words })
    }

    /// The peer's own words, bounded.
    fn words(&self, answer: &Response) -> String {
        let text = match serde_json::from_slice::<Json>(&answer.body) {
            Ok(body) => {
                let value = json::from_json(&body);
                let named = self.system.errors.message.iter().find_map(|path| path.read(&value).to_key());
                named.unwrap_or_else(|| body.to_string())
            }
            Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
        };
        text.chars().take(PEER_WORDS_MAX).collect()
    }
}

enum Next {
    Url(String),
    Offset(usize),
}

fn at<'b>(body: &'b Json, path: &Path) -> Option<&'b Json> {
    path.0.iter().try_fold(body, |inner, segment| match segment {
        crate::value::Segment::Field(name) => inner.get(name),
        crate::value::Segment::Index(index) => inner.get(*index),
        crate::value::Segment::Each => None,
    })
}

fn transient(message: String, maybe_done: bool) -> Failure {
    Failure::Transient { message, retry_after: None, maybe_done }
}
