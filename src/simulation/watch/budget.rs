//! How often an account's peer is called: never more in any minute, nor more at once, than its system file allows, and
//! not at all while it asked for a pause.
//!
//! A process that begins anew knows nothing of what the one before it called.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};

use crate::language::plan::{Limits, Plan};
use crate::simulation::line::lock;
use crate::world::Response;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// What was called lately.
pub(super) struct Budget {
    limits: BTreeMap<String, Limits>,
    lately: Mutex<BTreeMap<String, Lately>>,
}

/// One account's calls in one life of the process.
#[derive(Default)]
struct Lately {
    life: u64,
    set_out: VecDeque<Timestamp>,
    under_way: Arc<()>,
    /// Since when and until when the peer wants to hear nothing.
    pause: Option<(Timestamp, Timestamp)>,
}

/// A call that is under way until this is dropped.
pub(in crate::simulation) struct UnderWay(#[expect(dead_code, reason = "counted while it is kept")] Arc<()>);

impl Budget {
    pub(super) fn new(plan: &Plan) -> Self {
        let limits = plan.accounts.values().filter_map(|account| {
            let system = plan.systems.get(&account.system)?;
            Some((account.name.clone(), system.limits))
        });
        Self { limits: limits.collect(), lately: Mutex::default() }
    }

    /// A call sets out; what is wrong with that, if anything.
    pub(super) fn sets_out(&self, account: &str, (now, life): (Timestamp, u64)) -> (UnderWay, Option<String>) {
        let mut all = lock(&self.lately);
        let lately = all.entry(account.to_owned()).or_default();
        if lately.life != life {
            *lately = Lately { life, ..Lately::default() };
        }
        let under_way = UnderWay(Arc::clone(&lately.under_way));
        lately.set_out.push_back(now);
        while lately.set_out.front().is_some_and(|at| now.duration_since(*at) >= MINUTE) {
            lately.set_out.pop_front();
        }
        let Some(limits) = self.limits.get(account) else { return (under_way, None) };
        let most = usize::try_from(limits.per_minute.saturating_add(limits.burst)).unwrap_or(usize::MAX);
        let at_once = Arc::strong_count(&lately.under_way).saturating_sub(1);
        let wrong = match lately.pause {
            Some((since, until)) if since < now && now < until => Some(format!("is called before {until}")),
            _ if lately.set_out.len() > most => Some(format!("is called more than {most} times in a minute")),
            _ if at_once > usize::try_from(limits.at_once).unwrap_or(usize::MAX) => {
                Some(format!("has {at_once} calls at once"))
            }
            _ => None,
        };
        (under_way, wrong.map(|what| format!("{account} {what}, which it does not want")))
    }

    /// The process is told something that may ask for a pause.
    pub(super) fn heard(&self, account: &str, answer: &Response, now: Timestamp) {
        let Some(after) = answer.header("retry-after") else { return };
        let seconds = after.parse::<i64>().ok().map(SignedDuration::from_secs);
        let until = match seconds {
            Some(length) => now.checked_add(length).ok(),
            None => jiff::fmt::rfc2822::parse(after).ok().map(|at| at.timestamp()),
        };
        if let (Some(until), Some(lately)) = (until, lock(&self.lately).get_mut(account)) {
            let known = lately.pause.filter(|(_, known)| *known > now);
            lately.pause = Some(known.map_or((now, until), |(since, known)| (since, known.max(until))));
        }
    }
}
