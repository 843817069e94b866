//! What may not be, looked at while it runs and when it is at rest.
//!
//! Asks the peers themselves, the store and the reports, never the engine. What the inbox names is left over and no
//! fault; what it does not name is one.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value as Json;

use super::counted;
use super::house::House;
use super::line::lock;
use super::network::{Network, Sick};
use super::options::Options;
use super::trace::Trace;
use crate::engine::create::AFTER_ANOTHER;
use crate::engine::{Decision, Step};
use crate::runtime::{Report, Runtime};
use crate::simulator::agreement::{Gap, doubled, gaps};
use crate::value::duration;

/// The parts of a report that name what is not in step.
const NAMING: [&str; 7] =
    ["parked", "left_alone", "passed_by", "put_off", "without_counterpart", "disagree", "kept_otherwise"];

/// How a fault of petiole's own is told in the inbox.
const OWN_FAULT: &str = "a fault of petiole's own";

/// How many decisions are decided again.
const DECISIONS: usize = 200;

/// Who says what may not be.
pub(super) struct Judge {
    pub(super) network: Arc<Network>,
    pub(super) trace: Arc<Trace>,
    pub(super) options: Arc<Options>,
    /// Whether both sides are held against what the shipped rules promise.
    pub(super) shipped: bool,
    pub(super) house: Arc<House>,
}

impl Judge {
    /// Nothing is there twice.
    pub(super) fn doubles(&self) {
        for (account, side) in &self.network.peers.sides {
            for twice in doubled(&side.system, &self.network.peers.state(account)) {
                self.trace.wrong(format!("doubled: {twice}"));
            }
        }
    }

    /// A sweep after a sweep found nothing to do, and everything that is left is named.
    pub(super) fn second_sweep(&self, report: &Report, when: &str) {
        let told = report.to_json();
        if report.writes() > 0 {
            self.trace.wrong(format!("{when} writes {}: {}", report.writes(), of(&told, "changes")));
        }
        for part in ["put_off", "waiting"] {
            let left = of(&told, part);
            if left != "[]" {
                self.trace.wrong(format!("{when} leaves something {part}: {left}"));
            }
        }
        if report.braked.is_some() {
            self.trace.wrong(format!("{when} is stopped by its brake: {}", of(&told, "braked")));
        }
        self.agreement(&told, when);
        let plan = Arc::clone(&lock(&self.house.plan));
        if let Some(what) = counted::wrong(report.ledger.as_ref(), (&plan, &self.network.peers)) {
            self.trace.wrong(format!("{when} has a ledger that is not so: {what}"));
        }
    }

    /// While something is wrong for good: orders that have nothing to do with it go together, and what is left of work
    /// is about it.
    pub(super) async fn but_for(&self, runtime: &Runtime, sick: Option<&Sick>) {
        self.kept(runtime).await;
        let deferred = runtime.store.deferred().await.unwrap_or_default();
        self.trace.note(&format!("left over: {deferred:?}"));
        match sick {
            Some(Sick::Dead(account)) => {
                let is_other = |gap: &Gap| gap.of_orders && gap.account != *account;
                let markets = self.network.peers.held().is_some_and(|held| held.markets.contains_key(account));
                if markets {
                    let named = self.named(runtime).await;
                    self.gaps(&named, "rest beside an account that is away", is_other);
                }
                for (reason, count) in deferred.iter().filter(|(reason, _)| !reason.contains(account.as_str())) {
                    self.trace.wrong(format!("{account} is away, and yet {count} wait because {reason}"));
                }
            }
            Some(Sick::Poisoned(account, path)) => {
                let key = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                let concerned = self.network.peers.words_beside(account, key);
                let is_other = |gap: &Gap| gap.of_orders && !gap.names.iter().any(|name| concerned.contains(name));
                let named = self.named(runtime).await;
                self.gaps(&named, "rest beside a record that cannot be read", is_other);
            }
            _ => {}
        }
    }

    /// Nothing that was put off waits for longer than anything should.
    pub(super) fn put_off(&self) {
        self.house.waiting.overdue().into_iter().for_each(|late| self.trace.wrong(late));
    }

    /// Each record that a webhook was answered for was looked at since, and nothing waits for what is there.
    pub(super) async fn promised(&self, runtime: &Runtime, before: Timestamp) {
        for broken in self.house.promised.broken(before) {
            self.trace.wrong(format!("a webhook was taken and nobody looked at {broken}"));
        }
        let parks = runtime.store.parks().await.unwrap_or_default();
        // What comes first may be there, and is waited for all the same.
        for park in parks.iter().filter(|park| park.draft.code != AFTER_ANOTHER) {
            for wait in &park.draft.waits {
                if self.network.peers.holds(&wait.account, (&wait.field, &wait.value)) {
                    let (target, value) = (&park.draft.target, &wait.value);
                    self.trace.wrong(format!("{target} waits for {value}, which is there: {}", park.draft.message));
                }
            }
        }
    }

    /// What was decided under the rules that serve is decided the same once it is read back.
    pub(super) async fn decided(&self, runtime: &Runtime) {
        let live = runtime.live.load_full();
        for entry in runtime.store.decisions(None, None, DECISIONS).await.unwrap_or_default() {
            self.trace.secret(&format!("{entry:?}"));
            let pipeline = live.plan.pipelines.get(&entry.pipeline).filter(|_| entry.generation == live.generation);
            let Some(pipeline) = pipeline else { continue };
            let (left, right) = (entry.situation.left_account.as_str(), entry.situation.right_account.as_str());
            match live.deciding(pipeline, (left, right)).round(&entry.situation) {
                Step::Done(again) => {
                    // Places in listings are no part of what is kept.
                    let kept = Decision { fitting: again.fitting.clone(), ..entry.outcome };
                    if *again == kept {
                        continue;
                    }
                    let what = format!("{kept:?}, and now {again:?}");
                    self.trace.wrong(format!("{} is decided otherwise from the journal: {what}", entry.target));
                }
                Step::Need(wants) => {
                    self.trace.wrong(format!("{} cannot be decided from the journal: {wants:?}", entry.target));
                }
            }
        }
    }

    /// What somebody was told of, or heard of by a webhook, is brought over without any sweep, or named in the inbox.
    pub(super) async fn without_a_sweep(&self, runtime: &Runtime) {
        if let Some(why) = runtime.brake.stopped() {
            // A first sweep that found too much holds all of it for somebody's word, and says so.
            return self.trace.note(&why);
        }
        let named = self.named(runtime).await;
        self.gaps(&named, "rest without a sweep", |gap| gap.of_orders);
    }

    /// What the inbox names, and named before somebody took it out.
    async fn named(&self, runtime: &Runtime) -> String {
        let parks = runtime.store.parks().await.unwrap_or_default();
        let mut named = lock(&self.house.dropped).clone();
        named.extend(parks.iter().map(|park| format!("{} {}", park.draft.target, park.draft.message)));
        named.join("\n")
    }

    /// Both sides go together, or what does not is named.
    fn agreement(&self, told: &Json, when: &str) {
        let mut named = lock(&self.house.dropped).clone();
        named.extend(NAMING.iter().map(|part| of(told, part)));
        self.gaps(&named.join("\n"), when, |_| true);
    }

    fn gaps(&self, named: &str, when: &str, is_meant: impl Fn(&Gap) -> bool) {
        let Some(held) = self.network.peers.held().filter(|_| self.shipped) else { return };
        for gap in gaps(&held, &self.options.settings).iter().filter(|gap| is_meant(gap)) {
            if !gap.names.iter().any(|name| named.contains(name.as_str())) {
                self.trace.wrong(format!("{when} leaves a gap unnamed: {}", gap.what));
            }
        }
    }

    /// Nothing in the inbox is a fault of petiole's own, and no secret is kept.
    pub(super) async fn kept(&self, runtime: &Runtime) {
        let Ok(parks) = runtime.store.parks().await else { return };
        for park in &parks {
            let told = format!("{park:?}");
            if told.contains(OWN_FAULT) {
                self.trace.wrong(format!("{OWN_FAULT}: {}", park.draft.message));
            }
            self.trace.note(&told);
        }
    }

    /// Also where nothing happens it is looked whether something did, at least at every other interval.
    pub(super) fn looks_for_changes(&self, before: (u64, u64), silence: Duration) {
        let calls = self.network.counts().0.saturating_sub(before.0);
        let looks = silence.as_secs() / self.options.poll.as_secs().saturating_mul(2).max(1);
        if self.shipped && calls < looks {
            let every = duration::text(self.options.poll);
            self.trace.wrong(format!("changes are to be looked for every {every}, and there were {calls} calls"));
        }
    }

    /// Nothing is written where nothing happens.
    pub(super) fn silence(&self, before: (u64, u64)) {
        let (_, writes) = self.network.counts();
        if writes > before.1 {
            let (count, last) = (writes.saturating_sub(before.1), self.network.last_write());
            self.trace.wrong(format!("nobody did anything, and yet the service wrote: {count} times, last {last}"));
        }
    }
}

fn of(told: &Json, part: &str) -> String {
    told.get(part).map(Json::to_string).unwrap_or_default()
}
