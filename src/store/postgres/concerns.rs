//! Each concern over PostgreSQL: what of it is one statement, and what a transaction of several.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::node::Taken;
use super::postgres_store::PostgresStore;
use super::session::ask;
use super::{
    budget, call, claim, cursor, decision, generation, halt, handle, intent, link, node, park, prune, put_off, role,
    seen, telling, work,
};
use crate::store::calls::{CallEntry, Calls};
use crate::store::coordination::{Coordination, Draw, Drawn, Hold, Lead, Living, Node, Rate, Role};
use crate::store::decisions::{DecisionEntry, Decisions, HistoryEntry};
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
impl Journal for PostgresStore {
    async fn accept(&self, hints: Vec<Hint>, moved: Option<Cursor>) -> Result<usize, StoreError> {
        let new = match (hints.as_slice(), &moved) {
            ([], None) => 0,
            (one @ [_], None) => ask!(write self, session => telling::tell(session, one))?,
            (hints, moved) => ask!(whole self, session => telling::accept(session, hints, moved.as_ref()))?,
        };
        if new > 0 {
            self.tell();
        }
        Ok(new)
    }

    async fn claim(&self, limit: usize, lease: Duration) -> Result<Vec<Work>, StoreError> {
        let node = self.node();
        ask!(write self, session => claim::claim(session, limit, (lease, node)))
    }

    async fn renew(&self, claim: Claim, lease: Duration) -> Result<(), StoreError> {
        ask!(write self, session => claim::renew(session, claim, lease))
    }

    async fn finish(&self, work: &Work, parks: Parking) -> Result<(), StoreError> {
        if ask!(whole self, session => work::finish(session, work, &parks))? {
            self.tell();
        }
        Ok(())
    }

    async fn defer(&self, work: &Work, after: Duration, reason: &str) -> Result<(), StoreError> {
        // The one sign that the database keeps none of.
        let reason = reason.replace('\0', "\u{fffd}");
        ask!(write self, session => claim::defer(session, work.claim, (after, &reason)))
    }

    async fn postpone(&self, work: &Work, after: Duration) -> Result<(), StoreError> {
        ask!(write self, session => claim::postpone(session, work.claim, after))
    }

    async fn next_due(&self, parked: bool) -> Result<Option<Duration>, StoreError> {
        let due = ask!(read &self.sessions, session => work::next_due(session, parked))?;
        Ok(due.map(work::wait))
    }

    async fn clock_moved(&self, by: SignedDuration) -> Result<(), StoreError> {
        // What a process thinks of the time moves nothing here.
        if !self.sessions.has_clock() {
            return Ok(());
        }
        ask!(whole self, session => work::clock_moved(session, by))
    }

    async fn cursor(&self, account: &str, record: &str) -> Result<Option<Timestamp>, StoreError> {
        ask!(read &self.sessions, session => cursor::read(session, account, record))
    }

    async fn last_told(&self, account: &str, source: HintSource) -> Result<Option<Timestamp>, StoreError> {
        ask!(read &self.sessions, session => cursor::last_told(session, account, source))
    }

    async fn mark(&self, account: &str, name: &str, at: Timestamp, under: Option<&Lead>) -> Result<(), StoreError> {
        ask!(whole self, session => cursor::mark(session, (account, name), at, under))
    }

    async fn keeps(&self) -> Result<(), StoreError> {
        let Some(doubt) = self.sessions.doubt.open() else { return Ok(()) };
        ask!(write self, session => work::try_to_write(session))?;
        self.sessions.doubt.disprove(doubt);
        Ok(())
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        ask!(read &self.sessions, session => work::counts(session))
    }

    async fn ages(&self) -> Result<Ages, StoreError> {
        ask!(read &self.sessions, session => put_off::ages(session))
    }

    async fn unfinished(&self) -> Result<Vec<Unfinished>, StoreError> {
        ask!(read &self.sessions, session => work::unfinished(session))
    }

    async fn deferred(&self) -> Result<Vec<(String, u64)>, StoreError> {
        ask!(read &self.sessions, session => work::deferred(session))
    }

    async fn put_off(&self, limit: usize) -> Result<Vec<PutOff>, StoreError> {
        ask!(read &self.sessions, session => put_off::read(session, limit))
    }

    async fn hasten(&self, which: &Which) -> Result<u64, StoreError> {
        let hastened = ask!(write self, session => put_off::hasten(session, which))?;
        if hastened > 0 {
            self.tell();
        }
        Ok(hastened)
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn told(&self) {
        PostgresStore::told(self).await;
    }
}

#[async_trait]
impl Pairs for PostgresStore {
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
        ask!(read &self.sessions, session => link::at(session, pipeline, left, end))
    }

    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError> {
        ask!(read &self.sessions, session => link::ids(session, pipeline, (left, account)))
    }

    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError> {
        ask!(read &self.sessions, session => link::of(session, pipeline))
    }

    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError> {
        ask!(read &self.sessions, session => link::by_hand(session))
    }

    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError> {
        ask!(whole self, session => intent::open(session, &draft, claim))
    }

    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
        ask!(read &self.sessions, session => intent::open_ones(session, cause))
    }

    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError> {
        if ask!(whole self, session => intent::settle(session, &settlement))? {
            self.tell();
        }
        Ok(())
    }
}

#[async_trait]
impl Inbox for PostgresStore {
    async fn parks_of(&self, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
        ask!(read &self.sessions, session => park::of(session, target))
    }

    async fn park_known(&self, target: &RecordRef, pipeline: &str, group: Option<&str>) -> Result<bool, StoreError> {
        ask!(read &self.sessions, session => park::known(session, target, pipeline, group))
    }

    async fn parks(&self) -> Result<Vec<Park>, StoreError> {
        ask!(read &self.sessions, session => park::all(session))
    }

    async fn park_heads(&self) -> Result<Vec<ParkHead>, StoreError> {
        ask!(read &self.sessions, session => park::heads(session))
    }

    async fn parks_numbered(&self, numbers: &[i64]) -> Result<Vec<Park>, StoreError> {
        ask!(read &self.sessions, session => park::numbered(session, numbers))
    }

    async fn dropped(&self) -> Result<Vec<(RecordRef, String)>, StoreError> {
        ask!(read &self.sessions, session => park::dropped(session))
    }

    async fn retry(&self, number: Option<i64>) -> Result<usize, StoreError> {
        let touched = ask!(whole self, session => work::retry(session, number))?;
        if touched > 0 {
            self.tell();
        }
        Ok(touched)
    }

    async fn drop_park(&self, number: i64) -> Result<bool, StoreError> {
        ask!(whole self, session => work::drop_park(session, number))
    }

    async fn wake(&self, found: &[Wait]) -> Result<usize, StoreError> {
        if found.is_empty() {
            return Ok(0);
        }
        let woken = ask!(whole self, session => work::wake(session, found))?;
        if woken > 0 {
            self.tell();
        }
        Ok(woken)
    }
}

#[async_trait]
impl Halts for PostgresStore {
    async fn halt(&self, new: Halt) -> Result<(), StoreError> {
        ask!(write self, session => halt::put(session, &new, false))?;
        self.tell();
        Ok(())
    }

    async fn halts(&self) -> Result<Vec<Standing>, StoreError> {
        ask!(read &self.sessions, session => halt::all(session))
    }

    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError> {
        let lifted = ask!(whole self, session => halt::lift(session, reach))?;
        if !lifted.is_empty() {
            self.tell();
        }
        Ok(lifted)
    }
}

#[async_trait]
impl Decisions for PostgresStore {
    async fn record_decision(&self, entry: DecisionEntry) -> Result<(), StoreError> {
        ask!(whole self, session => decision::add(session, &entry))
    }

    async fn decisions(
        &self,
        target: Option<&RecordRef>,
        since: Option<Timestamp>,
        limit: usize,
    ) -> Result<Vec<DecisionEntry>, StoreError> {
        ask!(read &self.sessions, session => decision::read(session, target, (since, limit)))
    }

    async fn history(&self, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        ask!(read &self.sessions, session => decision::history(session, target, limit))
    }
}

#[async_trait]
impl Rules for PostgresStore {
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError> {
        ask!(whole self, session => generation::serve(session, hash, texts))
    }

    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
        ask!(read &self.sessions, session => generation::last_good(session))
    }

    async fn served(&self, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
        ask!(read &self.sessions, session => generation::served(session, number))
    }
}

#[async_trait]
impl Seen for PostgresStore {
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError> {
        ask!(read &self.sessions, session => seen::unlisted(session, account, record))
    }

    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError> {
        ask!(whole self, session => seen::set_unlisted(session, (account, record), &ids))
    }

    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError> {
        ask!(read &self.sessions, session => seen::seen_fields(session))
    }

    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError> {
        ask!(whole self, session => seen::note_fields(session, &fields))
    }

    async fn ledger(&self) -> Result<Option<Ledger>, StoreError> {
        ask!(read &self.sessions, session => seen::ledger(session))
    }

    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError> {
        ask!(whole self, session => seen::set_ledger(session, &ledger, mark, under))
    }
}

#[async_trait]
impl Handles for PostgresStore {
    async fn called(&self, text: &str, begins: bool, limit: usize) -> Result<Vec<Handle>, StoreError> {
        ask!(read &self.sessions, session => handle::called(session, text, (begins, limit)))
    }

    async fn handles_of(&self, target: &RecordRef) -> Result<Vec<Handle>, StoreError> {
        ask!(read &self.sessions, session => handle::of(session, target))
    }
}

#[async_trait]
impl Calls for PostgresStore {
    async fn keep_calls(&self, calls: Vec<CallEntry>) -> Result<(), StoreError> {
        ask!(whole self, session => call::keep(session, &calls))
    }

    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError> {
        ask!(read &self.sessions, session => call::read(session, target, limit))
    }

    async fn prune_calls(
        &self,
        before: Option<Timestamp>,
        bytes: u64,
        under: Option<&Lead>,
    ) -> Result<usize, StoreError> {
        let mut total = 0;
        loop {
            match ask!(whole self, session => call::prune(session, (before, bytes), under))? {
                0 => return Ok(total),
                taken => total += usize::try_from(taken).unwrap_or(usize::MAX),
            }
        }
    }
}

#[async_trait]
impl Coordination for PostgresStore {
    async fn serve_at(&self, _url: &str) -> Result<(), StoreError> {
        Ok(())
    }

    async fn join(&self, ttl: Duration) -> Result<Node, StoreError> {
        let node = ask!(write self, session => node::join(session, ttl))?;
        self.is_node(node.0);
        Ok(node)
    }

    async fn beat(&self, node: Node, ttl: Duration) -> Result<(), StoreError> {
        ask!(write self, session => node::beat(session, node, ttl))
    }

    async fn fence(&self) -> Result<Vec<Node>, StoreError> {
        let may_write = self.may_write()?;
        if !ask!(read may_write, session => node::is_any_silent(session))? {
            return Ok(Vec::new());
        }
        let fenced = ask!(whole self, session => node::fence(session))?;
        if !fenced.is_empty() {
            self.tell();
        }
        Ok(fenced)
    }

    async fn tell(&self, node: Node, about: &str) -> Result<(), StoreError> {
        ask!(write self, session => node::tell(session, node, about))
    }

    async fn nodes(&self) -> Result<Vec<Living>, StoreError> {
        ask!(read &self.sessions, session => node::living(session))
    }

    async fn budgets(&self) -> Result<Vec<Drawn>, StoreError> {
        ask!(read &self.sessions, session => budget::all(session))
    }

    async fn leave(&self, node: Node) -> Result<(), StoreError> {
        ask!(whole self, session => node::leave(session, node))?;
        self.tell();
        Ok(())
    }

    async fn hold(&self, node: Node, pair: &str) -> Result<Option<Hold>, StoreError> {
        let mut taken = ask!(write self, session => node::hold(session, node, pair))?;
        if taken == Taken::Silents {
            taken = ask!(whole self, session => node::hold_of_silent(session, node, pair))?;
            self.tell();
        }
        Ok(taken.number().map(|token| Hold { node, token }))
    }

    async fn holds(&self, hold: Hold) -> Result<(), StoreError> {
        ask!(read &self.sessions, session => node::holds(session, hold))
    }

    async fn release(&self, hold: Hold) -> Result<bool, StoreError> {
        ask!(write self, session => node::release(session, hold))
    }

    async fn lead(&self, node: Node, role: &Role, length: Duration) -> Result<Option<Lead>, StoreError> {
        let mut taken = ask!(write self, session => role::lead(session, node, role, length))?;
        if taken == Taken::Silents {
            taken = ask!(whole self, session => role::lead_of_silent(session, node, role, length))?;
            self.tell();
        }
        Ok(taken.number().map(|term| Lead { role: role.clone(), term }))
    }

    async fn resign(&self, lead: &Lead) -> Result<bool, StoreError> {
        ask!(write self, session => role::resign(session, lead))
    }

    async fn draw(&self, node: Node, account: &str, calls: u32, rate: Rate) -> Result<Draw, StoreError> {
        ask!(whole self, session => budget::draw(session, node, account, (calls, rate)))
    }

    async fn give_back(&self, _account: &str, draw: &Draw, unused: u32) -> Result<(), StoreError> {
        ask!(write self, session => budget::give_back(session, draw, unused))
    }

    async fn pause(&self, account: &str, length: Duration) -> Result<(), StoreError> {
        ask!(write self, session => budget::pause(session, account, length))
    }
}

#[async_trait]
impl Retention for PostgresStore {
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError> {
        let (mut walk, mut total) = (prune::Walk::START, 0);
        loop {
            let (reached, taken) = ask!(whole self, session => prune::step(session, before, walk, under))?;
            walk = reached;
            total += taken;
            if walk.is_over() {
                return Ok(total);
            }
        }
    }

    async fn bytes(&self) -> Result<Option<u64>, StoreError> {
        ask!(read &self.sessions, session => put_off::bytes(session))
    }
}
