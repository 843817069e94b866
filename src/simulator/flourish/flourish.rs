//! The simulator itself: options, who may call, and one request from bytes to bytes.
//!
//! Everything behind this file works on [`Company`] and never sees HTTP. Requests under
//! `/_control/` are what people do in Flourish's own pages; they need no key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::acts::ACTS;
use super::call::Call;
use super::company::Company;
use super::reply::{Answer, Refusal, Reply};
use super::{control, reply, route, seed, spelling, webhooks, whims};
use crate::simulator::act::Act;
use crate::simulator::whim::{Mood, Whim};
use crate::simulator::world_input::WorldInput;
use crate::simulator::{Outcome, Simulator, Trade};
use crate::world::{Method, Request};

/// Where the API begins.
const API_BASE: &str = "/external/api/";
/// Where people's doings begin.
const CONTROL_BASE: &str = "/_control/";

/// A Flourish company.
#[derive(Clone, Debug)]
pub struct Flourish {
    company: Company,
    seed: u64,
    api_keys: Vec<String>,
    webhook_key: Option<String>,
}

impl Flourish {
    /// A company that sells this trade's items. Roughly every third customer is already known as
    /// a destination, and one destination bears another customer's name under another license.
    pub fn new(trade: &Trade) -> Self {
        Self { company: seed::company(trade), seed: 0, api_keys: Vec::new(), webhook_key: None }
    }

    /// What a world that is begun anew is left to chance by, where it does not say.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Accepts only these keys. With none, any key that is not empty will do.
    #[must_use]
    pub fn api_keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.api_keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Signs webhooks with this key. Without one they are not signed.
    #[must_use]
    pub fn webhook_key(mut self, key: impl Into<String>) -> Self {
        self.webhook_key = Some(key.into());
        self
    }

    /// Leaves these items out, so that orders for them meet an unknown SKU.
    #[must_use]
    pub fn without_skus(mut self, skus: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        for sku in skus {
            self.company.remove_item(sku.as_ref());
        }
        self
    }

    /// Whether every facility insists on a sales representative on outbound orders.
    #[must_use]
    pub fn sales_rep_required(mut self, required: bool) -> Self {
        for facility in &mut self.company.facilities {
            facility.sales_rep_required = required;
        }
        self
    }

    /// Whether the inventory summary leaves out items of which there is nothing and nothing on
    /// order, unless `include_all_items` asks for them. Off: a row once there stays.
    #[must_use]
    pub fn hide_empty_stock(mut self, hide: bool) -> Self {
        self.company.hide_empty_stock = hide;
        self
    }

    fn answer(&mut self, call: &Call) -> Answer {
        let path = call.path();
        if call.method() == Method::Post && path == format!("{CONTROL_BASE}world") {
            return self.begin(call.bytes());
        }
        if let Some(action) = path.strip_prefix(CONTROL_BASE) {
            return control::answer(&mut self.company, call, action);
        }
        let Some(resource) = path.strip_prefix(API_BASE) else {
            return Err(Refusal::not_found());
        };
        self.authenticate(call)?;
        route::answer(&mut self.company, call, resource)
    }

    /// Begins anew with the world asked for.
    fn begin(&mut self, body: &[u8]) -> Answer {
        let input = WorldInput::read(body).map_err(Refusal::bad)?;
        self.seed = input.seed.unwrap_or(self.seed);
        let (now, hide_empty_stock) = (self.company.now, self.company.hide_empty_stock);
        self.company = Company { now, hide_empty_stock, ..seed::company(&input.trade(self.seed)) };
        let sizes = json!({
            "items": self.company.items.len(), "brands": self.company.brands.len(),
            "facilities": self.company.facilities.iter().map(|one| &one.id).collect::<Vec<_>>(),
        });
        Ok(Reply::Bare(sizes))
    }

    /// A key in `x-api-key`, or the deprecated `Basic` with the key as its password.
    fn authenticate(&self, call: &Call) -> Result<(), Refusal> {
        let basic = || {
            let encoded = call.header("authorization")?.strip_prefix("Basic ")?;
            let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
            text.split_once(':').map(|(_, key)| key.to_owned())
        };
        let key = call.header("x-api-key").map(str::to_owned).or_else(basic).unwrap_or_default();
        let known = if self.api_keys.is_empty() { !key.is_empty() } else { self.api_keys.contains(&key) };
        if known { Ok(()) } else { Err(Refusal::new(401, "Unauthorized")) }
    }
}

impl Simulator for Flourish {
    fn handle(&mut self, now: Timestamp, request: &Request) -> Outcome {
        self.company.now = spelling::whole_second(now);
        let call = Call::new(request);
        let answer = self.answer(&call);
        let webhooks = webhooks::take(&mut self.company, self.webhook_key.as_deref());
        Outcome { response: reply::respond(&call, answer), webhooks }
    }

    fn acts(&self) -> &'static [Act] {
        ACTS
    }

    fn whim(&self, mood: &Mood<'_>) -> Option<Whim> {
        whims::next(&self.company, mood)
    }

    fn set_webhook_key(&mut self, key: String) {
        self.webhook_key = if key.is_empty() { None } else { Some(key) };
    }
}
