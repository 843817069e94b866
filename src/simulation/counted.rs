//! Holds the ledger of a sweep at rest against what the peers themselves hold: every record is somewhere, and in one
//! bucket only.
//!
//! Counts the peers' own states and never asks the service. At rest nothing is on its way any more.

use std::collections::BTreeMap;

use super::peers::Peers;
use crate::language::plan::{Plan, Side};
use crate::runtime::observes;
use crate::simulator::agreement::listed;
use crate::simulator::setup::rows;
use crate::store::{Bucket, Ledger};

/// What no record is in at rest.
const UNDER_WAY: [Bucket; 3] = [Bucket::Waiting, Bucket::Retrying, Bucket::Held];

/// What is wrong with a ledger, if anything. Rules may have records held for as long as they say so, or hold all of
/// them, where they only observe.
pub(super) fn wrong(ledger: Option<&Ledger>, (plan, peers): (&Plan, &Peers)) -> Option<String> {
    let Some(ledger) = ledger else { return Some("there is no ledger".to_owned()) };
    let only_observes = plan.standing.iter().any(observes);
    for pipeline in plan.pipelines.values() {
        let may_hold = only_observes || pipeline.hold.is_some();
        for side in Side::BOTH {
            let kind = pipeline.record(side);
            for account in plan.accounts_of(&kind.system).filter(|_| kind.list.is_some()) {
                let there = held(peers, &account.name).remove(&kind.name);
                let mut lines = ledger.lines.iter().filter(|line| {
                    line.pipeline == pipeline.name && line.account == account.name && line.record == kind.name
                });
                let Some(line) = lines.next() else {
                    return Some(format!("{} has no line of {}.{}", pipeline.name, account.name, kind.name));
                };
                if there.is_some_and(|there| there != line.total()) {
                    return Some(format!("{} are {there:?} at the peer, and the ledger has {line:?}", kind.name));
                }
                if UNDER_WAY.into_iter().any(|bucket| !(may_hold && bucket == Bucket::Held) && line.count(bucket) > 0) {
                    return Some(format!("something is under way still: {line:?}"));
                }
            }
        }
    }
    None
}

/// How many records of each kind a peer holds, of those kinds that it shows whole.
fn held(peers: &Peers, account: &str) -> BTreeMap<String, u64> {
    let Some(side) = peers.sides.get(account) else { return BTreeMap::new() };
    let state = peers.state(account);
    let found: Vec<(String, usize)> = match listed(&side.system, &state, &peers.setup) {
        Some(counted) => counted.into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        None => state
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| (name.clone(), rows(&state, name).count()))
            .collect(),
    };
    found.into_iter().map(|(name, count)| (name, u64::try_from(count).unwrap_or(u64::MAX))).collect()
}
