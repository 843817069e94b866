//! What a rule set wants from the outside, made for it: a peer for each account, where it is, and the variables that
//! its accounts name.
//!
//! An account of a system that can be simulated gets that simulator; any other one a peer from its system file. Of
//! several accounts of a system each gets one of its own, and those that name one variable as their address are at one
//! place, as companies at a marketplace are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::options::Options;
use super::peers::Side as At;
use super::places::Places;
use crate::language::plan::{Account, Plan, Setting, Side, System};
use crate::peer::Peer;
use crate::runtime::coordination::seal::TOKEN_KEY;
use crate::simulator::{self, Market, Setup, Share, Simulator, Size, Trade};
use crate::value::{Record, Value};

/// Settings that say which facilities' stock is offered, which one ships where nobody says otherwise, and which
/// statuses bring an order over.
const FACILITIES: &str = "stock.facilities";
const FACILITY: &str = "orders.default_facility";
const STATUSES: &str = "orders.sync_statuses";

/// The key by which tokens are sealed in a simulated world.
const SEALED_BY: &str = "aHVzaC1odXNoLWh1c2gtaHVzaC1odXNoLWh1c2gtaHU=";

/// What is made for a rule set.
pub(super) struct Made {
    pub(super) sides: BTreeMap<String, At>,
    /// Where each peer is.
    pub(super) places: Places,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) trade: Trade,
    pub(super) secrets: Vec<String>,
}

/// Makes it.
pub(super) fn make(plan: &Plan, options: &Options) -> Made {
    let size = Size { items: options.items, customers: options.customers, ..Size::default() };
    let trade = Trade::from_seed(options.seed, options.roof.map_or(size, |roof| roof.sized(size)));
    let (sides, places, variables) = (BTreeMap::new(), Places::default(), BTreeMap::new());
    let mut made = Made { sides, places, variables, trade, secrets: vec![SEALED_BY.to_owned()] };
    made.variables.insert(TOKEN_KEY.to_owned(), SEALED_BY.to_owned());
    for account in plan.accounts.values() {
        add(&mut made, plan, account, options);
    }
    made
}

fn add(made: &mut Made, plan: &Plan, account: &Account, options: &Options) {
    let Some(system) = plan.systems.get(&account.system) else { return };
    let trade = made.trade.clone();
    let (mut peer, path) = peer(plan, (account, system), (&trade, options));
    for (name, setting) in &account.secrets {
        let value = format!("hush-{}-{name}", account.name);
        if let Setting::Env { name, .. } = setting {
            made.variables.insert(name.clone(), value.clone());
        }
        if system.webhook.as_ref().is_some_and(|rules| rules.secrets().contains(&name.as_str())) {
            peer.set_webhook_key(value.clone());
        }
        made.places.open(&value, &account.name);
        made.secrets.push(value);
    }
    let place = match &account.base_url {
        Setting::Env { name, .. } => {
            let url = made
                .variables
                .entry(name.clone())
                .or_insert_with(|| format!("http://{}.simulated{path}", account.name));
            url.strip_suffix(path).unwrap_or(url).to_owned()
        }
        Setting::Value(Value::Text(url)) => url.trim_end_matches('/').to_owned(),
        _ => String::new(),
    };
    let base_url = format!("{place}{path}");
    for (name, value) in simulator::environment(&system.name, &base_url, "", &trade) {
        made.variables.entry(name.to_owned()).or_insert(value);
    }
    let (at, _) = place_of(plan, account);
    for (property, setting) in &account.properties {
        if let (Setting::Env { name, .. }, Some(value)) = (setting, simulator::property(property, at, &trade)) {
            made.variables.entry(name.clone()).or_insert(value);
        }
    }
    made.places.add(&place, &account.name);
    made.sides.insert(account.name.clone(), At::new(&system.name, peer));
}

/// The place of an account among those of its system, and how many those are.
fn place_of(plan: &Plan, account: &Account) -> (usize, usize) {
    let place = plan.accounts_of(&account.system).position(|one| one.name == account.name);
    (place.unwrap_or_default(), plan.accounts_of(&account.system).count())
}

/// An account's peer, and where its API begins below its place.
fn peer(
    plan: &Plan,
    (account, system): (&Account, &Arc<System>),
    (trade, options): (&Trade, &Options),
) -> (Box<dyn Simulator>, &'static str) {
    let (name, seed) = (&system.name, options.seed);
    let (place, of) = place_of(plan, account);
    let several = || {
        let taken = brands(account, &trade.brands);
        let is_listed = |brand: &String| taken.as_ref().is_none_or(|taken| taken.contains(brand));
        let listed = trade.brands.iter().enumerate().filter(|(_, brand)| is_listed(brand)).map(|(at, _)| at);
        let listed: Vec<usize> = listed.collect();
        simulator::beside(name, trade, seed, Share { place, brands: &listed, alike: options.alike })
    };
    let named = if of > 1 { several() } else { None };
    match named.or_else(|| simulator::named(name, trade, seed)) {
        Some(named) => (named, simulator::base_path(name)),
        None => (Box::new(made_of(plan, system)), ""),
    }
}

/// The names of those brands that an account takes, as far as its rules tell that by the brand alone; none: all.
fn brands(account: &Account, all: &[String]) -> Option<BTreeSet<String>> {
    let carries = account.carries.as_ref()?;
    let takes = |brand: &String| {
        let item = Value::Record(Record::from([("brand".to_owned(), Value::text(brand.as_str()))]));
        carries.takes(&item, &Value::Null)
    };
    let answers: Result<Vec<bool>, _> = all.iter().map(takes).collect();
    let answers = answers.ok()?;
    Some(all.iter().zip(answers).filter(|(_, takes)| *takes).map(|(brand, _)| brand.clone()).collect())
}

/// How the accounts of a trade are set up, as far as the settings of their rules say.
pub(super) fn set_up((plan, trade): (&Plan, &Trade), variable: impl Fn(&str) -> Option<String>) -> Setup {
    let words = |setting: Option<&Setting>| -> Vec<String> {
        setting.into_iter().flat_map(|setting| words(setting, &variable)).collect()
    };
    let shared = |name: &str| words(plan.settings.get(name));
    let own = |account: &Account, name: &str| account.settings.get(name).map(|own| words(Some(own)));
    let offering = plan.accounts.values().find_map(|account| own(account, FACILITIES));
    let market = |account: &Account| Market {
        brands: brands(account, &trade.brands),
        facility: own(account, FACILITY).unwrap_or_else(|| shared(FACILITY)).pop().unwrap_or_default(),
        statuses: own(account, STATUSES).unwrap_or_else(|| shared(STATUSES)),
    };
    Setup {
        facilities: offering.unwrap_or_else(|| shared(FACILITIES)).into_iter().collect(),
        markets: plan.accounts.values().map(|account| (account.name.clone(), market(account))).collect(),
    }
}

/// The texts of a setting.
fn words(setting: &Setting, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    match setting {
        Setting::Value(Value::List(items)) => items.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        Setting::Value(value) => value.as_text().map(str::to_owned).into_iter().collect(),
        Setting::Env { name, default, .. } => variable(name).or_else(|| default.clone()).into_iter().collect(),
        Setting::List(items) => items.iter().flat_map(|item| words(item, variable)).collect(),
    }
}

/// A peer made from a system file. What records are matched by is what people tell them apart by, or nobody could say
/// which belong together.
fn made_of(plan: &Plan, system: &Arc<System>) -> Peer {
    let sides = plan.pipelines.values().flat_map(|pipeline| [(pipeline, Side::Left), (pipeline, Side::Right)]);
    let own = sides.filter(|(pipeline, side)| pipeline.record(*side).system == system.name);
    own.fold(Peer::new(Arc::clone(system)), |peer, (pipeline, side)| {
        peer.named_by(&pipeline.record(side).name, pipeline.match_field(side))
    })
}
