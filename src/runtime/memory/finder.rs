//! Kept listings: answers look-ups in records that have no call for them.
//!
//! A listing is read once and then kept up by what changed since. A look-up that finds nothing
//! reads the changes first, so a miss is never a stale miss. Holds only plain fields of each row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex as AsyncMutex;

use super::alarm::{Asked, FIELD_GONE, NOT_LISTED, UNREADABLE, about};
use super::lack::Lack;
use super::search::{Horizon, Matching, Search};
use super::shown::Answer;
use super::shrunk;
use crate::connector::{Connector, Listing, Row};
use crate::diagnostic::suggest;
use crate::engine::{self, Candidate, Listed};
use crate::language::plan::Side;
use crate::runtime::limits::{
    CANDIDATES_MAX, CLOCK_SKEW, CLOSE_LOOKS, CLOSE_OVERLAP, LISTING_AGE_MAX, MISS_AGE_MAX, POLL_OVERLAP,
};
use crate::runtime::trouble::{Trouble, later};
use crate::value::{Record, Value};

/// Stands for the key of a record whose own cannot be one.
const HIDDEN: &str = "";

/// Kept listings by account and record type.
#[derive(Debug, Default)]
pub struct Finder {
    kept: Mutex<BTreeMap<(String, String), Arc<AsyncMutex<Kept>>>>,
    /// Whether listings are kept without their account, which is wrong.
    nameless: bool,
}

/// One kept listing.
#[derive(Debug, Default)]
struct Kept {
    rows: BTreeMap<String, Value>,
    /// Keys of rows that could be read in part only: enough to be found by, not to decide on.
    unreadable: BTreeSet<String>,
    /// A row of which not even the key could be read, and why.
    nameless: Option<String>,
    /// The rows as they were last given out.
    listed: Option<Arc<Listed>>,
    /// Match values of each pipeline side to keys.
    matches: BTreeMap<(String, Side), BTreeMap<String, BTreeSet<String>>>,
    /// From which modification instant on the listing is whole; `None` with `read` set: from the beginning.
    from: Option<Timestamp>,
    read: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// When a look last read back so far that what came up late was seen.
    far: Option<Timestamp>,
    /// What of what rules read the rows lack.
    lack: Option<Lack>,
    /// Why the last reading of everything was not taken as it is, and when that was.
    refused: Option<(Timestamp, String)>,
}

impl Finder {
    /// Nothing is kept yet.
    pub fn new(nameless: bool) -> Self {
        Self { nameless, ..Self::default() }
    }

    fn kept(&self, account: &str, record: &str) -> Arc<AsyncMutex<Kept>> {
        let account = if self.nameless { "" } else { account };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.entry((account.to_owned(), record.to_owned())).or_default())
    }

    /// All records of a kind, at most [`LISTING_AGE_MAX`] old; `now`: read after this was asked. What many ask for at
    /// once is read once for all who asked before the reading began.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub async fn all(&self, search: &Search<'_>, now: bool) -> Result<Arc<Listed>, Trouble> {
        let asked = search.clock.steady();
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        let read_since = kept.read.is_some_and(|read| read >= asked);
        kept.freshen(search, Horizon::default(), if now && !read_since { Duration::ZERO } else { LISTING_AGE_MAX })
            .await?;
        Ok(kept.listed(search))
    }

    /// One record of a kind that can only be listed.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub async fn by_key(&self, search: &Search<'_>, id: &str) -> Result<Option<Value>, Trouble> {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        kept.freshen(search, Horizon::default(), LISTING_AGE_MAX).await?;
        if !kept.rows.contains_key(id) {
            kept.freshen(search, Horizon::default(), MISS_AGE_MAX).await?;
        }
        let hidden = kept.nameless.as_ref().filter(|_| !kept.rows.contains_key(id));
        let hidden = hidden.map(|why| format!("{why}, and may be {}.{}/{id}", search.account, search.kind.name));
        let in_part = || format!("{}.{}/{id} can be read in part only", search.account, search.kind.name);
        if let Some(message) = hidden.or_else(|| kept.unreadable.contains(id).then(in_part)) {
            return Err(Trouble::Unreadable { code: UNREADABLE, message });
        }
        Ok(kept.rows.get(id).cloned())
    }

    /// Reads a kept listing anew where it is older than this, by the clock that never goes back.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub async fn renew(&self, search: &Search<'_>, told: Timestamp) -> Result<(), Trouble> {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        if kept.read.is_some_and(|read| read < told) {
            kept.freshen(search, Horizon::default(), Duration::ZERO).await?;
        }
        Ok(())
    }

    /// Another look listed these: where the kept listing shows one of them otherwise, the next look-up reads it anew.
    pub async fn compare(&self, search: &Search<'_>, records: &[Value]) {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        let is_known = |record: &Value| {
            let Some(id) = search.kind.id_of(record) else { return true };
            kept.rows.get(&id) == Some(&held_of(search, record))
        };
        if kept.read.is_some() && !records.iter().all(is_known) {
            kept.read = Some(Timestamp::MIN);
        }
    }

    /// What of what rules read the records of a kind lack that can only be listed, as they were last listed.
    pub async fn lack(&self, search: &Search<'_>) -> Option<Lack> {
        self.kept(search.account, &search.kind.name).lock().await.lack.clone()
    }

    /// Records whose match value on a side of a pipeline is this.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub async fn matching(
        &self,
        search: &Search<'_>,
        matching: Matching<'_>,
        horizon: Horizon,
    ) -> Result<Vec<Value>, Trouble> {
        let Matching { pipeline, side, value } = matching;
        let (pipeline, unseen) = (pipeline.name.as_str(), horizon.unseen);
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        let age_max = if unseen.is_some() { Duration::ZERO } else { LISTING_AGE_MAX };
        kept.freshen(search, horizon, age_max).await?;
        let mut found = kept.matching(pipeline, side, value);
        if found.is_empty() && unseen.is_none() {
            kept.freshen(search, Horizon { unseen: None, ..horizon }, MISS_AGE_MAX).await?;
            found = kept.matching(pipeline, side, value);
        }
        if found.is_empty() {
            kept.rule_out(search, (pipeline, side), value)?;
        }
        Ok(found)
    }

    /// Takes in a record that was read anyway.
    pub async fn saw(&self, search: &Search<'_>, record: &Value) {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        if kept.read.is_some() {
            kept.insert(search, record);
        }
    }

    /// Something was made that the kept listing does not show: the next look-up reads what is newer.
    pub async fn outdate(&self, search: &Search<'_>) {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        kept.read = kept.read.map(|_| Timestamp::MIN);
    }

    /// A record is not there any more, as its own call says.
    pub async fn lost(&self, search: &Search<'_>, id: &str) {
        let kept = self.kept(search.account, &search.kind.name);
        let mut kept = kept.lock().await;
        let Some(old) = kept.rows.remove(id) else { return };
        kept.listed = None;
        for ((pipeline, side), values) in &mut kept.matches {
            let pipeline = search.plan.pipelines.get(pipeline);
            let value = pipeline.and_then(|pipeline| engine::match_value(search.plan, pipeline, *side, &old));
            if let Some(ids) = value.and_then(|value| values.get_mut(&value)) {
                ids.remove(id);
            }
        }
    }

    /// Records whose match value is near `value`, best first.
    pub async fn candidates(
        &self,
        account: &str,
        record: &str,
        (pipeline, side): (&str, Side),
        value: &str,
    ) -> Vec<Candidate> {
        let kept = self.kept(account, record);
        let kept = kept.lock().await;
        let Some(values) = kept.matches.get(&(pipeline.to_owned(), side)) else { return Vec::new() };
        suggest::nearest(value, values.keys().map(String::as_str))
            .into_iter()
            .filter(|near| engine::may_be_meant(value, near))
            .take(CANDIDATES_MAX)
            .flat_map(|near| values.get(near).into_iter().flatten().map(move |id| (near, id)))
            .map(|(near, id)| Candidate {
                record: format!("{account}.{record}"),
                id: id.clone(),
                label: near.to_owned(),
                why: format!("written much like {value:?}"),
            })
            .collect()
    }
}

impl Kept {
    /// All rows, those of groups one by one; the same list as before while no row changed.
    fn listed(&mut self, search: &Search<'_>) -> Arc<Listed> {
        let rows = &self.rows;
        let listed = || Arc::new(Listed::new(search.kind, search.account, rows_of(rows.values().cloned())));
        Arc::clone(self.listed.get_or_insert_with(listed))
    }

    fn matching(&self, pipeline: &str, side: Side, value: &str) -> Vec<Value> {
        let ids = self.matches.get(&(pipeline.to_owned(), side)).and_then(|values| values.get(value));
        ids.into_iter().flatten().filter_map(|id| self.rows.get(id)).cloned().collect()
    }

    /// What could not be read may be what is looked for; to say that it is not there would have it made again.
    fn rule_out(&self, search: &Search<'_>, (pipeline, side): (&str, Side), value: &str) -> Result<(), Trouble> {
        let values = self.matches.get(&(pipeline.to_owned(), side));
        if values.and_then(|values| values.get(value)).is_some_and(|ids| ids.contains(HIDDEN)) {
            let message = format!("{} has a {} for {value:?} without a key", search.account, search.kind.name);
            return Err(Trouble::Unreadable { code: UNREADABLE, message: format!("{message} that a record can have") });
        }
        let has_value = |id: &String| values.into_iter().flatten().any(|(_, ids)| ids.contains(id));
        let hidden = self.unreadable.iter().find(|id| !has_value(id));
        let which = hidden.map(|id| format!("{}.{}/{id}", search.account, search.kind.name));
        let Some(which) = which.or_else(|| self.nameless.clone()) else { return Ok(()) };
        let message = format!("{which} cannot be read, and may be the {} that is looked for", search.kind.name);
        Err(Trouble::Unreadable { code: UNREADABLE, message })
    }

    /// Reads what is missing: everything, or what changed.
    async fn freshen(
        &mut self,
        search: &Search<'_>,
        Horizon { since, unseen }: Horizon,
        age_max: Duration,
    ) -> Result<(), Trouble> {
        // How old it is does not depend on what becomes of the machine's clock.
        let now = search.clock.steady();
        // Where a record says that it was made in time to come, nobody knows since when its counterpart may be there.
        let peer = search.peer;
        let latest = peer.map_or(Timestamp::MIN, Connector::peer_now).max(search.clock.now());
        let reach = since
            .filter(|instant| *instant <= forth(latest, POLL_OVERLAP))
            .map(|instant| back(instant.min(unseen.unwrap_or(instant)), CLOCK_SKEW));
        let covered =
            self.read.is_some() && (self.from.is_none() || reach.is_some_and(|reach| Some(reach) >= self.from));
        let young = self.read.is_some_and(|read| is_within(read, now, age_max));
        if covered && young {
            return Ok(());
        }
        let Some(peer) = peer else { return Ok(()) };
        // The smallest of what was noted, what both clocks say now and when an own write may have happened: whoever's
        // clock was ahead for a moment, nothing is skipped.
        let (ours, theirs) = (search.clock.now(), peer.peer_now());
        let by_their_clock = |at: Timestamp| at.checked_add(theirs.duration_since(ours)).unwrap_or(at);
        let known = |newest: Timestamp| {
            let unseen = unseen.map(|at| at.min(by_their_clock(at)));
            [ours, theirs].into_iter().chain(unseen).fold(newest, Timestamp::min)
        };
        // What own work makes by the dozen each second is not listed over and over for two minutes.
        let close =
            self.read.filter(|_| unseen.is_none() && self.far.is_some_and(|far| is_within(far, now, CLOSE_LOOKS)));
        let closely = |newest: Timestamp, read: Timestamp| {
            let before = theirs.checked_sub(now.duration_since(read)).unwrap_or(newest);
            back(known(newest).min(before), CLOSE_OVERLAP)
        };
        let by_change = search.kind.changed.is_some() && search.kind.grouped.is_none();
        let listing = match (covered, self.newest, reach) {
            (true, Some(newest), _) if by_change => Listing::ChangedSince(match close {
                Some(read) => closely(newest, read),
                None => back(known(newest), POLL_OVERLAP),
            }),
            (false, _, Some(reach)) if by_change => Listing::ChangedSince(reach),
            _ => Listing::All,
        };
        let mut whole = matches!(listing, Listing::All);
        let mut asked = Asked::from(&listing);
        let mut rows = self.list(search, peer, listing).await?;
        let is_doubtful = |row: &Row| search.needed.is_doubtful(search.account, search.kind, row);
        if !whole && search.kind.read.is_none() && rows.iter().any(is_doubtful) {
            // Whether what a row lacks was renamed only the others tell.
            (whole, asked) = (true, Asked::All);
            rows = self.list(search, peer, Listing::All).await?;
        }
        let lack = self.lack_of(search, &rows, (whole, &asked))?;
        let (newest_before, far_before) = (self.newest, self.far);
        let old = if whole { std::mem::take(self).rows } else { BTreeMap::new() };
        if !whole && !covered {
            self.from = reach;
        }
        self.lack = lack;
        self.take_in(search, rows, &old);
        if self.nameless.is_some() {
            self.newest = newest_before.filter(|_| !whole);
        }
        self.read = Some(now);
        self.far = if close.is_some() && !whole { far_before } else { Some(now) };
        Ok(())
    }

    /// What the rows lack; an error where what is looked for cannot be told from them.
    fn lack_of(
        &mut self,
        search: &Search<'_>,
        rows: &[Row],
        (whole, asked): (bool, &Asked),
    ) -> Result<Option<Lack>, Trouble> {
        // A look-up by a field that no row shows would find nothing, and what is there would be made again.
        let needed = &search.needed;
        let answer = if whole { Answer::All } else { Answer::Some };
        let readable: Vec<&Row> = rows.iter().filter(|row| row.broken.is_none()).collect();
        let lack = needed.lack(search.account, search.kind, &readable, answer);
        let hiding = lack.as_ref().filter(|lack| needed.hides(search.plan, search.kind, lack));
        if !readable.is_empty() && hiding.is_some() == lack.is_some() {
            let place = about(search.account, &search.kind.name, FIELD_GONE);
            let message = hiding.map(|lack| lack.message.clone());
            search.alarms.set(place, asked, message, search.clock.now());
        }
        if let Some(lack) = hiding {
            return Err(Trouble::Unreadable { code: FIELD_GONE, message: lack.message.clone() });
        }
        Ok(if readable.is_empty() { self.lack.take() } else { lack })
    }

    /// The rows of a list, where it is taken as it is.
    async fn list(&mut self, search: &Search<'_>, peer: &Connector, listing: Listing) -> Result<Vec<Row>, Trouble> {
        let (asked, now) = (Asked::from(&listing), search.clock.steady());
        if asked == Asked::All {
            self.still_refused(now)?;
        }
        let rows = peer.rows(search.kind, listing).await.map_err(|failure| later(search.account, &failure))?;
        search.alarms.set(about(search.account, &search.kind.name, NOT_LISTED), &asked, None, search.clock.now());
        if asked == Asked::All
            && let Some(why) = search.shrunk(&rows).await?
        {
            let reason = shrunk::told(&why);
            self.refused = Some((now, reason.clone()));
            return Err(Trouble::Later { reason, after: Some(LISTING_AGE_MAX) });
        }
        Ok(rows)
    }

    /// What many look for at once in a list that cannot be taken as it is is asked for once.
    fn still_refused(&self, now: Timestamp) -> Result<(), Trouble> {
        let young = SignedDuration::try_from(MISS_AGE_MAX).unwrap_or_default();
        match &self.refused {
            Some((at, reason)) if now.duration_since(*at) < young => {
                Err(Trouble::Later { reason: reason.clone(), after: Some(LISTING_AGE_MAX) })
            }
            _ => Ok(()),
        }
    }

    /// Takes in what a listing showed. What was known of a record that cannot be read now is better than nothing.
    fn take_in(&mut self, search: &Search<'_>, rows: Vec<Row>, old: &BTreeMap<String, Value>) {
        let nameless = |row: &&Row| row.broken.is_some() && search.kind.id_of(&row.value).is_none();
        self.nameless = rows.iter().find(nameless).and_then(|row| row.broken.clone());
        let broken = rows.iter().filter(|row| row.broken.is_some()).filter_map(|row| search.kind.id_of(&row.value));
        let broken: BTreeSet<String> = broken.collect();
        for row in &rows {
            if let Some(id) = search.kind.id_of(&row.value) {
                if row.unreadable.is_some() {
                    self.unreadable.insert(id)
                } else {
                    self.unreadable.remove(&id)
                };
            }
        }
        for record in search.kind.grouped_rows(rows.into_iter().map(|row| row.value)) {
            let known = search.kind.id_of(&record).filter(|id| broken.contains(id));
            match known.as_ref().and_then(|id| old.get(id)) {
                Some(known) => self.insert(search, known),
                None if known.is_some_and(|id| self.rows.contains_key(&id)) => {}
                None => {
                    self.has_come_to(search, &record);
                    self.insert(search, &record);
                }
            }
        }
    }

    /// A record without a key, or under one that no record can have, is never linked, and whoever looks for it is told
    /// that it is there.
    fn insert_hidden(&mut self, search: &Search<'_>, record: &Value) {
        let plan = search.plan;
        for (pipeline, side) in plan.pipelines_of(&search.kind.system, &search.kind.name) {
            if let Some(value) = engine::match_value(plan, pipeline, side, record) {
                let values = self.matches.entry((pipeline.name.clone(), side)).or_default();
                values.entry(value).or_default().insert(HIDDEN.to_owned());
            }
        }
    }

    /// How far a listing has come. What a record's own call shows says nothing of the others that changed until then.
    fn has_come_to(&mut self, search: &Search<'_>, record: &Value) {
        if let Some(Value::Timestamp(changed)) = search.kind.modified.as_deref().map(|name| record.field(name)) {
            // A record that says it changed in the future must not hide what changes until then.
            let peer_now = search.peer.map_or(*changed, Connector::peer_now);
            self.newest = self.newest.max(Some(peer_now.min(*changed)));
        }
    }

    fn insert(&mut self, search: &Search<'_>, record: &Value) {
        let Some(id) = search.kind.id_of(record) else { return self.insert_hidden(search, record) };
        let plan = search.plan;
        for (pipeline, side) in plan.pipelines_of(&search.kind.system, &search.kind.name) {
            let values = self.matches.entry((pipeline.name.clone(), side)).or_default();
            if let Some(old) = self.rows.get(&id).and_then(|old| engine::match_value(plan, pipeline, side, old)) {
                values.entry(old).or_default().remove(&id);
            }
            if let Some(value) = engine::match_value(plan, pipeline, side, record) {
                values.entry(value).or_default().insert(id.clone());
            }
        }
        let kept = held_of(search, record);
        if self.rows.get(&id) != Some(&kept) {
            self.listed = None;
            self.rows.insert(id, kept);
        }
    }
}

/// Rows one by one, those of groups too.
fn rows_of(records: impl Iterator<Item = Value>) -> impl Iterator<Item = Value> {
    records.flat_map(|record| match record {
        Value::List(rows) => rows,
        row => ecow::eco_vec![row],
    })
}

/// What is kept of a row.
fn held_of(search: &Search<'_>, record: &Value) -> Value {
    if search.plan.reads_whole(search.kind) { record.clone() } else { plain(record) }
}

/// Lists and records inside a row can be large and are never searched by.
fn plain(record: &Value) -> Value {
    if let Value::List(rows) = record {
        return Value::List(rows.iter().map(plain).collect());
    }
    let fields = record.as_record().into_iter().flatten();
    let kept = fields.filter(|(_, value)| !matches!(value, Value::List(_) | Value::Record(_)));
    Value::Record(kept.map(|(name, value)| (name.clone(), value.clone())).collect::<Record>())
}

fn is_within(since: Timestamp, now: Timestamp, length: Duration) -> bool {
    now.duration_since(since) < SignedDuration::try_from(length).unwrap_or_default()
}

fn forth(instant: Timestamp, by: Duration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn back(instant: Timestamp, by: Duration) -> Timestamp {
    instant.checked_sub(SignedDuration::try_from(by).unwrap_or_default()).unwrap_or(Timestamp::MIN)
}
