//! Looks for what a person should hear of although nothing failed outright: what is overdue, silent, slow or short.
//!
//! Says when an alarm stands, by what was counted and by what the store holds; whom to tell is the notifier's.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::schedule;
use super::sweep_marks::{Mark, last};
use crate::runtime::live::Live;
use crate::runtime::memory::meter::{Heard, Polled};
use crate::runtime::memory::signals::Place;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::value::duration;

/// No look for an account's changes came to its end for too long.
pub const POLL: &str = "poll-overdue";
/// No sweep came to its end for too long.
pub const SWEEP: &str = "sweep-overdue";
/// Only polls tell of an account's changes.
pub const WEBHOOKS: &str = "webhooks-silent";
/// Something has not been across for too long.
pub const LAG: &str = "lag";
/// Every call to an account has had to wait for its turn for too long.
pub const BUDGET: &str = "budget-short";

/// Those that every process sees.
pub(super) const OF_ALL: [&str; 2] = [SWEEP, LAG];

/// Changes that webhooks missed before that is more than a coincidence.
const MISSED_MIN: u64 = 3;

/// All alarms: the name, the limit with its default, and when it begins.
pub const ALARMS: &[(&str, &str, &str)] = &[
    ("parked", "", "something comes into the inbox: `parked` for each entry, and `unparked` when it is gone"),
    ("breaker", "", "calls to an account's peer are held back after failures: `breaker_open`, then `breaker_closed`"),
    ("reload", "", "the rule files have errors and the last good rules go on: `reload_failed`, then `reload_taken`"),
    (
        POLL,
        "`alarms.poll`, 10m",
        "no look for an account's changes came to its end for so long, or for two poll intervals",
    ),
    (SWEEP, "`alarms.sweep`, twice `reconcile.every`", "no sweep that began within this time came to its end"),
    (
        WEBHOOKS,
        "`alarms.webhooks`, 30m",
        "for so long polls alone told of an account's changes that led to writes, three at least",
    ),
    (LAG, "`alarms.lag`, 15m", "a change that was told of so long ago is not across, and is neither parked nor held"),
    (BUDGET, "`alarms.budget`, 30m", "for so long every call to an account has had to wait for its turn"),
];

/// The limit that a setting says; none: the alarm is switched off.
fn limit(live: &Live, setting: &str, usual: Duration) -> Option<Duration> {
    let said = live.setting(setting).and_then(|value| duration::parse(value.as_text()?));
    Some(said.unwrap_or(usual)).filter(|limit| !limit.is_zero())
}

fn since(then: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(then)).unwrap_or_default()
}

impl Runtime {
    /// Looks which alarms stand.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read; what stood goes on standing.
    pub(crate) async fn look_for_alarms(&self) -> Result<(), Trouble> {
        let live = self.live.load_full();
        let now = self.world.clock.now();
        let mut found = BTreeMap::<Place, String>::new();
        found.extend(self.overdue_polls(&live, now));
        found.extend(self.silent_webhooks(&live, now));
        found.extend(self.short_budgets(&live));
        if let Some(age) = self.overdue_sweep(&live, now).await? {
            let text = format!("the last sweep that came to its end began {} ago", duration::about(age));
            found.insert((SWEEP, String::new()), text);
        }
        if let Some(most) = limit(&live, "alarms.lag", Duration::from_mins(15)) {
            let ages = self.store.ages().await?;
            let oldest = [ages.waiting, ages.in_flight, ages.retrying].into_iter().flatten().max();
            if let Some(age) = oldest.filter(|age| *age > most) {
                let text = format!("a change that was told of {} ago is not across", duration::about(age));
                found.insert((LAG, String::new()), text);
            }
        }
        self.signals.stand(found, now);
        Ok(())
    }

    fn overdue_polls(&self, live: &Live, now: Timestamp) -> Vec<(Place, String)> {
        let Some(most) = limit(live, "alarms.poll", Duration::from_mins(10)) else { return Vec::new() };
        let most = most.max(self.poll_interval.saturating_mul(2));
        let is_over = |(account, polled): &(String, Polled)| {
            live.plan.accounts.contains_key(account) && since(polled.last, now) > most
        };
        let told = |(account, polled): (String, Polled)| {
            let age = duration::about(since(polled.last, now));
            let text = format!("no look for changes of {account} came to its end for {age}");
            ((POLL, account), text)
        };
        self.meter.polls().into_iter().filter(is_over).map(told).collect()
    }

    fn silent_webhooks(&self, live: &Live, now: Timestamp) -> Vec<(Place, String)> {
        let Some(most) = limit(live, "alarms.webhooks", Duration::from_mins(30)) else { return Vec::new() };
        let takes = |account: &str| {
            let account = live.plan.accounts.get(account);
            let system = account.and_then(|account| live.plan.systems.get(&account.system));
            system.is_some_and(|system| system.webhook.is_some())
        };
        let is_silent = |(account, heard): &(String, Heard)| {
            let long = heard.missed_since.is_some_and(|first| since(first, now) > most);
            takes(account) && heard.missed >= MISSED_MIN && long
        };
        let told = |(account, heard): (String, Heard)| {
            let age = duration::about(heard.missed_since.map(|first| since(first, now)).unwrap_or_default());
            let (missed, place) = (heard.missed, (WEBHOOKS, account.clone()));
            (place, format!("{account} sent no webhook for {age}, while polls found {missed} changes"))
        };
        self.meter.heard().into_iter().filter(is_silent).map(told).collect()
    }

    fn short_budgets(&self, live: &Live) -> Vec<(Place, String)> {
        let Some(most) = limit(live, "alarms.budget", Duration::from_mins(30)) else { return Vec::new() };
        let short = live.peers.iter().filter_map(|(account, peer)| Some((account, peer.short_for()?)));
        let told = |(account, length): (&String, Duration)| {
            let text = format!("every call to {account} has had to wait for its turn for {}", duration::about(length));
            ((BUDGET, account.clone()), text)
        };
        short.filter(|(_, length)| *length > most).map(told).collect()
    }

    /// How old the last whole sweep is, where that is too old.
    async fn overdue_sweep(&self, live: &Live, now: Timestamp) -> Result<Option<Duration>, Trouble> {
        let Some(every) = schedule::interval(live) else { return Ok(None) };
        let Some(most) = limit(live, "alarms.sweep", every.saturating_mul(2)) else { return Ok(None) };
        let age = last(self, Mark::Whole).await?.map(|whole| since(whole, now));
        Ok(age.filter(|age| *age > most))
    }
}
