//! The connector of one account: reads, lists, creates, updates and moves its records.
//!
//! Every call passes breaker and rate limit here, is counted, and comes back as canonical records
//! or a [`Failure`]. Keeps nothing beyond counts and brakes; which call is wise is for others.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::account::ResolvedAccount;
use super::answer_body::{name_of, read_body, shapes, shapes_after};
use super::breaker::Breaker;
use super::budget::SharedBudget;
use super::evidence::{Seat, Sent, Witness};
use super::failure::{self, Failure, Purpose, held_back, no_call};
use super::form;
use super::opening;
use super::paging::Pager;
use super::rate_limit::RateLimit;
use super::reader::{Shape, Single};
use super::rehearsal::Rehearsal;
use super::request::{self, Holes, Mode, Sending};
use super::response::NotJson;
use super::row::Row;
use super::token::Tokens;
use crate::language::plan::{Call, RecordType, System};
use crate::value::{Path, Record, Value, key};
use crate::world::trace_sink::TRACE;
use crate::world::{Clock, Method, Random, Request, Response, Transport};
use jiff::{SignedDuration, Timestamp};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

/// How often a call is made that the peer refuses with the wait it wants; waits beyond
/// [`WAIT_LONGEST`](super::rate_limit::WAIT_LONGEST) are left to the caller.
const THROTTLED_TRIES: u32 = 4;

/// Which records to list.
#[derive(Clone, Debug)]
pub enum Listing {
    /// All.
    All,
    /// Those changed at or after this instant.
    ChangedSince(Timestamp),
    /// Those whose field has this value, as far as the peer's own filter tells.
    Find {
        /// The field, one of the record's `find` calls.
        field: String,
        /// The value.
        value: Value,
    },
}

/// Calls to one account.
pub struct Connector {
    pub(super) system: Arc<System>,
    pub(super) account: ResolvedAccount,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    pub(super) rate_limit: Arc<RateLimit>,
    pub(super) breaker: Arc<Breaker>,
    pub(super) calls: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    /// By what they were for, and the status of the answer where one came.
    pub(super) answers: Arc<Mutex<BTreeMap<(&'static str, Option<u16>), u64>>>,
    /// How far the peer's clock is ahead of the steady one, as its last `Date` header tells: no step of ours moves it.
    pub(super) ahead: Arc<Mutex<Option<SignedDuration>>>,
    /// How the system's records are read, by name.
    pub(super) shapes: BTreeMap<String, Arc<Shape>>,
    /// What its writes come to where none is sent.
    pub(super) rehearsal: Option<Arc<Rehearsal>>,
    witness: Seat,
    pub(super) tokens: Arc<Tokens>,
}

impl Connector {
    /// A connector that has made no call yet.
    pub fn new(
        system: Arc<System>,
        account: ResolvedAccount,
        transport: Arc<dyn Transport>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        let rate_limit = Arc::new(RateLimit::new(system.limits));
        let (breaker, calls, answers, ahead, witness) = Default::default();
        let shapes = shapes(&system);
        let rehearsal = None;
        let tokens = Arc::new(Tokens::new(Arc::clone(&transport)));
        Self {
            system,
            account,
            transport,
            clock,
            random,
            rate_limit,
            breaker,
            calls,
            answers,
            ahead,
            shapes,
            rehearsal,
            witness,
            tokens,
        }
    }

    /// The same account under new rules: budget, breaker and counts go on; a changed limit counts
    /// at once, also for calls that wait under the old rules.
    #[must_use]
    pub fn renewed(&self, system: Arc<System>, account: ResolvedAccount) -> Self {
        self.rate_limit.change(system.limits);
        let account = ResolvedAccount { issued: self.account.issued.clone(), ..account };
        Self {
            rate_limit: Arc::clone(&self.rate_limit),
            breaker: Arc::clone(&self.breaker),
            calls: Arc::clone(&self.calls),
            answers: Arc::clone(&self.answers),
            ahead: Arc::clone(&self.ahead),
            transport: Arc::clone(&self.transport),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            witness: Arc::clone(&self.witness),
            tokens: Arc::clone(&self.tokens),
            shapes: shapes_after(&system, &self.shapes),
            system,
            account,
            rehearsal: None,
        }
    }

    /// Takes its calls from a budget that other processes share; see [`RateLimit::share`].
    pub fn share(&self, budget: Arc<dyn SharedBudget>) {
        self.rate_limit.share(budget);
    }

    /// Whoever is told of calls from now on; the first who comes stays.
    pub fn watched_by(&self, witness: Arc<dyn Witness>) {
        let _ = self.witness.set(witness);
    }

    /// The system it speaks to.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// The account's name.
    pub fn account(&self) -> &str {
        &self.account.name
    }

    /// Where the peer is, without secrets.
    pub fn base_url(&self) -> String {
        self.account.shown_url()
    }

    /// The text with every secret of the account struck out.
    pub fn redact(&self, text: &str) -> String {
        self.account.redact(text)
    }

    fn note_clock(&self, answer: &Response) {
        let date = answer.header("Date").and_then(|text| jiff::fmt::rfc2822::parse(text.trim()).ok());
        if let Some(date) = date {
            let ahead = date.timestamp().duration_since(self.clock.steady());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
    }

    /// The record of this key, also where it is shown and counts as gone; `None` where it is not there.
    ///
    /// # Errors
    /// Any [`Failure`] but `Gone`.
    pub async fn read_shown(&self, record: &RecordType, id: &str) -> Result<Option<Row>, Failure> {
        let call = record.read.as_ref().ok_or_else(|| no_call(record, "read"))?;
        if let Some(known) = self.rehearsal.as_ref().and_then(|rehearsal| rehearsal.read(record, id)) {
            return Ok(known.ok());
        }
        let holes = Holes { key: Some((&record.key, id)), kind: Some(record), ..Holes::of(&self.account) };
        let request = request::build(&self.system, call, &holes, None)?;
        let found = match self
            .exchange(request, (Purpose::Read, &name_of(call)), |answer| self.one((record, call), answer, true))
            .await
        {
            Ok(Some(found)) => found,
            Ok(None) => return Err(Failure::unusable("the answer is empty where a record should be", None, false)),
            Err(Failure::Gone) => return Ok(None),
            Err(Failure::Unreadable { message, text: Some(_) }) => {
                return Ok(Some(self.broken_row(record, Some(id), message)));
            }
            Err(other) => return Err(other),
        };
        let row = match found {
            Single::Nothing => return Ok(None),
            Single::Row(row) => Some(row).filter(|row| row.key(record).is_some()),
            Single::Other => None,
        };
        if let Some(row) = row {
            let own = row.key(record).unwrap_or_default();
            if key::same(&own, id) {
                return Ok(Some(row));
            }
            let message = format!("the answer is another {}: {own} where {id} was asked for", record.name);
            return Err(Failure::unusable(message, None, false));
        }
        let message = format!("the answer is no {}: it has no {}", record.name, record.key);
        Err(Failure::unusable(message, None, false))
    }

    /// All rows of a listing.
    ///
    /// # Errors
    /// Any [`Failure`]; rows of pages before it are dropped.
    pub async fn rows(&self, record: &RecordType, listing: Listing) -> Result<Vec<Row>, Failure> {
        let Some(rehearsal) = &self.rehearsal else {
            return Ok(Self::without_gone(record, &listing, self.rows_of(record, &listing).await?));
        };
        let sought = match &listing {
            Listing::Find { field, value } => Some((field.as_str(), value)),
            Listing::All | Listing::ChangedSince(_) => None,
        };
        let rows = if rehearsal.answers_alone(sought) { Vec::new() } else { self.rows_of(record, &listing).await? };
        Ok(rehearsal.over(record, sought, Self::without_gone(record, &listing, rows)))
    }

    async fn rows_of(&self, record: &RecordType, listing: &Listing) -> Result<Vec<Row>, Failure> {
        let Some(each) = &self.listing_call(record, listing)?.each else {
            return self.rows_for(record, listing, None).await;
        };
        let values = self.account.lists.get(&each.setting).map(Vec::as_slice).unwrap_or_default();
        let mut rows = Vec::new();
        for value in values {
            for mut row in self.rows_for(record, listing, Some((&each.name, value))).await? {
                row.came_for(record, &each.name, value);
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn listing_call<'r>(&self, record: &'r RecordType, listing: &Listing) -> Result<&'r Call, Failure> {
        match listing {
            Listing::All => record.list.as_ref().ok_or_else(|| no_call(record, "list")),
            Listing::ChangedSince(_) => record.changed.as_ref().ok_or_else(|| no_call(record, "changed")),
            Listing::Find { field, .. } => {
                record.find.get(field).ok_or_else(|| no_call(record, &format!("find by {field}")))
            }
        }
    }

    /// A listing page by page, at its beginning; nothing is sent yet.
    ///
    /// # Errors
    /// [`Failure::Unsupported`] where the system file has no such call.
    pub fn pages(&self, record: &RecordType, listing: &Listing) -> Result<Pager, Failure> {
        self.pages_for(record, listing, None)
    }

    pub(super) fn pages_for(
        &self,
        record: &RecordType,
        listing: &Listing,
        each: Option<(&str, &str)>,
    ) -> Result<Pager, Failure> {
        let mut holes = Holes { each, kind: Some(record), ..Holes::of(&self.account) };
        let mut wanted = Record::new();
        match listing {
            Listing::All => {}
            Listing::ChangedSince(since) => holes.since = Some(*since),
            Listing::Find { field, value } => {
                if let Some(path) = Path::parse(field) {
                    path.write(&mut wanted, value.clone());
                }
                holes.fields = Some(&wanted);
            }
        }
        let call = self.listing_call(record, listing)?;
        let request = request::build(&self.system, call, &holes, None)?;
        let paging = call.paging.as_ref().unwrap_or(&self.system.paging);
        Ok(Pager::new(Arc::clone(paging), call, request))
    }

    /// Creates a record. `None` where the peer's answer does not show the new record's key.
    ///
    /// # Errors
    /// Any [`Failure`]; `maybe_done` says whether it may exist all the same.
    pub async fn create(&self, record: &RecordType, fields: &Record) -> Result<Option<Row>, Failure> {
        let call = record.create.as_ref().ok_or_else(|| no_call(record, "create"))?;
        let holes = Holes { fields: Some(fields), kind: Some(record), ..Holes::of(&self.account) };
        let sending = Sending::of(record, fields, Mode::Create);
        let mut request = request::build(&self.system, call, &holes, Some(sending))?;
        if let Some(rehearsal) = &self.rehearsal {
            return Ok(Some(rehearsal.create(record, fields)));
        }
        request::name_key(&mut request, record);
        self.written((record, call), request, Purpose::Create).await
    }

    /// Sends a request within breaker and budget, and reads the answer by `read`; `None` for an empty one. What fails
    /// at the peer names `place`, what was called.
    pub(super) async fn exchange<Answer>(
        &self,
        request: Request,
        (purpose, place): (Purpose, &str),
        read: impl Fn(&Response) -> Result<Option<Answer>, NotJson>,
    ) -> Result<Option<Answer>, Failure> {
        let pass = self.breaker.admit(self.clock.steady()).map_err(|wait| held_back("the breaker is open", wait))?;
        let (mut tries, mut refused) = (1, None);
        let outcome = loop {
            let token = match self.token(refused.as_deref()).await {
                Ok(token) => token,
                Err(found) => break Err(found),
            };
            let turn = self.rate_limit.turn(self.clock.as_ref()).await;
            let permit = turn.map_err(|wait| held_back("the peer asked for a pause", wait))?;
            let outcome = self
                .send((request.clone(), token.as_deref()), purpose)
                .await
                .and_then(|answer| read_body(&answer, purpose, &read))
                .map_err(|found| found.at(place).map_texts(|text| self.account.redact(text)));
            drop(permit);
            if refused.is_none() && token.is_some() && outcome.as_ref().is_err_and(Failure::is_refused_entry) {
                refused = token;
                continue;
            }
            if tries >= THROTTLED_TRIES || !outcome.as_ref().is_err_and(Failure::is_throttled) {
                break outcome;
            }
            // Not handled, so it is safe to say again; the next turn comes after the pause.
            tries += 1;
        };
        match &outcome {
            // One that is there and answers what cannot be read is well otherwise.
            Err(found) if found.is_transient() && !matches!(found, Failure::Unreadable { .. }) => {
                if let Some(until) = pass.failed(self.clock.steady(), self.random.as_ref()) {
                    let until = self.shown(until);
                    tracing::warn!(account = %self.account.name, reason = %found, %until, "calls are held back");
                }
            }
            _ if pass.answered() => tracing::info!(account = %self.account.name, "answers again"),
            _ => {}
        }
        outcome
    }

    async fn send(&self, (request, token): (Request, Option<&str>), purpose: Purpose) -> Result<Response, Failure> {
        let mut request = form::written(request);
        match &self.rehearsal {
            Some(_) if purpose.is_write() => return Err(Failure::unsupported("nothing is written".to_owned())),
            Some(rehearsal) => rehearsal.note_sent(),
            None => {}
        }
        if request.method != Method::Get {
            // Whoever takes over looks for the trace of what was sent: nothing may be sent after that.
            let lasts = self.rate_limit.lasts().await;
            let lasts = lasts.map_err(|wait| held_back("another process may have taken this over", wait))?;
            request.timeout = request.timeout.min(lasts);
        }
        let method = request.method;
        let place = self.account.redact(request.url.split('?').next().unwrap_or_default());
        let sent = Sent::of(&self.witness, &request, (self.clock.now(), self.clock.steady()));
        let sent = sent.map(|sent| sent.opened_by(opening::named(&self.system.auth, &self.account)));
        let request = opening::open(&self.system.auth, (&self.account, token), (request, self.clock.now()))?;
        self.note_call(method);
        let span = called(&self.account.name, method, &place);
        let answer = self.transport.send(request).instrument(span.clone()).await;
        if let Ok(found) = &answer {
            span.record("http.response.status_code", found.status);
        } else {
            span.record("otel.status_code", "ERROR");
        }
        if let Some(sent) = sent {
            sent.ended((&self.witness, &self.account), &answer, self.clock.steady());
        }
        let now = self.clock.now();
        let status = answer.as_ref().ok().map(|found| found.status);
        self.note_answer(purpose.as_str(), status);
        tracing::debug!(account = %self.account.name, %method, %place, status, "call");
        let mut answer = answer.map_err(|error| failure::of_transport(&error, purpose))?;
        if answer.status >= 400 {
            // Before anything is cut to length: half a secret could not be found any more.
            answer.body = self.account.redact(&String::from_utf8_lossy(&answer.body)).into_bytes();
        }
        let times = (now, self.clock.steady());
        self.rate_limit.heed(&answer, &self.system.allowance, times).await;
        self.note_clock(&answer);
        match failure::of_response(&self.system.errors, &answer, purpose, now) {
            Some(found) => Err(found),
            None => Ok(answer),
        }
    }
}

/// The span of a call; the address without what is asked for, and without secrets.
fn called(account: &str, method: Method, place: &str) -> Span {
    tracing::info_span!(
        target: TRACE, "call", otel.kind = "client", otel.name = %method, otel.status_code = Empty,
        http.request.method = %method, url.full = %place, http.response.status_code = Empty, petiole.account = account,
    )
}

impl fmt::Debug for Connector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Connector")
            .field("system", &self.system.name)
            .field("account", &self.account)
            .field("breaker", &self.breaker.state())
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}
