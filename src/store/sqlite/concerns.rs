//! Each concern over `SQLite`: which operation writes and which reads, and what of it must be flushed.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::sqlite_store::SqliteStore;
use super::work::Times;
use super::worker::Keep;
use super::{
    call, cursor, decision, generation, halt, handle, intent, journal, link, park, prune, put_off, seen, work,
};
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
use crate::store::park::{Park, ParkHead, Parking, Wait};
use crate::store::reach::Reach;
use crate::store::record::RecordRef;
use crate::store::retention::Retention;
use crate::store::rules::{Generation, RuleText, Rules};
use crate::store::seen::{Seen, SeenField};

#[async_trait]
impl Journal for SqliteStore {
    async fn accept(&self, hints: Vec<Hint>, cursor: Option<Cursor>) -> Result<usize, StoreError> {
        let is_promised = |hint: &Hint| match hint.source {
            HintSource::Webhook | HintSource::Retry | HintSource::Asked => true,
            // What petiole found by itself it finds again: the cursor behind it would be lost with it.
            HintSource::Poll | HintSource::Sweep | HintSource::Made | HintSource::Stirred => false,
        };
        let keep = if hints.iter().any(is_promised) { Keep::Flushed } else { Keep::Past };
        let now = self.now();
        let alone = self.coordinates();
        let accept = move |connection: &Connection| {
            alone.check(cursor.as_ref().and_then(|cursor| cursor.under.as_ref()))?;
            work::accept(connection, (&hints, cursor.as_ref()), now)
        };
        self.write(keep, accept).await
    }

    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        let now = self.now();
        let times = Times { now, until: later(now, lease) };
        let numbers = self.claim_numbers(limit);
        self.write_as_owner(Keep::Past, move |connection| work::claim(connection, times, (limit, numbers))).await
    }

    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        let until = later(self.now(), lease);
        self.write(Keep::Past, move |connection| work::renew(connection, claim, until)).await
    }

    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        let (work, now) = (work.clone(), self.now());
        self.write(Keep::Past, move |connection| work::finish(connection, &work, now, &parks)).await
    }

    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        let (work, until, reason) = (work.clone(), later(self.now(), after), reason.to_owned());
        self.write(Keep::Past, move |connection| work::defer(connection, &work, until, &reason)).await
    }

    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        let (work, until) = (work.clone(), later(self.now(), after));
        self.write(Keep::Past, move |connection| work::postpone(connection, &work, until)).await
    }

    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        let due = self.read(move |connection| work::next_due(connection, parked)).await?;
        Ok(due.map(|due| Duration::try_from(due.duration_since(self.now())).unwrap_or_default()))
    }

    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| work::clock_moved(connection, by)).await
    }

    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.read(move |connection| cursor::read(connection, &account, &record)).await
    }

    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError> {
        let account = account.to_owned();
        self.read(move |connection| cursor::last_told(connection, &account, source)).await
    }

    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        let (account, name) = (account.to_owned(), name.to_owned());
        let (alone, under) = (self.coordinates(), under.cloned());
        let mark = move |connection: &Connection| {
            alone.check(under.as_ref())?;
            cursor::mark(connection, (&account, &name), at)
        };
        self.write(Keep::Past, mark).await
    }

    async fn keeps(&self) -> Result<(), StoreError> {
        let Some((doubt, open)) = self.doubt().and_then(|doubt| Some((doubt, doubt.open()?))) else { return Ok(()) };
        // A value that stays as it was would not be written.
        let touch = |connection: &Connection| {
            let statement = "INSERT INTO tally VALUES ('tried', 1) ON CONFLICT DO UPDATE SET count = count + 1";
            Ok(connection.execute_batch(statement)?)
        };
        self.write(Keep::Flushed, touch).await?;
        doubt.disprove(open);
        Ok(())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(work::counts).await
    }

    async fn ages(&self) -> Result<Ages, StoreError> {
        let now = self.now();
        self.read(move |connection| put_off::ages(connection, now)).await
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        self.read(work::unfinished).await
    }

    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(work::deferred).await
    }

    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError> {
        let now = self.now();
        self.read(move |connection| put_off::read(connection, now, limit)).await
    }

    async fn hasten(&self, which: &Which) -> Result<u64, StoreError> {
        let (which, now) = (which.clone(), self.now());
        self.write(Keep::Flushed, move |connection| put_off::hasten(connection, &which, now)).await
    }
}

#[async_trait]
impl Pairs for SqliteStore {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        let (pipeline, end) = (pipeline.to_owned(), end.clone());
        self.read(move |connection| link::at(connection, &pipeline, left, &end)).await
    }

    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        let (pipeline, account) = (pipeline.to_owned(), account.to_owned());
        self.read(move |connection| link::ids(connection, &pipeline, (left, &account))).await
    }

    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        let pipeline = pipeline.to_owned();
        self.read(move |connection| link::of(connection, &pipeline)).await
    }

    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        self.read(link::by_hand).await
    }

    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        match claim {
            // No claim outlives that its owner lost the file.
            Some(claim) => {
                let open = move |connection: &Connection| {
                    work::check(connection, claim)?;
                    intent::open(connection, draft)
                };
                self.write(Keep::Flushed, open).await
            }
            None => self.write_as_owner(Keep::Flushed, move |connection| intent::open(connection, draft)).await,
        }
    }

    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        let cause = cause.cloned();
        self.read(move |connection| intent::open_ones(connection, cause.as_ref())).await
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        // What a peer did is found by its trace, as after a lost answer; what a person said is not.
        let is_word = settlement.link.as_ref().is_some_and(|link| link.by_hand) && settlement.intent.is_none();
        let keep = if is_word { Keep::Flushed } else { Keep::Past };
        let now = self.now();
        self.write(keep, move |connection| intent::settle(connection, &settlement, now)).await
    }
}

#[async_trait]
impl Inbox for SqliteStore {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        let target = target.clone();
        self.read(move |connection| park::of(connection, &target)).await
    }

    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        let (target, pipeline, group) = (target.clone(), pipeline.to_owned(), group.map(str::to_owned));
        self.read(move |connection| park::known(connection, &target, &pipeline, group.as_deref())).await
    }

    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        self.read(park::all).await
    }

    async fn park_heads(&self) -> Result<Vec<ParkHead>, StoreError> {
        self.read(park::heads).await
    }

    async fn parks_numbered(&self, numbers: &[i64]) -> Result<Vec<Park>, StoreError> {
        let numbers = numbers.to_vec();
        self.read(move |connection| park::numbered(connection, &numbers)).await
    }

    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError> {
        self.read(park::dropped).await
    }

    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        let now = self.now();
        self.write(Keep::Flushed, move |connection| work::retry(connection, number, now)).await
    }

    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        self.write(Keep::Flushed, move |connection| work::drop_park(connection, number)).await
    }

    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        let (found, now) = (found.to_vec(), self.now());
        self.write(Keep::Past, move |connection| work::wake(connection, &found, now)).await
    }
}

#[async_trait]
impl Halts for SqliteStore {
    async fn halt(&self, new: Halt) -> Result<(), StoreError> {
        self.write(Keep::Flushed, move |connection| halt::put(connection, &new)).await
    }

    async fn halts(&self) -> Result<Vec<Standing>, StoreError> {
        self.read(halt::all).await
    }

    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError> {
        let (reach, now) = (reach.cloned(), self.now());
        self.write(Keep::Flushed, move |connection| halt::lift(connection, reach.as_ref(), now)).await
    }
}

#[async_trait]
impl Decisions for SqliteStore {
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| decision::add(connection, &entry)).await
    }

    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        let target = target.cloned();
        self.read(move |connection| decision::read(connection, target.as_ref(), (since, limit))).await
    }

    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        let target = target.clone();
        self.read(move |connection| journal::history(connection, &target, limit)).await
    }
}

#[async_trait]
impl Rules for SqliteStore {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        let (hash, texts, now) = (hash.to_owned(), texts.to_vec(), self.now());
        self.write(Keep::Flushed, move |connection| generation::serve(connection, &hash, &texts, now)).await
    }

    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        self.read(generation::last_good).await
    }

    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
        self.read(move |connection| generation::served(connection, number)).await
    }
}

#[async_trait]
impl Seen for SqliteStore {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.read(move |connection| seen::unlisted(connection, &account, &record)).await
    }

    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        let (account, record) = (account.to_owned(), record.to_owned());
        self.write(Keep::Past, move |connection| seen::set_unlisted(connection, (&account, &record), &ids)).await
    }

    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        self.read(seen::seen_fields).await
    }

    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| seen::note_fields(connection, &fields)).await
    }

    async fn ledger(&self) -> Result<Option<Ledger>, StoreError> {
        self.read(seen::ledger).await
    }

    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError> {
        let (account, name) = (mark.0.to_owned(), mark.1.to_owned());
        let (alone, under) = (self.coordinates(), under.cloned());
        let set = move |connection: &Connection| {
            alone.check(under.as_ref())?;
            seen::set_ledger(connection, &ledger)?;
            cursor::mark(connection, (&account, &name), ledger.at)
        };
        self.write(Keep::Past, set).await
    }
}

#[async_trait]
impl Handles for SqliteStore {
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError> {
        let text = text.to_owned();
        self.read(move |connection| handle::called(connection, &text, (begins, limit))).await
    }

    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
        let target = target.clone();
        self.read(move |connection| handle::of(connection, &target)).await
    }
}

#[async_trait]
impl Calls for SqliteStore {
    async fn keep_calls(&self, calls: Vec<CallEntry>) -> Result<(), StoreError> {
        self.write(Keep::Past, move |connection| call::keep(connection, &calls)).await
    }

    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError> {
        let target = target.cloned();
        self.read(move |connection| call::read(connection, target.as_ref(), limit)).await
    }

    async fn prune_calls(
        &self,
        before: Option<Timestamp>,
        bytes: u64,
        under: Option<&Lead>,
    ) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            let (alone, under) = (self.coordinates(), under.cloned());
            let step = move |connection: &Connection| {
                alone.check(under.as_ref())?;
                call::prune(connection, before, bytes)
            };
            match self.write(Keep::Past, step).await? {
                0 => return Ok(total),
                taken => total += taken,
            }
        }
    }
}

#[async_trait]
impl Retention for SqliteStore {
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        let (mut walk, mut total) = (prune::Walk::START, 0);
        loop {
            let (alone, under) = (self.coordinates(), under.cloned());
            let step = move |connection: &Connection| {
                alone.check(under.as_ref())?;
                prune::step(connection, before, walk)
            };
            let (reached, taken) = self.write(Keep::Past, step).await?;
            walk = reached;
            total += taken;
            if walk.is_over() {
                return Ok(total);
            }
        }
    }

    async fn bytes(&self) -> Result<Option<u64>, StoreError> {
        let pages = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let bytes = |connection: &Connection| Ok(connection.query_row(pages, [], |row| row.get::<_, i64>(0))?);
        Ok(Some(self.read(bytes).await?.unsigned_abs()))
    }
}
