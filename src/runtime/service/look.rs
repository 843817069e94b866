//! One look at what changed, or at everything: a cursor per account and record, moved only once the hints are durable.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::among::Among;
use crate::connector::{Connector, Listing, Row};
use crate::engine::{self, Wait};
use crate::language::plan::{Interest, RecordType, Side};
use crate::runtime::limits::{HINTS_AT_ONCE, MISSING_LOOKED_AT_MAX, POLL_OVERLAP, SECOND_PASSED};
use crate::runtime::live::Live;
use crate::runtime::memory::alarm::{Asked, FIELD_GONE, FUTURE_INSTANT, LIST_SHRUNK, NOT_LISTED, UNREADABLE, about};
use crate::runtime::memory::census::Shown;
use crate::runtime::memory::shown::Answer;
use crate::runtime::memory::shrunk;
use crate::runtime::pairing::unreadable::{impossible_key, unreadable, without_key};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::runtime::trouble::later;
use crate::store::{Cursor, Hint, HintSource, RecordRef, Role, StoreError};
use crate::value::{Value, digest};
use crate::world::Planted;

/// Where a list ends of which no more is read.
const FIRST_ROWS: usize = 5;

/// What one look is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// What changed since the last look; everything at the first.
    Changes,
    /// Everything, whether it changed or not.
    Everything,
}

/// Looks for changes of one account.
///
/// # Errors
/// The first [`Trouble`], after all kinds of records were tried.
pub async fn look_at_one(runtime: &Runtime, live: &Live, account: &str) -> Result<(), Trouble> {
    if runtime.world.plants(Planted::Polls) {
        return Ok(());
    }
    let (listed, missed) = runtime.look_at_account(live, account, (Look::Changes, &Among::All)).await;
    for found in listed {
        runtime.take_up(found).await?;
    }
    missed.into_iter().next().map_or(Ok(()), |missed| Err(missed.trouble))
}

/// What could not be looked at.
#[derive(Debug)]
pub struct Missed {
    /// The account, with the kind of record where only that is meant.
    pub what: String,
    /// Why.
    pub trouble: Trouble,
}

/// What a listing led to.
pub(super) struct Listed {
    /// In the order in which they are to be worked on.
    hints: Vec<Hint>,
    /// Linked records that a whole listing lacks.
    missing: Vec<Hint>,
    /// Where the next look goes on from.
    cursor: Option<Cursor>,
}

impl Missed {
    /// What could not be looked at, and why, which names the account only once.
    pub(super) fn told(&self) -> (String, String) {
        let (account, why) = (self.what.split('.').next().unwrap_or_default(), self.trouble.to_string());
        let bare = why.strip_prefix(account).and_then(|rest| rest.strip_prefix(": "));
        (self.what.clone(), bare.unwrap_or(&why).to_owned())
    }
}

impl Runtime {
    /// Looks at those kinds of records of an account that are among some: what a sweep listed, and what could not be.
    pub(super) async fn look_at_account(
        &self,
        live: &Live,
        account: &str,
        (how, among): (Look, &Among),
    ) -> (Vec<Listed>, Vec<Missed>) {
        let of_account = |trouble| Missed { what: account.to_owned(), trouble };
        let mut missed: Vec<Missed> = self.recall_fields(live).await.err().map(of_account).into_iter().collect();
        let mut listed = Vec::new();
        let system = live.plan.accounts.get(account).and_then(|account| live.plan.systems.get(&account.system));
        let kinds = system.into_iter().flat_map(|system| system.records.values());
        for kind in kinds.filter(|kind| among.has(kind)) {
            match self.look_at_kind(live, account, kind, how).await {
                Ok(found) => listed.extend(found),
                Err(trouble) => missed.push(Missed { what: format!("{account}.{}", kind.name), trouble }),
            }
        }
        missed.extend(self.keep_fields(live).await.err().map(of_account));
        (listed, missed)
    }

    /// Looks at a kind of record. What a sweep listed comes back, to be worked on once everything is listed.
    async fn look_at_kind(
        &self,
        live: &Live,
        account: &str,
        kind: &RecordType,
        how: Look,
    ) -> Result<Option<Listed>, Trouble> {
        let everything = how == Look::Everything;
        let listed = match live.plan.interest(&kind.system, &kind.name) {
            Some(Interest::Work) => self.list(live, account, kind, how).await.map(|listed| {
                listed.map(|mut listed| {
                    listed.hints.append(&mut listed.missing);
                    listed
                })
            }),
            Some(Interest::Linked) => {
                self.look_for_waiting(live, account, kind).await?;
                self.list_linked(live, account, kind, how).await
            }
            Some(Interest::LookUp) => {
                // Its own changes lead to nothing, but what is worked on is compared with it or needs it.
                let listed = if everything { self.list(live, account, kind, how).await } else { Ok(None) };
                self.look_for_waiting(live, account, kind).await?;
                let only_missing = |listed: Listed| Listed { hints: listed.missing, missing: Vec::new(), cursor: None };
                return listed.map(|listed| listed.map(only_missing));
            }
            None => Ok(None),
        }?;
        match listed {
            Some(listed) if !everything => self.take_up(listed).await.map(|()| None),
            listed => Ok(listed),
        }
    }

    /// Lists a kind of which only what is linked leads to anything.
    async fn list_linked(
        &self,
        live: &Live,
        account: &str,
        kind: &RecordType,
        how: Look,
    ) -> Result<Option<Listed>, Trouble> {
        let Some(mut listed) = self.list(live, account, kind, how).await? else { return Ok(None) };
        let linked = self.linked(live, account, kind).await?;
        // What a rule has wait may wait for any of them. A sweep looks at that by itself.
        let is_waited_for = how == Look::Changes && !self.held_for(live, kind).is_empty();
        listed.hints.retain(|hint| is_waited_for || linked.contains(&hint.target.id));
        listed.hints.append(&mut listed.missing);
        Ok(Some(listed))
    }

    /// The keys of an account's records of a kind that are linked in any pipeline.
    async fn linked(&self, live: &Live, account: &str, kind: &RecordType) -> Result<BTreeSet<String>, Trouble> {
        match self.search(live, account, &kind.name) {
            Some(search) => shrunk::linked(&search).await,
            None => Ok(BTreeSet::new()),
        }
    }

    /// Lists a kind: everything or what changed.
    async fn list(&self, live: &Live, account: &str, kind: &RecordType, how: Look) -> Result<Option<Listed>, Trouble> {
        let Some(peer) = live.peers.get(account) else { return Ok(None) };
        let lead = self.lead(&Role::Poll(account.to_owned())).await?;
        let cursor = self.store.cursor(account, &kind.name).await?;
        let began = peer.peer_now();
        let since = cursor.filter(|_| how == Look::Changes && kind.changed.is_some());
        let begin = |since: Timestamp| back(since.min(peer.peer_now()), self.overlap());
        let listing = since.map_or(Listing::All, |since| Listing::ChangedSince(begin(since)));
        let mut whole = matches!(listing, Listing::All);
        let mut asked = Asked::from(&listing);
        let mut rows = self.list_rows(peer, kind, listing).await?;
        // What the peer's clock shows is known best after its answer. A cursor beyond it was set by a clock that was
        // wrong then, or is wrong now: nobody knows what was missed in between.
        let latest = forth(peer.peer_now(), POLL_OVERLAP);
        let is_lost = since.is_some_and(|since| since > latest);
        if is_lost && kind.list.is_some() {
            asked = Asked::All;
            whole = true;
            rows = self.list_rows(peer, kind, Listing::All).await?;
        }
        if whole && !self.takes((live, account, kind), &rows, how).await? {
            return Ok(None);
        }
        let doubled = if whole { self.tell_doubled((live, peer, kind), &rows).await } else { BTreeSet::new() };
        let is_lacking = self.tell_missing(live, account, kind, (&rows, &asked))?;
        let source = if how == Look::Everything { HintSource::Sweep } else { HintSource::Poll };
        let now = self.world.clock.now();
        let instant = |row: &Value| modified(kind, row);
        let is_ahead = |row: &Value| instant(row).is_some_and(|at| at > latest);
        let known = rows.iter().filter_map(|row| instant(&row.value)).chain(cursor);
        let highest = known.filter(|at| *at <= latest).max().map(|at| at.min(peer.peer_now()));
        let highest = highest.or_else(|| is_lost.then(|| began.min(peer.peer_now())));
        self.tell_future(account, kind, rows.iter().map(|row| &row.value).filter(|row| is_ahead(row)), latest);
        let misfits = match how {
            Look::Everything => misfits(live, (account, kind), &rows, is_lacking),
            Look::Changes => BTreeSet::new(),
        };
        // What could not be read at all is asked for again until it can be.
        let is_nameless = rows.iter().any(|row| row.broken.is_some() && kind.id_of(&row.value).is_none());
        let mut hints = Vec::new();
        let mut hint = |id: String, record: &Value| {
            // An instant to come stays as it is whatever changes, so the content tells.
            let version = Some(version(record, instant(record).filter(|at| *at <= latest), now));
            let target = RecordRef { account: account.to_owned(), record: kind.name.clone(), id };
            hints.push(Hint { at: now, source, target, version, first: kind.first });
        };
        let records = kind.grouped_rows(rows.into_iter().map(|row| row.value));
        self.remember_listed(live, (account, kind), &records).await;
        for record in &records {
            kind.id_of(record).filter(|id| !doubled.contains(id)).into_iter().for_each(|id| hint(id, record));
        }
        if whole && kind.grouped.is_some() {
            for id in self.emptied(live, account, kind, &records).await? {
                hint(id, &Value::List(ecow::EcoVec::new()));
            }
        }
        let looks_for_missing = !is_nameless && whole && how == Look::Everything && kind.grouped.is_none();
        let missing = if looks_for_missing { self.missing(live, account, kind, &records).await? } else { Vec::new() };
        if how == Look::Everything {
            let kept = records.into_iter().filter_map(|record| Some((kind.id_of(&record)?, record)));
            live.memory.swept.keep(
                account,
                &kind.name,
                kept.filter(|(id, _)| !misfits.contains(id) && !doubled.contains(id)).collect(),
            );
        }
        // Where another process looks for the changes of this account, it moves the cursor.
        let moved = highest.filter(|_| !is_nameless).zip(lead);
        let cursor = moved.map(|(at, lead)| Cursor::of((account, &kind.name), cursor, at).under(lead));
        Ok(Some(Listed { hints, missing, cursor }))
    }

    /// By how much a look for changes goes back behind the last one.
    fn overlap(&self) -> Duration {
        if self.world.plants(Planted::Overlap) { Duration::ZERO } else { POLL_OVERLAP }
    }

    /// The rows of a list. The account's state says that it cannot be read until it can.
    async fn list_rows(&self, peer: &Connector, kind: &RecordType, listing: Listing) -> Result<Vec<Row>, Trouble> {
        let (account, asked) = (peer.account(), Asked::from(&listing));
        let mut rows = peer.rows(kind, listing).await.map_err(|failure| later(account, &failure));
        if self.world.plants(Planted::FirstRows) {
            rows.iter_mut().for_each(|rows| rows.truncate(FIRST_ROWS));
        }
        let message = rows.as_ref().err().map(ToString::to_string);
        self.alarms.set(about(account, &kind.name, NOT_LISTED), &asked, message, self.world.clock.now());
        rows
    }

    /// Whether a whole list is taken as it is. One that suddenly lacks most of what is linked stops a sweep as its
    /// brake does, and a look for changes until the list is right again.
    async fn takes(
        &self,
        (live, account, kind): (&Live, &str, &RecordType),
        rows: &[Row],
        how: Look,
    ) -> Result<bool, Trouble> {
        let takes = self.is_whole((live, account, kind), rows, how).await?;
        if how == Look::Everything {
            self.tally.list(account, &kind.name, Shown::of(kind, rows, !takes));
        }
        Ok(takes)
    }

    async fn is_whole(
        &self,
        (live, account, kind): (&Live, &str, &RecordType),
        rows: &[Row],
        how: Look,
    ) -> Result<bool, Trouble> {
        let Some(search) = self.search(live, account, &kind.name) else { return Ok(true) };
        let everything = how == Look::Everything;
        if let Some(why) = search.shrunk(rows).await? {
            if !everything {
                return Err(Trouble::Later { reason: shrunk::told(&why), after: None });
            }
            if self.brake.holds_list(&why) {
                return Ok(false);
            }
            tracing::warn!(why, "somebody confirmed a list that is suddenly short: it is taken as it is");
            self.alarms.set(about(account, &kind.name, LIST_SHRUNK), &Asked::All, None, self.world.clock.now());
        }
        shrunk::accept(&search, rows).await.map(|()| true)
    }

    /// Tells of fields that no row shows, and whether there are any. Without any key nothing can be asked for, so the
    /// look must not move past it.
    fn tell_missing(
        &self,
        live: &Live,
        account: &str,
        kind: &RecordType,
        (rows, asked): (&[Row], &Asked),
    ) -> Result<bool, Trouble> {
        let now = self.world.clock.now();
        self.tell_unreadable((account, kind), (rows, asked));
        // What a list keeps of a deleted record may be little.
        let is_shown = |row: &&Row| row.broken.is_none() && !kind.is_gone(&row.value);
        let whole: Vec<&Row> = rows.iter().filter(is_shown).collect();
        let Some(first) = whole.first() else { return Ok(false) };
        let answer = if *asked == Asked::All { Answer::All } else { Answer::Some };
        let lack = live.needed.lack(account, kind, &whole, answer);
        let is_lacking = lack.is_some();
        // A listing may show less than the record's own call, which then has the word.
        if lack.as_ref().is_none_or(|lack| lack.is_promised || kind.read.is_none()) {
            let wrong = lack.map(|lack| (asked.clone(), lack.message));
            // Whichever list shows a field, the other would, too.
            let answers = |other: &Asked| matches!(other, Asked::All | Asked::Changes);
            self.alarms.heard(about(account, &kind.name, FIELD_GONE), wrong, answers, now);
        }
        if rows.iter().any(|row| kind.id_of(&row.value).is_some()) {
            return Ok(is_lacking);
        }
        let message = without_key(kind, first);
        let reason = format!("{account}: {message}");
        self.alarms.set(about(account, &kind.name, NOT_LISTED), asked, Some(reason.clone()), now);
        Err(Trouble::Later { reason, after: None })
    }

    /// Tells of records that cannot be read. A list says nothing of those that are not in it, unless it is of all.
    fn tell_unreadable(&self, (account, kind): (&str, &RecordType), (rows, asked): (&[Row], &Asked)) {
        let cause = |row: &Row| row.key(kind).map_or_else(|| asked.clone(), Asked::One);
        let wrong = rows.iter().filter_map(|row| match &row.unreadable {
            Some(place) => Some((cause(row), unreadable(kind, (account, row), place))),
            None => {
                let found = kind.impossible_key(&row.value).filter(|found| !found.trim().is_empty())?;
                Some((asked.clone(), impossible_key(kind, account, &found)))
            }
        });
        let shown: BTreeSet<Asked> = rows.iter().map(cause).chain([asked.clone()]).collect();
        let answers = |other: &Asked| *asked == Asked::All || shown.contains(other);
        self.alarms.heard(about(account, &kind.name, UNREADABLE), wrong, answers, self.world.clock.now());
    }

    /// Tells of records that say they were changed in the future.
    fn tell_future<'r>(
        &self,
        account: &str,
        kind: &RecordType,
        ahead: impl Iterator<Item = &'r Value>,
        latest: Timestamp,
    ) {
        let ahead: Vec<String> = ahead.filter_map(|row| kind.id_of(row)).collect();
        let message = ahead.first().map(|first| {
            let more = if ahead.len() > 1 { format!(" and {} more", ahead.len() - 1) } else { String::new() };
            format!(
                "{account}.{}/{first}{more} says it was changed after {latest}, which is still to come there; \
                 the look for changes does not go by it",
                kind.name
            )
        });
        // Whatever is asked, what is to come is among it.
        let wrong = message.map(|message| (Asked::All, message));
        self.alarms.heard(about(account, &kind.name, FUTURE_INSTANT), wrong, |_| true, self.world.clock.now());
    }

    /// Makes hints durable, then moves the cursor.
    pub(super) async fn take_up(&self, listed: Listed) -> Result<(), Trouble> {
        let mut hints = listed.hints.into_iter().peekable();
        while hints.peek().is_some() && !self.world.plants(Planted::Cursor) {
            let some: Vec<Hint> = hints.by_ref().take(HINTS_AT_ONCE).collect();
            self.accept(some).await?;
        }
        if listed.cursor.is_none() {
            return Ok(());
        }
        match self.store.accept(Vec::new(), listed.cursor).await {
            // Whoever looks for these changes by now lists them again.
            Ok(_) | Err(StoreError::LostClaim) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Looks at linked records that a sweep's listing lacks.
    async fn missing(
        &self,
        live: &Live,
        account: &str,
        kind: &RecordType,
        present: &[Value],
    ) -> Result<Vec<Hint>, Trouble> {
        let ids = self.emptied(live, account, kind, present).await?.into_iter();
        let (at, source) = (self.world.clock.now(), HintSource::Sweep);
        let hint = |id| {
            let target = RecordRef { account: account.to_owned(), record: kind.name.clone(), id };
            Hint { at, source, target, version: None, first: kind.first }
        };
        Ok(ids.take(MISSING_LOOKED_AT_MAX).map(hint).collect())
    }

    /// Linked records, or groups of them, of which nothing is shown.
    async fn emptied(
        &self,
        live: &Live,
        account: &str,
        kind: &RecordType,
        present: &[Value],
    ) -> Result<BTreeSet<String>, Trouble> {
        let mut linked = self.linked(live, account, kind).await?;
        present.iter().filter_map(|record| kind.id_of(record)).for_each(|id| {
            linked.remove(&id);
        });
        Ok(linked)
    }

    /// Records that lead to no work themselves may be what parked work waits for.
    async fn look_for_waiting(&self, live: &Live, account: &str, kind: &RecordType) -> Result<(), Trouble> {
        let looked = self.wake_what_waits(live, account, kind).await;
        let failed = match &looked {
            Err(
                Trouble::Later { reason: message, .. } | Trouble::Unreadable { message, .. } | Trouble::Bug(message),
            ) => Some(message.clone()),
            Err(Trouble::Store(_) | Trouble::Held(_)) | Ok(()) => None,
        };
        self.alarms.set(about(account, &kind.name, NOT_LISTED), &Asked::Found, failed, self.world.clock.now());
        looked
    }

    async fn wake_what_waits(&self, live: &Live, account: &str, kind: &RecordType) -> Result<(), Trouble> {
        let parks = self.store.parks().await?;
        let wanted: Vec<&Wait> = parks
            .iter()
            .flat_map(|park| &park.draft.waits)
            .filter(|wait| wait.account == account && wait.record == kind.name)
            .collect();
        let Some(search) = self.search(live, account, &kind.name).filter(|_| !wanted.is_empty()) else { return Ok(()) };
        let mut found = Vec::new();
        for (pipeline, side) in live.plan.pipelines_of(&kind.system, &kind.name) {
            for wait in &wanted {
                if self.holds(&search, (&pipeline.name, side), &wait.value, live).await? {
                    found.push((*wait).clone());
                }
            }
        }
        if !self.world.plants(Planted::Wake) && self.store.wake(&found).await? > 0 {
            self.nudge();
        }
        Ok(())
    }

    async fn holds(
        &self,
        search: &crate::runtime::memory::search::Search<'_>,
        (pipeline, side): (&str, Side),
        value: &str,
        live: &Live,
    ) -> Result<bool, Trouble> {
        let want = engine::Want::Match {
            pipeline: pipeline.to_owned(),
            side,
            account: search.account.to_owned(),
            value: value.to_owned(),
            since: None,
        };
        let found = match self.answer(live, &want, None).await {
            Err(Trouble::Unreadable { .. }) => return Ok(false),
            found => found?,
        };
        Ok(matches!(found, engine::Found::Records(rows) if !rows.is_empty()))
    }
}

/// When a row says that it was changed.
fn modified(kind: &RecordType, row: &Value) -> Option<Timestamp> {
    match kind.modified.as_deref().map(|name| row.field(name)) {
        Some(Value::Timestamp(at)) => Some(*at),
        _ => None,
    }
}

/// The keys of rows that nothing may be decided on as they are listed.
fn misfits(live: &Live, (account, kind): (&str, &RecordType), rows: &[Row], is_lacking: bool) -> BTreeSet<String> {
    let is_odd = |row: &&Row| {
        let is_doubtful = is_lacking || !row.gone.is_empty() || live.needed.is_doubtful(account, kind, row);
        is_doubtful || row.unreadable.is_some() || live.misfit(kind, row).is_some()
    };
    rows.iter().filter(is_odd).filter_map(|row| kind.id_of(&row.value)).collect()
}

/// What tells one state of a record from another in a listing. A modification instant of whole
/// seconds may hide a second change within its second, so while it is young it is another version
/// than once it is old, and the record is looked at again. Without an instant, the row's content counts.
fn version(row: &Value, modified: Option<Timestamp>, now: Timestamp) -> String {
    let Some(at) = modified else { return digest::of_value(row) };
    let young = now.duration_since(at) < SignedDuration::try_from(SECOND_PASSED).unwrap_or_default();
    if at.subsec_nanosecond() == 0 && young { format!("{at} young") } else { at.to_string() }
}

fn forth(instant: Timestamp, by: Duration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn back(instant: Timestamp, by: Duration) -> Timestamp {
    instant.checked_sub(SignedDuration::try_from(by).unwrap_or_default()).unwrap_or(Timestamp::MIN)
}
