//! How the accounts of a trade are set up, and what they hold: one warehouse, and the accounts of the marketplace that
//! sell from it.
//!
//! Plain data for those who judge; says nothing of what is right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

/// The rows of a list in a state.
pub fn rows<'a>(state: &'a Json, name: &str) -> impl Iterator<Item = &'a Json> {
    state.get(name).and_then(Json::as_array).into_iter().flatten()
}

pub(super) fn text<'a>(row: &'a Json, name: &str) -> &'a str {
    row.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// How an account of the marketplace is set up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Market {
    /// The names of the brands that it takes; none: all.
    pub brands: Option<BTreeSet<String>>,
    /// The id of the facility that ships its orders where nobody says otherwise.
    pub facility: String,
    /// The statuses that bring its orders over.
    pub statuses: Vec<String>,
}

/// How all of them are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Setup {
    /// The ids of the facilities whose stock is offered; empty: the first one's.
    pub facilities: BTreeSet<String>,
    /// By account.
    pub markets: BTreeMap<String, Market>,
}

/// What they hold.
#[derive(Clone, Debug)]
pub struct Held {
    /// All that is at the warehouse.
    pub warehouse: Arc<Json>,
    /// All that is at the marketplace, by account.
    pub markets: BTreeMap<String, Arc<Json>>,
    /// How they are set up.
    pub setup: Arc<Setup>,
}

impl Held {
    /// A warehouse and a marketplace of one account each, set up as the shipped rules have it.
    pub fn of_two(warehouse: Json, marketplace: Json) -> Self {
        let account = "marketplace".to_owned();
        let market = Market { statuses: vec!["Submitted".to_owned()], ..Market::default() };
        Self {
            warehouse: Arc::new(warehouse),
            markets: BTreeMap::from([(account.clone(), Arc::new(marketplace))]),
            setup: Arc::new(Setup { facilities: BTreeSet::new(), markets: BTreeMap::from([(account, market)]) }),
        }
    }

    /// The orders of all accounts of the marketplace, each with its account.
    pub fn orders(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.rows("orders")
    }

    /// The same of products.
    pub fn products(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.rows("products")
    }

    fn rows(&self, list: &'static str) -> impl Iterator<Item = (&str, &Json)> {
        self.markets.iter().flat_map(move |(account, state)| rows(state, list).map(|row| (account.as_str(), row)))
    }

    /// How an account is set up.
    pub fn market(&self, account: &str) -> Option<&Market> {
        self.setup.markets.get(account)
    }

    /// Whether a facility's stock is offered.
    pub fn offers(&self, facility: &str) -> bool {
        self.setup.offers(&self.warehouse, facility)
    }
}

impl Setup {
    /// Whether a facility's stock is offered by a warehouse of this state.
    pub fn offers(&self, warehouse: &Json, facility: &str) -> bool {
        let first = || rows(warehouse, "facilities").next().map(|one| text(one, "id"));
        if self.facilities.is_empty() { first() == Some(facility) } else { self.facilities.contains(facility) }
    }
}
