//! What a rule set wants from the outside, made for it: a peer for each account, where it is, and the variables that
//! its accounts name.
//!
//! An account of a system that can be simulated gets that simulator; any other one a peer from its system file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::options::Options;
use super::peers::Side as At;
use crate::language::plan::{Account, Plan, Setting, Side, System};
use crate::peer::Peer;
use crate::simulator::{self, Simulator, Size, Trade};
use crate::value::Value;

/// What is made for a rule set.
pub(super) struct Made {
    pub(super) sides: BTreeMap<String, At>,
    /// Where each peer is: the beginning of its addresses, with its account.
    pub(super) places: BTreeMap<String, String>,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) trade: Trade,
    pub(super) secrets: Vec<String>,
}

/// Makes it.
pub(super) fn make(plan: &Plan, options: &Options) -> Made {
    let size = Size { items: options.items, customers: options.customers, ..Size::default() };
    let trade = Trade::from_seed(options.seed, size);
    let (sides, places, variables) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut made = Made { sides, places, variables, trade: trade.clone(), secrets: Vec::new() };
    for account in plan.accounts.values() {
        add(&mut made, plan, account, (&trade, options.seed));
    }
    made
}

fn add(made: &mut Made, plan: &Plan, account: &Account, (trade, seed): (&Trade, u64)) {
    let Some(system) = plan.systems.get(&account.system) else { return };
    let named = simulator::named(&system.name, trade, seed);
    let path = if named.is_some() { simulator::base_path(&system.name) } else { "" };
    let mut peer: Box<dyn Simulator> = named.unwrap_or_else(|| Box::new(made_of(plan, system)));
    for (name, setting) in &account.secrets {
        let value = format!("hush-{}-{name}", account.name);
        if let Setting::Env { name, .. } = setting {
            made.variables.insert(name.clone(), value.clone());
        }
        if system.webhook.as_ref().is_some_and(|rules| rules.secret == *name) {
            peer.set_webhook_key(value.clone());
        }
        made.secrets.push(value);
    }
    let place = match &account.base_url {
        Setting::Env { name, .. } => {
            let place = format!("http://{}.simulated", account.name);
            made.variables.insert(name.clone(), format!("{place}{path}"));
            place
        }
        Setting::Value(Value::Text(url)) => url.trim_end_matches('/').to_owned(),
        _ => String::new(),
    };
    let base_url = format!("{place}{path}");
    for (name, value) in simulator::environment(&system.name, &base_url, "", trade) {
        made.variables.entry(name.to_owned()).or_insert(value);
    }
    made.places.insert(place, account.name.clone());
    made.sides.insert(account.name.clone(), At::new(&system.name, peer));
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
