//! LeafLink in miniature: Marketplace V2 as a seller's integration sees it.
//!
//! Synchronous; its only time is `now`. Follows the reference: trailing slashes, envelopes, mixed
//! money typing, legal transitions with stock effects, signed webhooks. What people do stands
//! under `/_control/`.

mod acts;
mod catalogue;
mod category;
mod company;
mod control;
mod control_catalogue;
mod control_world;
mod customer;
mod order;
mod order_money;
mod order_view;
mod payment;
mod product;
mod product_field;
mod product_list;
mod product_write;
mod query;
mod sorting;
mod state;
mod transition;
mod webhook;
mod whims;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::act::Act;
use super::simulator::{Outcome, Simulator, Webhook};
use super::trade::Trade;
use super::whim::{Mood, Whim};
use crate::world::{Method, Request, Response};
pub use company::COMPANY;
use query::Query;
use state::{Share, State};

/// LeafLink in miniature.
#[derive(Debug)]
pub struct LeafLink {
    /// The company that is acted for, between requests the first.
    state: State,
    /// The other companies.
    others: Vec<State>,
    seed: u64,
    /// What opens the company of a world of one, where the world does not say.
    keys: Vec<String>,
    /// The key of a user who is on the staff of every company.
    token: Option<String>,
    webhook_key: String,
    pending: Vec<Webhook>,
}

/// An answer before it is bytes.
type Answer = Result<Json, Refusal>;

/// Why a request is not granted.
#[derive(Clone, Debug)]
struct Refusal {
    status: u16,
    body: Json,
}

impl Refusal {
    fn new(status: u16, body: Json) -> Self {
        Self { status, body }
    }

    fn detail(status: u16, text: &str) -> Self {
        Self::new(status, json!({ "detail": text }))
    }

    fn not_found() -> Self {
        Self::detail(404, "Not found.")
    }
}

impl LeafLink {
    /// A world of one company without orders. `seed` rules what buyers do by chance.
    pub fn new(trade: &Trade, seed: u64) -> Self {
        Self::of(trade, seed, &Share { place: 0, sells: &|_| true, alike: false })
    }

    /// A world of one company of several that stand beside each other, each in a world of its own: the one at this
    /// place, which lists these brands of the trade. `alike`: what each has of stores and people bears the same ids.
    pub fn beside(trade: &Trade, seed: u64, (place, brands, alike): (usize, &[usize], bool)) -> Self {
        Self::of(trade, seed, &Share { place, sells: &|brand| brands.contains(&brand), alike })
    }

    fn of(trade: &Trade, seed: u64, share: &Share<'_>) -> Self {
        let state = State::new(trade, seed, share);
        Self {
            state,
            others: Vec::new(),
            seed,
            keys: Vec::new(),
            token: None,
            webhook_key: String::new(),
            pending: Vec::new(),
        }
    }

    /// Only these keys open the first company; with none, any key does.
    #[must_use]
    pub fn api_keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self.state.company.keys.clone_from(&self.keys);
        self
    }

    fn route(&mut self, now: Timestamp, request: &Request) -> Answer {
        let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
        if let Some(act) = path.strip_prefix("/_control/") {
            return self.people(now, (request.method, act), &request.body);
        }
        let Some(path) = path.strip_prefix("/api/v2/") else { return Err(Refusal::not_found()) };
        if !path.ends_with('/') {
            return Err(Refusal::detail(400, "Bad Request: the path must end in a slash."));
        }
        let query = Query::new(request, query);
        let body = serde_json::from_slice(&request.body)
            .map_err(|error| Refusal::detail(400, &format!("JSON parse error - {error}")));
        self.scoped(request, (path, &query), &body, |own, parts, query| {
            own.serve(now, (request.method, parts), query, &body)
        })
    }

    /// One request to the API in the name of one company.
    fn serve(
        &mut self,
        now: Timestamp,
        (method, parts): (Method, &[&str]),
        query: &Query,
        body: &Result<Json, Refusal>,
    ) -> Answer {
        query.check()?;
        if let Some(answer) = self.catalogue(now, (method, parts), query, body) {
            return answer;
        }
        let body = || body.clone();
        match (method, parts) {
            (Method::Get, ["orders-received"]) => self.list_orders(query),
            (Method::Get, ["orders-received", number]) => self.show_order(number, query),
            (Method::Patch, ["orders-received", number]) => self.edit_order(now, number, &body()?),
            (Method::Post, ["orders-received", number, "transition", action]) => self.transition(now, number, action),
            (Method::Get, ["orders-received", number, "line-items"]) => self.lines_of(number),
            (Method::Get, ["line-items"]) => self.list_lines(query),
            (Method::Get, _) => Err(Refusal::not_found()),
            _ => Err(Refusal::detail(405, &format!("Method \"{method}\" not allowed."))),
        }
    }
}

/// What is made is 201; a transition makes nothing.
fn granted(request: &Request) -> u16 {
    let makes =
        request.method == Method::Post && request.url.starts_with("/api/") && !request.url.contains("/transition/");
    if makes { 201 } else { 200 }
}

impl Simulator for LeafLink {
    fn handle(&mut self, now: Timestamp, request: &Request) -> Outcome {
        let (status, body) = match self.route(now, request) {
            Ok(body) => (granted(request), body),
            Err(refusal) => (refusal.status, refusal.body),
        };
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        let response = Response { status, headers, body: body.to_string().into_bytes() };
        Outcome { response, webhooks: std::mem::take(&mut self.pending) }
    }

    fn acts(&self) -> &'static [Act] {
        acts::ACTS
    }

    fn whim(&self, mood: &Mood<'_>) -> Option<Whim> {
        self.next_whim(mood)
    }

    fn set_webhook_key(&mut self, key: String) {
        self.webhook_key = key;
    }

    fn subscribe_company(&mut self, company: i64, key: Option<String>) -> bool {
        let known = std::iter::once(&mut self.state).chain(&mut self.others).find(|one| one.company.id == company);
        let Some(state) = known else { return false };
        state.company.webhook_key = key.or_else(|| state.company.webhook_key.take());
        true
    }
}
