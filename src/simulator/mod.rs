//! Both systems in miniature, for tests, the demo and trying rules out.
//!
//! Each simulator is a synchronous `handle(now, request)` over its own state; `server` puts an
//! HTTP shell around it. Shares no code with the connector, or both could be wrong together:
//! this room uses only `value` and `world`. The only room where systems are named.

pub mod act;
pub mod agreement;
pub mod astray;
mod connection;
mod control;
mod courier;
pub mod due;
pub mod fault;
pub mod flourish;
pub mod keeping;
pub mod leaflink;
mod request_log;
pub mod roof;
pub mod server;
pub mod setup;
#[allow(clippy::module_inception, reason = "the room is named after its main trait")]
pub mod simulator;
pub mod trade;
pub mod whim;
mod world_input;

pub use act::Act;
pub use fault::Faults;
pub use roof::Roof;
pub use server::{Options, Served, Subscription, serve};
pub use setup::{Held, Market, Setup};
pub use simulator::{Outcome, Simulator, Webhook};
pub use trade::{Size, Trade};
pub use whim::{Mood, Whim};

/// The systems that can be simulated.
pub const NAMES: [&str; 2] = ["flourish", "leaflink"];

/// A simulator by name.
pub fn named(name: &str, trade: &Trade, seed: u64) -> Option<Box<dyn Simulator>> {
    match name {
        "flourish" => Some(Box::new(flourish::Flourish::new(trade).seed(seed))),
        "leaflink" => Some(Box::new(leaflink::LeafLink::new(trade, seed))),
        _ => None,
    }
}

/// What one of several accounts of a system has of a trade.
#[derive(Clone, Copy, Debug)]
pub struct Share<'a> {
    /// Its place among them.
    pub place: usize,
    /// The brands that it lists, by their places in the trade.
    pub brands: &'a [usize],
    /// Whether what each of them has of its own bears the ids that the others' bears.
    pub alike: bool,
}

/// A simulator of one of several accounts, where a system can be simulated that has such.
pub fn beside(name: &str, trade: &Trade, seed: u64, share: Share<'_>) -> Option<Box<dyn Simulator>> {
    let Share { place, brands, alike } = share;
    match name {
        "leaflink" => Some(Box::new(leaflink::LeafLink::beside(trade, seed, (place, brands, alike)))),
        _ => None,
    }
}

/// What a property of an account is at a simulator, by its name and the account's place among those of its system.
pub fn property(name: &str, place: usize, trade: &Trade) -> Option<String> {
    match name {
        "company_id" => Some(COMPANY.saturating_add(i64::try_from(place).unwrap_or_default()).to_string()),
        "facility_id" => trade.facilities.first().map(|one| one.id.clone()),
        _ => None,
    }
}

/// The id of the company in a world of one.
pub const COMPANY: i64 = leaflink::COMPANY;

/// The key by which a simulator is opened where nobody says another: any is let in.
const ANY_KEY: &str = "any-key";

/// What the shipped accounts want from the environment to use a simulator at this base URL: names and values. Empty for
/// a system that they do not have.
pub fn environment(name: &str, base_url: &str, webhook_key: &str, trade: &Trade) -> Vec<(&'static str, String)> {
    let (base_url, webhook_key, any_key) = (base_url.to_owned(), webhook_key.to_owned(), ANY_KEY.to_owned());
    match name {
        "flourish" => vec![
            ("FLOURISH_BASE_URL", base_url),
            ("FLOURISH_API_KEY", any_key),
            ("FLOURISH_WEBHOOK_KEY", webhook_key),
            ("FLOURISH_FACILITY_ID", trade.facilities.first().map(|one| one.id.clone()).unwrap_or_default()),
        ],
        "leaflink" => vec![
            ("LEAFLINK_BASE_URL", base_url),
            ("LEAFLINK_API_KEY", any_key),
            ("LEAFLINK_WEBHOOK_KEY", webhook_key),
            ("LEAFLINK_COMPANY_ID", COMPANY.to_string()),
        ],
        _ => Vec::new(),
    }
}

/// What a variable is that names one more facility of a trade, whatever it is called before that.
pub fn further(variable: &str, trade: &Trade) -> Option<String> {
    let facility = trade.facilities.get(1).filter(|_| variable.ends_with("FACILITY_ID"));
    facility.map(|facility| facility.id.clone())
}

/// Where a simulator's API begins, below its origin.
pub fn base_path(name: &str) -> &'static str {
    match name {
        "flourish" => "/external/api",
        _ => "/api/v2",
    }
}
