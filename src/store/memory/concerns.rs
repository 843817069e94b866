//! Each concern over the maps.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::memory_store::MemoryStore;
use super::{halt, handles, inbox, pairs, telling, work};
use crate::store::alone::OwnedByOne as _;
use crate::store::calls::{CallEntry, Calls};
use crate::store::coordination::Lead;
use crate::store::decisions::{DecisionEntry, Decisions, HistoryEntry};
use crate::store::due::later;
use crate::store::error::StoreError;
use crate::store::halts::{Halt, Halts, Lifted, Standing};
use crate::store::handles::{Handle, Handles};
use crate::store::inbox::Inbox;
use crate::store::intent::{Intent, IntentDraft, Settlement};
use crate::store::journal::{Ages, Claim, Counts, Cursor, Hint, HintSource, Journal, PutOff, Unfinished, Which, Work};
use crate::store::ledger::Ledger;
use crate::store::link::{Link, LinkEnd};
use crate::store::pairs::Pairs;
use crate::store::park::{Park, Parking, Wait};
use crate::store::reach::Reach;
use crate::store::record::RecordRef;
use crate::store::retention::Retention;
use crate::store::rules::{EARLIER_MAX, Generation, RuleText, RuleThen, Rules, texts_then};
use crate::store::seen::{Seen, SeenField};

/// The newest of what is meant, oldest first.
fn newest<Entry: Clone>(all: &[Entry], limit: usize, is_meant: impl Fn(&Entry) -> bool) -> Vec<Entry> {
    let mut found: Vec<Entry> = all.iter().rev().filter(|entry| is_meant(entry)).take(limit).cloned().collect();
    found.reverse();
    found
}

fn key(account: &str, record: &str) -> (String, String) {
    (account.to_owned(), record.to_owned())
}

#[async_trait]
impl Journal for MemoryStore {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        self.alone()?.check(cursor.as_ref().and_then(|cursor| cursor.under.as_ref()))?;
        Ok(self.with(|state, now| {
            let new = telling::accept(state, hints, now);
            if let Some(cursor) = cursor {
                telling::move_cursor(state, cursor);
            }
            new
        }))
    }

    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        Ok(self.with(|state, now| work::claim(state, now, (limit, lease))))
    }

    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        self.with(|state, now| work::renew(state, claim, later(now, lease)))
    }

    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        self.with(|state, now| work::finish(state, work, now, &parks))
    }

    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        self.with(|state, now| work::defer(state, work.claim, later(now, after), reason))
    }

    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        self.with(|state, now| work::postpone(state, work.claim, later(now, after)))
    }

    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        Ok(self.with(|state, now| work::next_due(state, now, parked)))
    }

    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        self.with(|state, _| work::clock_moved(state, by));
        Ok(())
    }

    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|state, _| state.cursors.get(&key(account, record)).copied()))
    }

    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.with(|state, _| {
            let mut newest = state.hints.values().rev();
            let found = newest.find(|hint| hint.target.account == account && hint.source == source);
            found.map(|hint| hint.at)
        }))
    }

    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        self.alone()?.check(under)?;
        self.with(|state, _| state.cursors.insert(key(account, name), at));
        Ok(())
    }

    async fn keeps(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.with(|state, _| work::counts(state)))
    }

    async fn ages(&self) -> Result<Ages, StoreError> {
        Ok(self.with(|state, now| work::ages(state, now)))
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        Ok(self.with(|state, _| work::unfinished(state)))
    }

    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        Ok(self.with(|state, _| work::deferred(state)))
    }

    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError> {
        Ok(self.with(|state, now| work::put_off(state, now, limit)))
    }

    async fn hasten(&self, which: &Which) -> Result<u64, StoreError> {
        Ok(self.with(|state, now| work::hasten(state, which, now)))
    }

    fn is_shared(&self) -> bool {
        self.has_others
    }
}

#[async_trait]
impl Pairs for MemoryStore {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        let near = |link: &Link| if left { link.left.clone() } else { link.right.clone() };
        let is_at = |link: &Link| link.pipeline == pipeline && near(link) == *end;
        Ok(self.with(|state, _| pairs::links(state, is_at)))
    }

    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        let links = self.links_of(pipeline).await?.into_iter();
        let ends = links.map(|link| if left { link.left } else { link.right });
        Ok(ends.filter(|end| end.account == account).map(|end| end.id).collect())
    }

    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        Ok(self.with(|state, _| pairs::links(state, |link| link.pipeline == pipeline)))
    }

    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        Ok(self.with(|state, _| pairs::links(state, |link| link.by_hand)))
    }

    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        self.with(|state, _| pairs::open(state, draft, claim))
    }

    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        Ok(self.with(|state, _| pairs::open_ones(state, cause)))
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        self.with(|state, now| pairs::settle(state, settlement, now))
    }
}

#[async_trait]
impl Inbox for MemoryStore {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        Ok(self.with(|state, _| inbox::shown(state, Some(target))))
    }

    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        Ok(self.with(|state, _| {
            let mut drafts = state.parks.values().map(|parked| &parked.park.draft);
            drafts.any(|draft| draft.target == *target && draft.pipeline == pipeline && draft.group.as_deref() == group)
        }))
    }

    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        Ok(self.with(|state, _| inbox::shown(state, None)))
    }

    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError> {
        Ok(self.with(|state, _| inbox::dropped(state)))
    }

    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        Ok(self.with(|state, now| work::retry(state, number, now)))
    }

    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        Ok(self.with(|state, _| work::drop_park(state, number)))
    }

    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        Ok(self.with(|state, now| work::wake(state, found, now)))
    }
}

#[async_trait]
impl Decisions for MemoryStore {
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.with(|state, _| state.decisions.push(entry));
        Ok(())
    }

    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        let is_meant = |entry: &DecisionEntry| {
            target.is_none_or(|target| entry.target == *target) && since.is_none_or(|since| entry.at >= since)
        };
        Ok(self.with(|state, _| newest(&state.decisions, limit, is_meant)))
    }

    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        Ok(self.with(|state, _| newest(&state.history, limit, |entry| entry.target == *target)))
    }
}

#[async_trait]
impl Rules for MemoryStore {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        Ok(self.with(|state, now| {
            let last = state.served.as_ref().map(|(generation, _)| generation);
            if let Some(same) = last.filter(|last| last.hash == hash) {
                return same.clone();
            }
            let number = last.map_or(1, |last| last.number + 1);
            if let Some((last, before)) = &state.served {
                state.earlier_rules.extend(RuleThen::of(last.number, before, texts));
                state.earlier_rules.retain(|earlier| earlier.generation >= number.saturating_sub(EARLIER_MAX));
            }
            let generation = Generation { number, hash: hash.to_owned(), since: now };
            state.served = Some((generation.clone(), texts.to_vec()));
            generation
        }))
    }

    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        Ok(self.with(|state, _| state.served.clone()))
    }

    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
        Ok(self.with(|state, _| {
            let (last, texts) = state.served.clone()?;
            let mut earlier = state.earlier_rules.clone();
            earlier.retain(|earlier| earlier.generation >= number);
            earlier.sort_by_key(|earlier| std::cmp::Reverse(earlier.generation));
            texts_then((number, last.number), texts, earlier)
        }))
    }
}

#[async_trait]
impl Seen for MemoryStore {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        Ok(self.with(|state, _| state.unlisted.get(&key(account, record)).cloned().unwrap_or_default()))
    }

    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        self.with(|state, _| state.unlisted.insert(key(account, record), ids));
        Ok(())
    }

    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        Ok(self.with(|state, _| state.fields.values().cloned().collect()))
    }

    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        self.with(|state, _| {
            for seen in fields {
                let key = (seen.account.clone(), seen.record.clone(), seen.field.clone());
                state.fields.insert(key, seen);
            }
        });
        Ok(())
    }

    async fn ledger(&self) -> Result<Option<Ledger>, StoreError> {
        Ok(self.with(|state, _| state.ledger.clone()))
    }

    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError> {
        self.alone()?.check(under)?;
        self.with(|state, _| {
            state.cursors.insert(key(mark.0, mark.1), ledger.at);
            state.ledger = Some(ledger);
        });
        Ok(())
    }
}

#[async_trait]
impl Halts for MemoryStore {
    async fn halt(&self, new: Halt) -> Result<(), StoreError> {
        self.with(|state, _| halt::put(state, new));
        Ok(())
    }

    async fn halts(&self) -> Result<Vec<Standing>, StoreError> {
        Ok(self.with(|state, _| halt::all(state)))
    }

    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError> {
        Ok(self.with(|state, now| halt::lift(state, reach, now)))
    }
}

#[async_trait]
impl Handles for MemoryStore {
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError> {
        Ok(self.with(|state, _| handles::called(state, text, (begins, limit))))
    }

    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
        Ok(self.with(|state, _| handles::of(state, target)))
    }
}

#[async_trait]
impl Calls for MemoryStore {
    async fn keep_calls(&self, calls: Vec<CallEntry>) -> Result<(), StoreError> {
        self.with(|state, _| state.calls.extend(calls));
        Ok(())
    }

    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError> {
        let is_of = |call: &CallEntry| target.is_none_or(|target| call.target.as_ref() == Some(target));
        Ok(self.with(|state, _| newest(state.calls.make_contiguous(), limit, is_of)))
    }

    async fn prune_calls(
        &self,
        before: Option<Timestamp>,
        bytes: u64,
        under: Option<&Lead>,
    ) -> Result<usize, StoreError> {
        self.alone()?.check(under)?;
        Ok(self.with(|state, _| {
            let were = state.calls.len();
            state.calls.retain(|call| before.is_none_or(|before| call.at >= before));
            let size = |call: &CallEntry| u64::try_from(call.told.len()).unwrap_or(u64::MAX);
            let mut all: u64 = state.calls.iter().map(size).sum();
            while all > bytes {
                let Some(oldest) = state.calls.pop_front() else { break };
                all -= size(&oldest);
            }
            were - state.calls.len()
        }))
    }
}

#[async_trait]
impl Retention for MemoryStore {
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        self.alone()?.check(under)?;
        Ok(self.with(|state, _| state.prune(before)))
    }

    async fn bytes(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }
}
