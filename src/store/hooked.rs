//! A store around another, in which something may happen at each write: nothing else is changed.
//!
//! For whoever has to see or break off writes, such as a simulated disk. Reads, and what ends with the process anyway,
//! pass through unseen.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{
    Ages, CallEntry, Calls, Claim, Coordination, Counts, Cursor, DecisionEntry, Decisions, Draw, Drawn, Generation,
    Halt, Halts, Handle, Handles, Hint, HintSource, HistoryEntry, Hold, Inbox, Intent, IntentDraft, Journal, KeptToken,
    Lead, Ledger, Lifted, Link, LinkEnd, Living, Node, Pairs, Park, ParkHead, Parking, PutOff, Rate, Reach, RecordRef,
    Retention, Role, RuleText, Rules, Seen, SeenField, Settlement, Standing, Store, StoreError, Tokens, Unfinished,
    Wait, Which, Work,
};

/// What happens around each write. Writes are counted from 1.
#[async_trait]
pub trait AroundWrites: Send + Sync {
    /// Before the write with this number.
    ///
    /// # Errors
    /// What the caller hears in its place: then nothing is written.
    async fn before(&self, number: u64) -> Result<(), StoreError>;

    /// After it, however it ended.
    ///
    /// # Errors
    /// What the caller hears in the place of how it ended.
    async fn after(&self, number: u64) -> Result<(), StoreError>;
}

/// A store whose writes have something around them.
pub struct Hooked<Inner: Store + ?Sized, Around: AroundWrites> {
    /// The store itself.
    pub inner: Arc<Inner>,
    /// What happens around its writes.
    pub around: Around,
    writes: AtomicU64,
}

impl<Inner: Store + ?Sized, Around: AroundWrites> Hooked<Inner, Around> {
    /// With no write made yet.
    pub fn new(inner: Arc<Inner>, around: Around) -> Self {
        Self { inner, around, writes: AtomicU64::new(0) }
    }

    /// How many writes were begun so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::SeqCst)
    }

    async fn write<T>(&self, write: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        let number = self.writes.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        self.around.before(number).await?;
        let done = write.await;
        self.around.after(number).await?;
        done
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Journal for Hooked<Inner, Around> {
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
    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError> {
        self.inner.last_told(account, source).await
    }
    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        self.write(self.inner.mark(account, name, at, under)).await
    }
    async fn keeps(&self) -> Result<(), StoreError> {
        self.inner.keeps().await
    }
    async fn counts(&self) -> Result<Counts, StoreError> {
        self.inner.counts().await
    }
    async fn ages(&self) -> Result<Ages, StoreError> {
        self.inner.ages().await
    }
    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.inner.unfinished().await
    }
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.inner.deferred().await
    }
    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError> {
        self.inner.put_off(limit).await
    }
    async fn hasten(&self, which: &Which) -> Result<u64, StoreError> {
        self.write(self.inner.hasten(which)).await
    }
    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }
    async fn told(&self) {
        self.inner.told().await;
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Pairs for Hooked<Inner, Around> {
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
impl<Inner: Store + ?Sized, Around: AroundWrites> Handles for Hooked<Inner, Around> {
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError> {
        self.inner.called(text, begins, limit).await
    }
    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
        self.inner.handles_of(target).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Calls for Hooked<Inner, Around> {
    async fn keep_calls(&self, calls: Vec<CallEntry>) -> Result<(), StoreError> {
        // No promise rests on them.
        self.inner.keep_calls(calls).await
    }
    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError> {
        self.inner.calls(target, limit).await
    }
    async fn prune_calls(
        &self,
        before: Option<Timestamp>,
        bytes: u64,
        under: Option<&Lead>,
    ) -> Result<usize, StoreError> {
        self.inner.prune_calls(before, bytes, under).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Tokens for Hooked<Inner, Around> {
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError> {
        self.inner.kept_token(account).await
    }
    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError> {
        self.write(self.inner.keep_token(token)).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Inbox for Hooked<Inner, Around> {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        self.inner.parks_of(target).await
    }
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        self.inner.park_known(target, pipeline, group).await
    }
    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.inner.parks().await
    }
    async fn park_heads(&self) -> Result<Vec<ParkHead>, StoreError> {
        self.inner.park_heads().await
    }
    async fn parks_numbered(&self, numbers: &[i64]) -> Result<Vec<Park>, StoreError> {
        self.inner.parks_numbered(numbers).await
    }
    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError> {
        self.inner.dropped().await
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
impl<Inner: Store + ?Sized, Around: AroundWrites> Decisions for Hooked<Inner, Around> {
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
impl<Inner: Store + ?Sized, Around: AroundWrites> Rules for Hooked<Inner, Around> {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        self.inner.serve(hash, texts).await
    }
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.inner.last_good().await
    }
    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
        self.inner.served(number).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Seen for Hooked<Inner, Around> {
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
    async fn ledger(&self) -> Result<Option<Ledger>, StoreError> {
        self.inner.ledger().await
    }
    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError> {
        self.write(self.inner.set_ledger(ledger, mark, under)).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Halts for Hooked<Inner, Around> {
    async fn halt(&self, halt: Halt) -> Result<(), StoreError> {
        self.write(self.inner.halt(halt)).await
    }
    async fn halts(&self) -> Result<Vec<Standing>, StoreError> {
        self.inner.halts().await
    }
    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError> {
        self.write(self.inner.lift(reach)).await
    }
}

#[async_trait]
impl<Inner: Store + ?Sized, Around: AroundWrites> Coordination for Hooked<Inner, Around> {
    async fn serve_at(&self, url: &str) -> Result<(), StoreError> {
        self.inner.serve_at(url).await
    }
    async fn join(&self, ttl: Duration) -> Result<Node, StoreError> {
        self.inner.join(ttl).await
    }
    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError> {
        self.inner.beat(node, ttl).await
    }
    async fn tell(&self, node: Node, about: &str) -> Result<(), StoreError> {
        self.inner.tell(node, about).await
    }
    async fn nodes(&self) -> Result<Vec<Living>, StoreError> {
        self.inner.nodes().await
    }
    async fn budgets(&self) -> Result<Vec<Drawn>, StoreError> {
        self.inner.budgets().await
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
impl<Inner: Store + ?Sized, Around: AroundWrites> Retention for Hooked<Inner, Around> {
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        self.write(self.inner.prune(before, under)).await
    }
    async fn bytes(&self) -> Result<Option<u64>, StoreError> {
        self.inner.bytes().await
    }
}
