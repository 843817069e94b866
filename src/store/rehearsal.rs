//! A store around another that is only read: what would be written is kept in memory, and shown with the rest.
//!
//! Whoever works on it finds the links, the inbox, the cursors and the open intents of the other store as they are, and
//! sees its own writes in them. Journal entries for people and decisions are not kept. Nothing of the other changes.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::alone::{Alone, OwnedByOne};
use super::memory::MemoryStore;
use super::{
    Ages, CallEntry, Calls, Claim, Counts, Cursor, DecisionEntry, Decisions, Generation, Halt, Halts, Handle, Handles,
    Hint, HintSource, HistoryEntry, Inbox, Intent, IntentDraft, Journal, KeptToken, Lead, Ledger, Lifted, Link,
    LinkEnd, Pairs, Park, Parking, PutOff, Reach, RecordRef, Retention, RuleText, Rules, Seen, SeenField, Settlement,
    Standing, Store, StoreError, Tokens, Unfinished, Wait, Which, Work,
};
use crate::world::Clock;

/// A link by its pipeline and its two records.
type LinkKey = (String, LinkEnd, LinkEnd);

/// The linked records, unlisted, of a kind at an account.
type Unlisted = BTreeMap<(String, String), BTreeSet<String>>;

/// A store that is only read, and what would be written to it.
pub struct Rehearsal {
    base: Arc<dyn Store>,
    own: MemoryStore,
    /// Links of the other store that are no more.
    gave_way: Mutex<BTreeSet<LinkKey>>,
    unlisted: Mutex<Unlisted>,
    /// What a person took out of the inbox.
    dropped: Vec<(RecordRef, String)>,
}

impl Rehearsal {
    /// Over a store as it stands now.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn over(base: Arc<dyn Store>, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let (parks, intents) = (base.parks().await?, base.open_intents(None).await?);
        let dropped = base.dropped().await?;
        let own = MemoryStore::beginning_with(clock, parks, intents);
        for standing in base.halts().await? {
            own.halt(standing.halt).await?;
        }
        Ok(Self { base, own, gave_way: Mutex::default(), unlisted: Mutex::default(), dropped })
    }

    /// Makes what the other store has to do work here, too, what was put off there at once.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub async fn take_up_work(&self, now: Timestamp) -> Result<(), StoreError> {
        let unfinished = self.base.unfinished().await?.into_iter();
        let hint = |work: Unfinished| {
            let source = HintSource::Poll;
            Hint { at: now, source, target: work.target, version: None, first: false }
        };
        self.own.accept(unfinished.map(hint).collect(), None).await.map(|_| ())
    }

    fn gone(&self) -> MutexGuard<'_, BTreeSet<LinkKey>> {
        self.gave_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Links of the other store and own ones, each once, in the order of stores.
    async fn together(
        &self,
        base: impl Future<Output = Result<Vec<Link>, StoreError>> + Send,
        own: impl Future<Output = Result<Vec<Link>, StoreError>> + Send,
    ) -> Result<Vec<Link>, StoreError> {
        let (base, mut links) = (base.await?, own.await?);
        let known: BTreeSet<LinkKey> = links.iter().map(key_of).collect();
        let gone = self.gone();
        let stands = |link: &Link| !known.contains(&key_of(link)) && !gone.contains(&key_of(link));
        links.extend(base.into_iter().filter(stands));
        links.sort_by(|a, b| (&a.left, &a.right, &a.pipeline).cmp(&(&b.left, &b.right, &b.pipeline)));
        Ok(links)
    }
}

fn key_of(link: &Link) -> LinkKey {
    (link.pipeline.clone(), link.left.clone(), link.right.clone())
}

/// Nobody coordinates with a rehearsal: what it does is seen by nobody.
impl OwnedByOne for Rehearsal {
    fn alone(&self) -> Result<&Alone, StoreError> {
        self.own.alone()
    }

    fn tells_others(&self, _url: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

#[async_trait]
impl Journal for Rehearsal {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        self.own.accept(hints, cursor).await
    }
    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        self.own.claim(limit, lease).await
    }
    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        self.own.renew(claim, lease).await
    }
    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        self.own.finish(work, parks).await
    }
    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        self.own.defer(work, after, reason).await
    }
    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        self.own.postpone(work, after).await
    }
    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        self.own.next_due(parked).await
    }
    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        self.own.clock_moved(by).await
    }
    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
        match self.own.cursor(account, record).await? {
            None => self.base.cursor(account, record).await,
            own => Ok(own),
        }
    }
    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError> {
        match self.own.last_told(account, source).await? {
            None => self.base.last_told(account, source).await,
            own => Ok(own),
        }
    }
    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        self.own.mark(account, name, at, under).await
    }
    async fn keeps(&self) -> Result<(), StoreError> {
        Ok(())
    }
    async fn counts(&self) -> Result<Counts, StoreError> {
        let links = self.base.counts().await?.links;
        Ok(Counts { links, ..self.own.counts().await? })
    }
    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.own.unfinished().await
    }
    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.own.deferred().await
    }
    async fn ages(&self) -> Result<Ages, StoreError> {
        self.own.ages().await
    }
    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError> {
        self.own.put_off(limit).await
    }
    async fn hasten(&self, which: &Which) -> Result<u64, StoreError> {
        self.own.hasten(which).await
    }
}

#[async_trait]
impl Pairs for Rehearsal {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        self.together(self.base.links(pipeline, left, end), self.own.links(pipeline, left, end)).await
    }
    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        let has_lost = self.gone().iter().any(|(lost, ..)| lost == pipeline);
        let mut ids = self.own.linked_ids(pipeline, left, account).await?;
        if !has_lost {
            ids.extend(self.base.linked_ids(pipeline, left, account).await?);
            return Ok(ids);
        }
        let ends = self.links_of(pipeline).await?.into_iter().map(|link| if left { link.left } else { link.right });
        Ok(ends.filter(|end| end.account == account).map(|end| end.id).collect())
    }
    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        self.together(self.base.links_of(pipeline), self.own.links_of(pipeline)).await
    }
    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        self.together(self.base.links_by_hand(), self.own.links_by_hand()).await
    }
    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        self.own.open_intent(IntentDraft { decision: None, ..draft }, claim).await
    }
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        self.own.open_intents(cause).await
    }
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        let gives_way: Vec<LinkKey> = settlement.gives_way.iter().map(key_of).collect();
        let made = settlement.link.as_ref().map(key_of);
        self.own.settle(Settlement { decision: None, ..settlement }).await?;
        let mut gone = self.gone();
        gone.extend(gives_way);
        made.iter().for_each(|made| {
            gone.remove(made);
        });
        Ok(())
    }
}

#[async_trait]
impl Inbox for Rehearsal {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        let mut parks = self.own.parks_of(target).await?;
        parks.retain(|park| !self.is_dropped(park));
        Ok(parks)
    }
    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        let known = self.own.park_known(target, pipeline, group).await?;
        Ok(known || self.base.park_known(target, pipeline, group).await?)
    }
    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        let mut parks = self.own.parks().await?;
        parks.retain(|park| !self.is_dropped(park));
        Ok(parks)
    }
    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError> {
        Ok(self.dropped.clone())
    }
    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        self.own.retry(number).await
    }
    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.own.drop_park(number).await
    }
    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        self.own.wake(found).await
    }
}

impl Rehearsal {
    fn is_dropped(&self, park: &Park) -> bool {
        let Park { draft, .. } = park;
        self.dropped.iter().any(|(target, pipeline)| *target == draft.target && *pipeline == draft.pipeline)
    }
}

#[async_trait]
impl Decisions for Rehearsal {
    async fn record_decision(&self, _: DecisionEntry) -> Result<(), StoreError> {
        Ok(())
    }
    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        self.base.decisions(target, since, limit).await
    }
    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        let mut all = self.base.history(target, limit).await?;
        all.extend(self.own.history(target, limit).await?);
        all.drain(..all.len().saturating_sub(limit));
        Ok(all)
    }
}

#[async_trait]
impl Rules for Rehearsal {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        self.own.serve(hash, texts).await
    }
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.base.last_good().await
    }
    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
        self.base.served(number).await
    }
}

#[async_trait]
impl Seen for Rehearsal {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        let key = (account.to_owned(), record.to_owned());
        let own = self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        match own {
            Some(own) => Ok(own),
            None => self.base.unlisted(account, record).await,
        }
    }
    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        let key = (account.to_owned(), record.to_owned());
        self.unlisted.lock().unwrap_or_else(PoisonError::into_inner).insert(key, ids);
        Ok(())
    }
    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        self.base.seen_fields().await
    }
    async fn note_fields(&self, _: Vec<SeenField>) -> Result<(), StoreError> {
        Ok(())
    }
    async fn ledger(&self) -> Result<Option<Ledger>, StoreError> {
        self.base.ledger().await
    }
    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError> {
        self.own.set_ledger(ledger, mark, under).await
    }
}

#[async_trait]
impl Halts for Rehearsal {
    async fn halt(&self, halt: Halt) -> Result<(), StoreError> {
        self.own.halt(halt).await
    }
    async fn halts(&self) -> Result<Vec<Standing>, StoreError> {
        self.own.halts().await
    }
    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError> {
        self.own.lift(reach).await
    }
}

#[async_trait]
impl Retention for Rehearsal {
    async fn prune(&self, _: Timestamp, _: Option<&Lead>) -> Result<usize, StoreError> {
        Ok(0)
    }
    async fn bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}

#[async_trait]
impl Handles for Rehearsal {
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError> {
        self.base.called(text, begins, limit).await
    }
    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
        self.base.handles_of(target).await
    }
}

#[async_trait]
impl Calls for Rehearsal {
    async fn keep_calls(&self, _: Vec<CallEntry>) -> Result<(), StoreError> {
        Ok(())
    }
    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError> {
        self.base.calls(target, limit).await
    }
    async fn prune_calls(&self, _: Option<Timestamp>, _: u64, _: Option<&Lead>) -> Result<usize, StoreError> {
        Ok(0)
    }
}

/// A peer that changes a token takes the old one no more, whatever is only rehearsed.
#[async_trait]
impl Tokens for Rehearsal {
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError> {
        self.base.kept_token(account).await
    }
    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError> {
        self.base.keep_token(token).await
    }
}
