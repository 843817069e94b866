//! The selling companies of one world, and which of them a request acts for.
//!
//! Every company has a state of its own, so nothing of another company can be seen by oversight.
//! The company that is acted for stands in `LeafLink::state`, the others wait beside it; between
//! requests the first company stands there.

use serde_json::{Value as Json, json};

use super::super::world_input::WorldInput;
use super::query::Query;
use super::state::{Share, State};
use super::{Answer, LeafLink, Refusal};
use crate::world::{Method, Request};

/// The first company's id in every world; the others follow.
pub const COMPANY: i64 = 501;

const NAMES: [&str; 4] = ["Northern Trade Co", "Southern Trade Co", "Harbor Trade Co", "Valley Trade Co"];

/// A company that sells.
#[derive(Clone, Debug)]
pub(super) struct Company {
    pub id: i64,
    pub name: String,
    pub slug: String,
    /// Keys that open this company and no other; with none, any key does while there is only one company.
    pub keys: Vec<String>,
    /// Signs its webhooks; without one, the key of all companies does.
    pub webhook_key: Option<String>,
}

impl Company {
    /// The company at this place in the world's list.
    pub(super) fn new(at: usize) -> Self {
        let round = at / NAMES.len();
        let base = NAMES.get(at % NAMES.len()).copied().unwrap_or_default();
        let name = if round == 0 { base.to_owned() } else { format!("{base} {}", round + 1) };
        let id = COMPANY + i64::try_from(at).unwrap_or(0);
        Self { id, slug: name.to_lowercase().replace(' ', "-"), name, keys: Vec::new(), webhook_key: None }
    }

    pub(super) fn view(&self) -> Json {
        json!({
            "id": self.id, "name": self.name, "dba": self.name, "slug": self.slug, "seller": true, "buyer": false,
            "batch_enabled": true, "sts_enabled": false,
        })
    }
}

impl LeafLink {
    /// Begins anew with the world asked for. Webhook keys and addresses stay.
    pub(super) fn begin(&mut self, input: &WorldInput) {
        let seed = input.seed.unwrap_or(self.seed);
        let trade = input.trade(self.seed);
        let count = input.companies.unwrap_or(1).max(1);
        let state = |place: usize| {
            let sells = |brand: usize| brand % count == place;
            State::new(&trade, seed, &Share { place, sells: &sells, alike: false })
        };
        let mut states: Vec<State> = (0..count).map(state).collect();
        for (at, state) in states.iter_mut().enumerate() {
            state.company.webhook_key = self.states().nth(at).and_then(|known| known.company.webhook_key.clone());
            state.company.keys = match input.keys.get(at) {
                Some(key) => vec![key.clone()],
                None if count == 1 => self.keys.clone(),
                None => vec![format!("key-{}", state.company.id)],
            };
        }
        let mut states = states.into_iter();
        if let Some(first) = states.next() {
            (self.seed, self.state, self.others, self.token) = (seed, first, states.collect(), input.token.clone());
        }
    }

    /// All companies' states; between requests in order.
    pub(super) fn states(&self) -> impl Iterator<Item = &State> {
        std::iter::once(&self.state).chain(&self.others)
    }

    /// Lets something be done for the company at this place.
    pub(super) fn acting<T>(&mut self, at: usize, act: impl FnOnce(&mut Self) -> T) -> T {
        self.swap(at);
        let done = act(self);
        self.swap(at);
        done
    }

    /// An id that no company has given yet.
    pub(super) fn next_id(&self, first: i64, last: impl Fn(&State) -> Option<i64>) -> i64 {
        self.states().filter_map(last).max().map_or(first, |last| last + 1)
    }

    fn swap(&mut self, at: usize) {
        if let Some(other) = at.checked_sub(1).and_then(|behind| self.others.get_mut(behind)) {
            std::mem::swap(&mut self.state, other);
        }
    }

    /// The companies that a request's key opens, by place. `App` keys open one, a user's `Token` all.
    fn opened(&self, request: &Request) -> Result<Vec<usize>, Refusal> {
        let refused = || Refusal::detail(403, "Invalid token.");
        let value = request.header("Authorization").ok_or_else(refused)?;
        let of_user = value.strip_prefix("Token ");
        let key = value.strip_prefix("App ").or(of_user).filter(|key| !key.is_empty()).ok_or_else(refused)?;
        if of_user.is_some() && self.token.as_deref() == Some(key) {
            return Ok((0..=self.others.len()).collect());
        }
        let any = self.others.is_empty() && self.state.company.keys.is_empty();
        let fits = |state: &State| any || state.company.keys.iter().any(|known| known == key);
        self.states().position(fits).map(|at| vec![at]).ok_or_else(refused)
    }

    /// Answers for the companies of the request's key: `/companies/{id}/…` narrows them to one.
    pub(super) fn scoped(
        &mut self,
        request: &Request,
        (path, query): (&str, &Query),
        body: &Result<Json, Refusal>,
        serve: impl Fn(&mut Self, &[&str], &Query) -> Answer,
    ) -> Answer {
        let mut opened = self.opened(request)?;
        let mut parts: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        if let ["companies", company, rest @ ..] = parts.as_slice()
            && !rest.is_empty()
        {
            opened.retain(|at| self.states().nth(*at).is_some_and(|state| state.company.id.to_string() == **company));
            parts = rest.to_vec();
        }
        if let (Method::Post, [_], Ok(body)) = (request.method, parts.as_slice(), body) {
            self.narrow(&mut opened, body);
        }
        if let [only] = opened.as_slice() {
            return self.acting(*only, |own| serve(own, &parts, query));
        }
        let (mut rows, mut listed) = (Vec::new(), false);
        for at in opened {
            match self.acting(at, |own| serve(own, &parts, &query.whole())) {
                Ok(Json::Object(mut page)) if page.contains_key("results") => {
                    listed = true;
                    rows.extend(page.remove("results").and_then(|rows| rows.as_array().cloned()).unwrap_or_default());
                }
                Err(refusal) if refusal.status == 404 => {}
                other => return other,
            }
        }
        if listed { Ok(query.page(rows)) } else { Err(Refusal::not_found()) }
    }

    /// Of several companies, the one for which a new record is meant; the first where it names none.
    fn narrow(&self, opened: &mut Vec<usize>, body: &Json) {
        let named = ["seller", "owner", "company"].iter().find_map(|name| body.get(name)).and_then(Json::as_i64);
        let meant = |at: &usize| self.states().nth(*at).is_some_and(|state| Some(state.company.id) == named);
        let at = opened.iter().copied().find(meant).or(opened.first().copied());
        *opened = at.into_iter().collect();
    }
}
