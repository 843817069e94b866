//! How a request to a peer becomes a call and an answer.
//!
//! Whatever is refused changes nothing.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::call_log::{CALLS_MAX, CallKind, PeerCall};
use super::page::Page;
use super::peer::{Peer, Row};
use super::refusal::{Reason, Refusal};
use super::respond::respond;
use super::route::{self, Route};
use super::{control, door, page, whims, write, write_wire};
use crate::connector::request::percent_encode;
use crate::language::plan::{Allowance, TemplatePart};
use crate::simulator::{Act, Mood, Outcome, Simulator, Whim};
use crate::value::{Path, Record};
use crate::world::{Request, Response};

impl Peer {
    /// The answer; with what is left of the calls, where the system says that.
    fn counted(&mut self, now: Timestamp, request: &Request) -> Response {
        let system = Arc::clone(&self.system);
        if system.allowance == Allowance::default() {
            return self.answer(now, request);
        }
        let fits = self.bucket.take(&system.limits, now);
        let mut response = if fits { self.answer(now, request) } else { respond(429, &Json::Object(Map::new())) };
        self.bucket.tell(&system, &mut response);
        response
    }

    fn answer(&mut self, now: Timestamp, request: &Request) -> Response {
        if let Some(rules) = &self.system.auth.token {
            if let Some(response) = self.tokens.answer(rules, now, request) {
                return response;
            }
            if !self.tokens.open(rules, now, request) {
                return self.refuse(&Refusal::new(Reason::Unauthorised, "no token that is taken"));
            }
        }
        let request = match door::admit(&self.system, request, now) {
            Ok(request) => request,
            Err(refusal) => return self.refuse(&refusal),
        };
        let request = &request;
        let route = match route::find(&self.system, request) {
            Ok(route) => route,
            Err(refusal) => return self.refuse(&refusal),
        };
        if route.kind.is_write() {
            return self.write(now, &route, request);
        }
        let found = self.read(&route, request);
        let response = match &found {
            Ok(page) => {
                let mut response = respond(200, &page.body);
                response.headers.extend(page.headers.clone());
                response
            }
            Err(refusal) => self.refuse_call(&route, refusal),
        };
        let key = route.holes.iter().find(|hole| hole.name == route.record.key).map(|hole| hole.value.clone());
        self.note(PeerCall {
            at: now,
            kind: route.kind,
            record: route.record.name.clone(),
            key,
            written: Record::new(),
            status: response.status,
            refused: found.err().map(|refusal| refusal.message),
        });
        response
    }

    fn read(&self, route: &Route, request: &Request) -> Result<Page, Refusal> {
        let kind = &route.record;
        let table = self.tables.get(&kind.name);
        let rows = table.into_iter().flat_map(|table| table.keys.iter().filter_map(|key| table.rows.get(key)));
        let rows: Vec<&Row> = rows.filter(|row| page::asked_for(kind, row, &route.holes)).collect();
        if route.kind != CallKind::Read {
            return page::render(route, &rows, request);
        }
        match rows.first() {
            Some(row) => {
                let headers = write_wire::headers(kind, &row.value);
                Ok(Page { body: self.wrapped(route, write_wire::record(kind, &row.value)), headers })
            }
            None => Err(Refusal::new(Reason::Gone, format!("there is no such {}", kind.name))),
        }
    }

    fn write(&mut self, now: Timestamp, route: &Route, request: &Request) -> Response {
        let done = write::write(self, now, route, request);
        let (response, refused) = match &done.outcome {
            Ok(status) => {
                let row = done.key.as_deref().and_then(|key| self.record(&route.record.name, key)).cloned();
                let row = row.unwrap_or_default();
                let body = self.wrapped(route, write_wire::record(&route.record, &row));
                let mut response = match (&route.location, &done.key) {
                    // What has a place of its own is shown there.
                    (Some(path), Some(key)) => {
                        let place = path.0.iter().map(|part| match part {
                            TemplatePart::Text(text) => text.clone(),
                            TemplatePart::Hole(_) => percent_encode(key),
                        });
                        let headers = vec![("Location".to_owned(), place.collect())];
                        Response { status: *status, headers, body: Vec::new() }
                    }
                    _ if *status == 204 => Response { status: *status, headers: Vec::new(), body: Vec::new() },
                    _ => respond(*status, &body),
                };
                response.headers.extend(write_wire::headers(&route.record, &row));
                (response, None)
            }
            Err(refusal) => (self.refuse_call(route, refusal), Some(refusal.message.clone())),
        };
        self.note(PeerCall {
            at: now,
            kind: done.kind,
            record: route.record.name.clone(),
            key: done.key,
            written: done.written,
            status: response.status,
            refused,
        });
        response
    }

    fn note(&mut self, call: PeerCall) {
        if self.calls.len() >= CALLS_MAX {
            self.calls.pop_front();
        }
        self.calls.push_back(call);
    }

    fn wrapped(&self, route: &Route, record: Json) -> Json {
        let Some(path) = route.answer.as_ref().or(self.system.answer.as_ref()) else { return record };
        let mut body = Json::Object(Map::new());
        write_wire::put(&mut body, &path.0, record);
        body
    }

    /// A query is answered, and what it refuses stands in the answer; what is not there is null.
    fn refuse_call(&self, route: &Route, refusal: &Refusal) -> Response {
        let place = self.system.errors.refused.first().filter(|_| route.is_query && refusal.reason != Reason::Stale);
        match place {
            Some(_) if refusal.reason == Reason::Gone && route.kind == CallKind::Read => {
                respond(200, &self.wrapped(route, Json::Null))
            }
            Some(place) => {
                let mut body = Json::Object(Map::new());
                write_wire::put(&mut body, &place.0, Json::String(refusal.message.clone()));
                respond(200, &body)
            }
            None => self.refuse(refusal),
        }
    }

    fn refuse(&self, refusal: &Refusal) -> Response {
        let place = self.system.errors.message.first().cloned().unwrap_or_else(|| Path::field("message"));
        let mut body = Json::Object(Map::new());
        write_wire::put(&mut body, &place.0, Json::String(refusal.message.clone()));
        if let Some(row) = refusal.word(&self.system.errors) {
            write_wire::put(&mut body, &row.place.0, Json::String(row.word.clone()));
        }
        respond(refusal.status(&self.system.errors), &body)
    }
}

impl Simulator for Peer {
    fn handle(&mut self, now: Timestamp, request: &Request) -> Outcome {
        let response = match control::answer(self, now, request) {
            Some(response) => response,
            None => self.counted(now, request),
        };
        Outcome { response, webhooks: std::mem::take(&mut self.pending) }
    }

    fn acts(&self) -> &'static [Act] {
        control::ACTS
    }

    fn whim(&self, mood: &Mood<'_>) -> Option<Whim> {
        whims::next(self, mood)
    }

    fn set_webhook_key(&mut self, key: String) {
        self.key = key;
    }
}
