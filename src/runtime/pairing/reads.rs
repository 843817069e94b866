//! Answers what a decision wants: by a call, from a kept listing, or through another pipeline.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use super::answers::is_yet_to_be;
use super::beforehand::to_be_made;
use super::pairing::{Meeting, Pairing, Seek, Sought};
use super::unreadable::{of_listing, of_read, readable};
use crate::connector::{Listing, Row};
use crate::engine::target_field::is_state;
use crate::engine::{self, COUNTERPART_GONE, Code, Found, Stop, Wait, Want};
use crate::language::plan::{Pipeline, RecordType, Side};
use crate::runtime::live::Live;
use crate::runtime::memory::alarm::{Asked, FIELD_GONE, UNREADABLE, about};
use crate::runtime::memory::lack::{Lack, Resting, rests_on};
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::memory::search::{Horizon, Matching, Search};
use crate::runtime::memory::shown::Answer;
use crate::runtime::memory::swept::Fresh;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{LinkEnd, RecordRef};
use crate::value::{Kind, Path, Value};

impl Runtime {
    /// Answers one want. `unseen`: what is kept in memory is not enough, because an own write may have happened unseen
    /// since then.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot be read.
    pub async fn answer(&self, live: &Live, want: &Want, unseen: Option<Timestamp>) -> Result<Found, Trouble> {
        self.answer_seeking(live, want, (unseen, Seek::default())).await
    }

    /// The same, with how what the answer would take to be made or moved first is looked for.
    pub(crate) async fn answer_seeking(
        &self,
        live: &Live,
        want: &Want,
        (unseen, seek): (Option<Timestamp>, Seek),
    ) -> Result<Found, Trouble> {
        match want {
            Want::Record { account, record, id } => self.read_beside(live, account, record, id).await,
            Want::List { account, record, newest } => {
                let search = self.search_named(live, account, record)?;
                Ok(Found::Listed(live.memory.finder.all(&search, unseen.is_some() || *newest).await?))
            }
            Want::Find { account, record, field, value } => {
                let search = self.search_named(live, account, record)?;
                let rows = self.look_up(live, search.kind, (account, field, value)).await?;
                Ok(Found::Records(rows.into_iter().map(|row| row.value).collect()))
            }
            Want::Match { pipeline, side, account, value, since } => {
                let pipeline = pipeline_named(live, pipeline)?;
                let matching = Matching { pipeline, side: *side, value };
                self.find(live, account, matching, Horizon { since: *since, unseen }).await
            }
            Want::Linked { pipeline, side, account, id, other } => {
                let pipeline = pipeline_named(live, pipeline)?;
                let key = self.linked_key(pipeline, *side, (account, id), other).await?;
                Ok(key.map_or(Found::Records(Vec::new()), Found::Key))
            }
            Want::Settled { pipeline, side, account, id, other } => {
                let pipeline = pipeline_named(live, pipeline)?;
                self.settled(live, Sought { pipeline, side: *side, account, id, other }, seek).await
            }
            Want::Counterpart { pipeline, side, account, id, other } => {
                let pipeline = pipeline_named(live, pipeline)?;
                self.counterpart(live, Sought { pipeline, side: *side, account, id, other }, seek).await
            }
        }
    }

    /// One record beside a pair, with what it lacks: only what reads that stops.
    async fn read_beside(&self, live: &Live, account: &str, record: &str, id: &str) -> Result<Found, Trouble> {
        let kind = self.search_named(live, account, record)?.kind;
        let (found, lack) = if kind.grouped.is_some() || kind.read.is_none() {
            let found = self.read_record(live, account, record, id).await?;
            (found, self.listed_lack(live, kind, account).await)
        } else {
            let found = self.read_own(live, kind, (account, id)).await?;
            found.map_or((None, None), |(row, lack)| (Some(row.value), lack))
        };
        let records: Vec<Value> = found.into_iter().collect();
        Ok(match lack.filter(|_| !records.is_empty()) {
            Some(Lack { fields, message, .. }) => Found::Lacking { records, fields, code: FIELD_GONE.into(), message },
            None => Found::Records(records),
        })
    }

    /// Answers one want of a decision. What cannot be relied on stops only what reads it, unless it is whether the
    /// pair's own records belong together.
    ///
    /// # Errors
    /// As [`Self::answer_for`].
    pub(crate) async fn answer_or_lack(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        want: &Want,
        unseen: Option<Timestamp>,
    ) -> Result<Found, Trouble> {
        let is_beside =
            matches!(want, Want::Record { .. } | Want::Find { .. } | Want::List { .. } | Want::Counterpart { .. });
        match self.answer_for(live, pairing, want, unseen).await {
            Err(Trouble::Unreadable { code, message }) if is_beside => {
                Ok(Found::Lacking { records: Vec::new(), fields: Vec::new(), code: code.into(), message })
            }
            found => found,
        }
    }

    /// Answers one want of a record. Where it is decided on for want of a link, it is looked at again once that is
    /// made.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot be read.
    pub(crate) async fn answer_for(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        want: &Want,
        unseen: Option<Timestamp>,
    ) -> Result<Found, Trouble> {
        if !matches!(want, Want::Linked { .. }) {
            let foretells = pairing.foretells;
            let seek =
                Seek { claim: pairing.claim, braked: pairing.braked, asked: pairing.asked, sure: false, foretells };
            return self.answer_seeking(live, want, (unseen, seek)).await;
        }
        if let Some(known) = live.memory.known_links.get(want) {
            return Ok(Found::Key(known));
        }
        let looking = live.memory.known_links.looks();
        let found = self.answer(live, want, unseen).await?;
        if is_yet_to_be(live, pairing.pipeline, (want, &found)) {
            return Ok(Found::Records(Vec::new()));
        }
        if let Found::Key(key) = &found {
            live.memory.known_links.note(looking, want, key);
        } else {
            live.memory.known_links.misses(want, pairing.key());
        }
        Ok(found)
    }

    /// One record as its own call shows it. `None`: it is not there.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read or its answer lacks what rules read.
    pub(crate) async fn read_row(
        &self,
        live: &Live,
        kind: &RecordType,
        (account, id): (&str, &str),
    ) -> Result<Option<Row>, Trouble> {
        let Some((row, lack)) = self.read_own(live, kind, (account, id)).await? else { return Ok(None) };
        lack.map_or(Ok(Some(row)), |lack| Err(Trouble::Unreadable { code: FIELD_GONE, message: lack.message }))
    }

    /// One record as its own call shows it, with what in it rules will miss. `None`: it is not there.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub(crate) async fn read_own(
        &self,
        live: &Live,
        kind: &RecordType,
        (account, id): (&str, &str),
    ) -> Result<Option<(Row, Option<Lack>)>, Trouble> {
        let Some(peer) = live.peers.get(account) else { return Err(unknown_account(account)) };
        let looked = self.world.clock.steady();
        let shown = peer.read_shown(kind, id).await.map_err(|failure| of_read(kind, (account, id), &failure))?;
        match shown.as_ref().map(|row| kind.is_gone(&row.value)) {
            Some(true) => self.absent.told(account, &kind.name, id),
            Some(false) => self.absent.seen(account, &kind.name, id),
            None => {}
        }
        let row = shown.filter(|row| !kind.is_gone(&row.value));
        let (asked, now) = (Asked::One(id.to_owned()), self.world.clock.now());
        let Some(row) = row else {
            for code in [FIELD_GONE, UNREADABLE] {
                self.alarms.set(about(account, &kind.name, code), &asked, None, now);
            }
            // What was listed still counts until then: an order that is hidden for a moment keeps what it asks for.
            let is_gone = self.counts_as_gone(live, (account, kind, id), looked).is_ok();
            if let Some(search) = self.search(live, account, &kind.name).filter(|_| is_gone) {
                live.memory.finder.lost(&search, id).await;
            }
            return Ok(None);
        };
        readable(kind, (account, std::slice::from_ref(&row)))?;
        self.alarms.set(about(account, &kind.name, UNREADABLE), &asked, None, now);
        self.ask_witnesses(live, kind, (account, &row)).await?;
        let lack = live.needed.lack(account, kind, &[&row], Answer::One);
        let message = lack.as_ref().map(|lack| lack.message.clone());
        self.alarms.set(about(account, &kind.name, FIELD_GONE), &asked, message, now);
        Ok(Some((row, lack)))
    }

    /// What the records of a kind lack that can only be listed.
    pub(crate) async fn listed_lack(&self, live: &Live, kind: &RecordType, account: &str) -> Option<Lack> {
        let search = self.search(live, account, &kind.name).filter(|_| kind.read.is_none())?;
        live.memory.finder.lack(&search).await
    }

    /// The record of a side, with why groups of the pipeline stop for want of what it lacks.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read, or where the whole pipeline rests on what is lacking.
    pub(crate) async fn read_side(
        &self,
        live: &Live,
        (pipeline, side): (&Pipeline, Side),
        (account, id): (&str, &str),
    ) -> Result<(Option<Value>, Vec<Stop>), Trouble> {
        let kind = pipeline.record(side);
        let began = self.world.clock.steady();
        let (found, lack) = if kind.grouped.is_some() || kind.read.is_none() {
            self.renew_listed(live, &self.search_named(live, account, &kind.name)?, (began, false)).await?;
            let found = self.read_record(live, account, &kind.name, id).await?;
            (found, self.listed_lack(live, kind, account).await)
        } else {
            let found = self.read_own(live, kind, (account, id)).await?;
            found.map_or((None, None), |(row, lack)| (Some(row.value), lack))
        };
        live.memory.swept.saw(&live.plan, Fresh { account, kind, id, record: found.as_ref() }, began);
        match lack.filter(|_| found.is_some()).map(|lack| (rests_on(pipeline, side, &lack), lack)) {
            None => Ok((found, Vec::new())),
            Some((Resting::Groups(stops), _)) => Ok((found, stops)),
            Some((Resting::Whole, lack)) => Err(Trouble::Unreadable { code: FIELD_GONE, message: lack.message }),
        }
    }

    /// The rows of a listing.
    ///
    /// # Errors
    /// As [`Self::read_row`]; of a listing, what is missing is missing from every row.
    pub(crate) async fn rows(
        &self,
        live: &Live,
        kind: &RecordType,
        (account, listing): (&str, Listing),
    ) -> Result<Vec<Row>, Trouble> {
        let Some(peer) = live.peers.get(account) else { return Err(unknown_account(account)) };
        let asked = listing.clone();
        let rows = peer.rows(kind, listing).await.map_err(|failure| of_listing(kind, (account, &asked), &failure))?;
        readable(kind, (account, &rows))?;
        for row in rows.iter().filter(|row| live.needed.is_doubtful(account, kind, row)) {
            self.ask_witnesses(live, kind, (account, row)).await?;
        }
        // Absent is not null: what rules read and no row shows was renamed, and nothing is decided on it.
        let lack = live.needed.lack(account, kind, &rows.iter().collect::<Vec<_>>(), Answer::Some);
        let message = lack.map(|lack| lack.message);
        if !rows.is_empty() {
            let field = about(account, &kind.name, FIELD_GONE);
            self.alarms.set(field, &Asked::Found, message.clone(), self.world.clock.now());
        }
        message.map_or(Ok(rows), |message| Err(Trouble::Unreadable { code: FIELD_GONE, message }))
    }

    /// The records whose field has a value, as the peer finds them. Nothing is looked for by nothing: many systems take
    /// an empty filter for none, and show all that they have.
    pub(crate) async fn look_up(
        &self,
        live: &Live,
        kind: &RecordType,
        (account, field, value): (&str, &str, &str),
    ) -> Result<Vec<Row>, Trouble> {
        if value.is_empty() {
            return Ok(Vec::new());
        }
        let listing = Listing::Find { field: field.to_owned(), value: Value::from(value) };
        self.rows(live, kind, (account, listing)).await
    }

    /// Reads one record by key, from its call or from a kept listing. `None`: it is not there.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub async fn read_record(
        &self,
        live: &Live,
        account: &str,
        record: &str,
        id: &str,
    ) -> Result<Option<Value>, Trouble> {
        let search = self.search_named(live, account, record)?;
        if search.kind.grouped.is_some() {
            return self.read_group(live, &search, id).await.map(Some);
        }
        if search.kind.read.is_none() {
            let found = live.memory.finder.by_key(&search, id).await?;
            return Ok(found.inspect(|_| self.absent.seen(account, record, id)));
        }
        Ok(self.read_row(live, search.kind, (account, id)).await?.map(|row| row.value))
    }

    /// The rows that share a group's key, none where there are none now.
    async fn read_group(&self, live: &Live, search: &Search<'_>, id: &str) -> Result<Value, Trouble> {
        if !search.kind.find.contains_key(&search.kind.key) {
            return Ok(live.memory.finder.by_key(search, id).await?.unwrap_or(Value::List(ecow::EcoVec::new())));
        }
        // The peer's own search may be looser than equality.
        let rows = self.look_up(live, search.kind, (search.account, &search.kind.key, id)).await?;
        let same = |row: &Value| row.field(&search.kind.key).to_key().as_deref() == Some(id);
        Ok(Value::List(rows.into_iter().map(|row| row.value).filter(same).collect()))
    }

    /// A look-up over records of an account.
    pub fn search<'a>(&'a self, live: &'a Live, account: &'a str, record: &str) -> Option<Search<'a>> {
        let system = &live.plan.accounts.get(account)?.system;
        let kind = live.plan.record(system, record)?;
        Some(self.search_of(live, account, kind))
    }

    /// The same, where the rules name them; that they are not there is a fault of petiole's own.
    fn search_named<'a>(&'a self, live: &'a Live, account: &'a str, record: &str) -> Result<Search<'a>, Trouble> {
        self.search(live, account, record).ok_or_else(|| Trouble::unknown(&format!("`{record}` of account {account}")))
    }

    fn search_of<'a>(&'a self, live: &'a Live, account: &'a str, kind: &'a Arc<RecordType>) -> Search<'a> {
        let (clock, store) = (self.world.clock.as_ref(), self.store.as_ref());
        let peer = live.peers.get(account).map(AsRef::as_ref);
        let (plan, needed) = (live.plan.as_ref(), &live.needed);
        Search { plan, peer, needed, account, kind, clock, store, alarms: &self.alarms }
    }

    /// Records of an account that match a value.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub(crate) async fn find(
        &self,
        live: &Live,
        account: &str,
        matching: Matching<'_>,
        horizon: Horizon,
    ) -> Result<Found, Trouble> {
        let Matching { pipeline, side, value } = matching;
        let kind = pipeline.record(side);
        let field = pipeline.match_field(side);
        let search = self.search_of(live, account, kind);
        if kind.grouped.is_some() {
            let group = self.read_group(live, &search, value).await?;
            let found = group.as_list().is_some_and(|rows| !rows.is_empty());
            return Ok(Found::Records(found.then_some(group).into_iter().collect()));
        }
        if kind.find.contains_key(field) {
            let rows = self.look_up(live, kind, (account, field, value)).await?;
            // A peer finds only what is spelt as it is asked for; a match that normalises looks further.
            let same = |row: &Value| engine::match_value(&live.plan, pipeline, side, row).as_deref() == Some(value);
            if pipeline.match_of(side).is_path() || rows.iter().any(|row| same(&row.value)) {
                return Ok(Found::Records(rows.into_iter().map(|row| row.value).collect()));
            }
        }
        if field == kind.key && kind.read.is_some() {
            let row = self.read_row(live, kind, (account, value)).await?;
            return Ok(Found::Records(row.into_iter().map(|row| row.value).collect()));
        }
        live.memory.finder.matching(&search, matching, horizon).await.map(Found::Records)
    }

    /// The linked key on the other side, brought over first where it may be.
    fn counterpart<'a>(
        &'a self,
        live: &'a Live,
        sought: Sought<'a>,
        seek: Seek,
    ) -> Pin<Box<dyn Future<Output = Result<Found, Trouble>> + Send + 'a>> {
        let Sought { pipeline, side, account, id, other } = sought;
        Box::pin(async move {
            let kind = pipeline.record(side);
            let target = RecordRef { account: account.to_owned(), record: kind.name.clone(), id: id.to_owned() };
            let pair = PairKey { pipeline: pipeline.name.clone(), record: target, other: other.to_owned() };
            let linked = self.linked_key(pipeline, side, (account, id), other).await?;
            let known = linked.filter(|_| !seek.sure && !live.memory.lost.has(&pair));
            if let Some(key) = known {
                return Ok(Found::Key(key));
            }
            let looked = self.world.clock.steady();
            let Some(record) = self.read_record(live, account, &kind.name, id).await? else {
                self.counts_as_gone(live, (account, kind, id), looked)?;
                let message = format!("{account} has no {} {id}", kind.name);
                return Ok(nothing("missing-counterpart", message, Vec::new()));
            };
            let pairing = Pairing::of_counterpart(sought, seek);
            let meeting = self.bring_together(live, &pairing, record.clone()).await?;
            if let Some(gone) = meeting.stops.iter().position(|stop| stop.code == COUNTERPART_GONE) {
                let stops = meeting.stops.into_iter().skip(gone).collect();
                return Ok(self.not_found(live, &pairing, &record, Meeting { stops, ..Meeting::default() }).await);
            }
            if let Some(key) = self.linked_key(pipeline, side, (account, id), other).await? {
                return Ok(Found::Key(key));
            }
            if meeting.to_make && meeting.stops.is_empty() {
                return Ok(Found::Key(to_be_made(pipeline.record(side.other()))));
            }
            Ok(self.not_found(live, &pairing, &record, meeting).await)
        })
    }

    /// Brings a record's own pair together; its first stop, if it stops.
    fn settled<'a>(
        &'a self,
        live: &'a Live,
        sought: Sought<'a>,
        seek: Seek,
    ) -> Pin<Box<dyn Future<Output = Result<Found, Trouble>> + Send + 'a>> {
        let Sought { pipeline, side, account, id, .. } = sought;
        Box::pin(async move {
            let kind = pipeline.record(side);
            let Some(record) = self.read_record(live, account, &kind.name, id).await? else {
                return Ok(Found::Records(Vec::new()));
            };
            let seek = Seek { claim: seek.claim, braked: seek.braked, ..Seek::default() };
            let pairing = Pairing { demanded: false, ..Pairing::of_counterpart(sought, seek) };
            let meeting = self.bring_together(live, &pairing, record).await?;
            // What comes first has settled once its state has; other groups wait for themselves alone.
            let of_state = |group: &String| {
                let rules = pipeline.rules.iter().filter(|rule| rule.group == *group);
                rules
                    .into_iter()
                    .any(|rule| [Side::Left, Side::Right].iter().any(|side| is_state(pipeline, rule, *side)))
            };
            let holds = |stop: &engine::Stop| stop.group.as_ref().is_none_or(of_state);
            Ok(match meeting.stops.into_iter().find(holds) {
                Some(stop) => nothing(stop.code, stop.message, Vec::new()),
                None => Found::Records(Vec::new()),
            })
        })
    }

    pub(crate) async fn linked_key(
        &self,
        pipeline: &Pipeline,
        side: Side,
        (account, id): (&str, &str),
        other: &str,
    ) -> Result<Option<Value>, Trouble> {
        let end = LinkEnd { account: account.to_owned(), id: id.to_owned() };
        let links = self.store.links(&pipeline.name, side == Side::Left, &end).await?;
        let far = |link: crate::store::Link| if side == Side::Left { link.right } else { link.left };
        let found = links.into_iter().map(far).find(|far| far.account == other);
        Ok(found.map(|far| key_value(pipeline.record(side.other()), far.id)))
    }

    /// Why there is no counterpart, with what was looked for and what may have been meant.
    async fn not_found(&self, live: &Live, pairing: &Pairing<'_>, record: &Value, meeting: Meeting) -> Found {
        if let Some(stop) = meeting.stops.into_iter().next() {
            return Found::Nothing {
                code: stop.code,
                message: stop.message,
                waits: stop.waits,
                candidates: stop.candidates,
            };
        }
        let far = pairing.pipeline.record(pairing.side.other());
        let near = pairing.pipeline.record(pairing.side);
        let Some(wait) = meeting.unmatched.and_then(|unmatched| unmatched.wait) else {
            let field = pairing.pipeline.match_field(pairing.side);
            return nothing("nothing-to-match", format!("{} {} has no {field}", near.name, pairing.id), Vec::new());
        };
        let side = pairing.side.other();
        let candidates = live
            .memory
            .finder
            .candidates(&wait.account, &wait.record, (&pairing.pipeline.name, side), &wait.value)
            .await;
        let label = engine::label_of(record);
        let message = format!("{} has no {} whose {} is {:?}{label}", far.system, far.name, wait.field, wait.value);
        Found::Nothing { code: "missing-counterpart".into(), message, waits: vec![wait], candidates }
    }
}

fn unknown_account(account: &str) -> Trouble {
    Trouble::unknown(&format!("account {account}"))
}

fn pipeline_named<'l>(live: &'l Live, name: &str) -> Result<&'l Pipeline, Trouble> {
    let known = live.plan.pipelines.get(name).map(AsRef::as_ref);
    known.ok_or_else(|| Trouble::unknown(&format!("pipeline `{name}`")))
}

fn nothing(code: impl Into<Code>, message: String, waits: Vec<Wait>) -> Found {
    Found::Nothing { code: code.into(), message, waits, candidates: Vec::new() }
}

/// A key from the store as the record has it: a number where its field is a number.
pub fn key_value(kind: &RecordType, id: String) -> Value {
    match kind.field(&Path::field(kind.key.as_str())).map(|field| &field.kind) {
        Some(Kind::Integer) => id.parse().map_or_else(|_| Value::text(&*id), Value::Integer),
        _ => Value::text(id),
    }
}
