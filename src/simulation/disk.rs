//! The store as a simulated process has it: what is kept in memory, and what goes wrong with a write.
//!
//! A write may be refused, may take hold and be told as refused, may take long, and the process may end right before or
//! right after it. What was kept is what the next process finds.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use super::chance::Chance;
use super::options::{Fault, Options};
use crate::store::memory::MemoryStore;
use crate::store::{
    Claim, Coordination, Counts, Cursor, DecisionEntry, Decisions, Draw, Generation, Hint, HistoryEntry, Hold, Inbox,
    Intent, IntentDraft, Journal, Lead, Link, LinkEnd, Node, Pairs, Park, Parking, Rate, RecordRef, Retention, Role,
    RuleText, Rules, Seen, SeenField, Settlement, StoreError, Wait, Work,
};
use crate::world::Clock;

/// How long a slow write takes.
const SLOW: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(20));

/// What is wrong with writes, whichever process makes them.
pub(super) struct Weather {
    pub(super) options: Arc<Options>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Chance,
    /// Whether anything goes wrong at all.
    pub(super) stormy: AtomicBool,
    /// The process is to end now.
    pub(super) ends: Notify,
}

impl Weather {
    pub(super) fn is_stormy(&self) -> bool {
        self.stormy.load(Ordering::SeqCst)
    }

    /// Whether a fault comes now.
    pub(super) fn strikes(&self, fault: Fault) -> bool {
        self.is_stormy() && self.chance.once_in(self.options.rate(fault))
    }
}

/// A store that fails now and then.
pub(super) struct Disk {
    pub(super) inner: MemoryStore,
    pub(super) weather: Arc<Weather>,
}

impl Disk {
    /// As the next process finds it.
    pub(super) fn reopened(&self) -> Self {
        Self { inner: self.inner.reopened(), weather: Arc::clone(&self.weather) }
    }

    async fn write<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let weather = &self.weather;
        if weather.strikes(Fault::DiskSlow) {
            weather.clock.sleep(weather.chance.length(SLOW.0, SLOW.1)).await;
        }
        if weather.strikes(Fault::DiskRefuses) {
            return Err(StoreError::Unavailable("no space left on device".to_owned()));
        }
        if weather.strikes(Fault::CrashBeforeCommit) {
            return self.end().await;
        }
        let done = write.await;
        if weather.strikes(Fault::CrashAfterCommit) {
            return self.end().await;
        }
        if weather.strikes(Fault::DiskUncertain) {
            return Err(StoreError::Unavailable("the disk did not say whether it is kept".to_owned()));
        }
        done
    }

    async fn end<T>(&self) -> T {
        self.weather.ends.notify_one();
        std::future::pending().await
    }
}

#[async_trait]
impl Journal for Disk {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        self.write(self.inner.accept(hints, cursor)).await
    }
    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        // Most claims find nothing and write nothing.
        if self.inner.next_due(true).await?.is_none_or(|wait| !wait.is_zero()) {
            return self.inner.claim(limit, lease).await;
        }
        self.write(self.inner.claim(limit, lease)).await
    }
    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        self.write(self.inner.renew(claim, lease)).await
    }
    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        self.write(self.inner.finish(work, parks)).await
    }
    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        self.write(self.inner.defer(work, after, reason)).await
    }
    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        self.write(self.inner.postpone(work, after)).await
    }
    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        self.inner.next_due(parked).await
    }
    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        self.write(self.inner.clock_moved(by)).await
    }
    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
        self.inner.cursor(account, record).await
    }
    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        self.write(self.inner.mark(account, name, at, under)).await
    }
    async fn counts(&self) -> Result<Counts, StoreError> {
        self.inner.counts().await
    }
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.inner.deferred().await
    }
}

#[async_trait]
impl Pairs for Disk {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        self.inner.links(pipeline, left, end).await
    }
    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        self.inner.linked_ids(pipeline, left, account).await
    }
    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        self.inner.links_of(pipeline).await
    }
    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        self.inner.links_by_hand().await
    }
    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        self.write(self.inner.open_intent(draft, claim)).await
    }
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        self.inner.open_intents(cause).await
    }
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        self.write(self.inner.settle(settlement)).await
    }
}

#[async_trait]
impl Inbox for Disk {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        self.inner.parks_of(target).await
    }
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        self.inner.park_known(target, pipeline, group).await
    }
    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.inner.parks().await
    }
    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        self.write(self.inner.retry(number)).await
    }
    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.write(self.inner.drop_park(number)).await
    }
    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        self.write(self.inner.wake(found)).await
    }
}

#[async_trait]
impl Decisions for Disk {
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.write(self.inner.record_decision(entry)).await
    }
    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        self.inner.decisions(target, since, limit).await
    }
    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        self.inner.history(target, limit).await
    }
}

#[async_trait]
impl Rules for Disk {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        self.inner.serve(hash, texts).await
    }
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.inner.last_good().await
    }
}

#[async_trait]
impl Seen for Disk {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        self.inner.unlisted(account, record).await
    }
    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        self.write(self.inner.set_unlisted(account, record, ids)).await
    }
    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        self.inner.seen_fields().await
    }
    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        self.write(self.inner.note_fields(fields)).await
    }
}

#[async_trait]
impl Coordination for Disk {
    async fn serve_at(&self, url: &str) -> Result<(), StoreError> {
        self.inner.serve_at(url).await
    }
    async fn join(&self, ttl: Duration) -> Result<Node, StoreError> {
        self.inner.join(ttl).await
    }
    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError> {
        self.inner.beat(node, ttl).await
    }
    async fn fence(&self) -> Result<Vec<Node>, StoreError> {
        self.inner.fence().await
    }
    async fn leave(&self, node: Node) -> Result<(), StoreError> {
        self.inner.leave(node).await
    }
    async fn hold(&self, node: Node, pair: &str) -> Result<Option<Hold>, StoreError> {
        self.inner.hold(node, pair).await
    }
    async fn holds(&self, hold: Hold) -> Result<(), StoreError> {
        self.inner.holds(hold).await
    }
    async fn release(&self, hold: Hold) -> Result<bool, StoreError> {
        self.inner.release(hold).await
    }
    async fn lead(&self, node: Node, role: &Role, length: Duration) -> Result<Option<Lead>, StoreError> {
        self.inner.lead(node, role, length).await
    }
    async fn resign(&self, lead: &Lead) -> Result<bool, StoreError> {
        self.inner.resign(lead).await
    }
    async fn draw(&self, node: Node, account: &str, calls: u32, rate: Rate) -> Result<Draw, StoreError> {
        self.inner.draw(node, account, calls, rate).await
    }
    async fn give_back(&self, account: &str, draw: &Draw, unused: u32) -> Result<(), StoreError> {
        self.inner.give_back(account, draw, unused).await
    }
    async fn pause(&self, account: &str, length: Duration) -> Result<(), StoreError> {
        self.inner.pause(account, length).await
    }
}

#[async_trait]
impl Retention for Disk {
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        self.write(self.inner.prune(before, under)).await
    }
}
