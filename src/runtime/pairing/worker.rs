//! One piece of work: read the record, wake what waits for it, bring its pairs together.

use std::time::Duration;

use jiff::Timestamp;
use tracing::Instrument as _;

use super::foreseen::AllForeseen;
use super::handles;
use super::how::{How, pairing};
use super::pairing::Pairing;
use super::parks::{drafts, undocumented, unreadable};
use super::quiet::Resting;
use super::traced::{end, outcome};
use crate::connector::backoff;
use crate::engine::{self, PASSED_BY, Stop, Wait};
use crate::language::plan::{Interest, Pipeline, RecordType, Side};
use crate::runtime::happening::Happening;
use crate::runtime::limits::STORE_PAUSE_MAX;
use crate::runtime::live::Live;
use crate::runtime::memory::alarm::FIELD_GONE;
use crate::runtime::memory::lack::{self, Lack, rests_on};
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::memory::rested::Told;
use crate::runtime::memory::search::Search;
use crate::runtime::memory::tally;
use crate::runtime::memory::{brake, evidence};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::{Trouble, not_in_the_rules};
use crate::store::{Hint, HintSource, LinkEnd, ParkDraft, Parking, RecordRef, StoreError, Work};
use crate::value::Value;
use crate::world::Planted;

/// How long work of a sweep that broke off waits for the next one at a time.
const SWEEP_AWAITED: Duration = Duration::from_millis(200);

/// A record as it is now.
struct Present {
    record: Value,
    /// What in it was never documented.
    misfit: Option<String>,
    /// What in it rules will miss.
    lack: Option<Lack>,
}

/// A record that is looked at.
struct Looked<'a> {
    target: &'a RecordRef,
    record: &'a Value,
    resting: &'a mut Resting,
    /// Groups that stop for want of what the record lacks.
    lacks: Vec<Stop>,
    /// What was read for the decisions before the record was.
    foreseen: &'a AllForeseen,
    /// What the work is for.
    how: How,
}

impl Runtime {
    /// Does one piece of work and tells the store how it ended. Where the store cannot take that
    /// now, the work is given back to it as soon as it can, and done again.
    pub async fn work(&self, work: Work) {
        self.meter.event(&work.target.account, work.source);
        let span = self.span_of(&work);
        let looked = tally::told_by(work.source, Box::pin(self.look_at(&work).instrument(span.clone())));
        let looked = evidence::made_for(work.target.clone(), looked).await;
        end(&span, looked.as_ref().err());
        self.keep_calls().await;
        if let Err(trouble) = looked {
            self.broken(&work, &trouble).await;
        }
    }

    /// The store failed on a piece of work.
    async fn broken(&self, work: &Work, trouble: &Trouble) {
        if trouble.is_lost_claim() {
            // Whoever has the work now does it, and looks for the traces of what was done so far.
            tracing::info!(record = %work.target, "given up: another has this work now");
            return;
        }
        tracing::error!(%trouble, record = %work.target, "the store failed; this is done again");
        // What a disk refuses once goes the next time; what a person has to mend, or fails again, waits longer each
        // time, and `status` says why.
        let is_lasting = matches!(trouble, Trouble::Store(StoreError::Damaged(_) | StoreError::Conflict(_)));
        let has_time = is_lasting || work.attempts > 0;
        if has_time && self.put_off(work, (trouble.to_string(), None)).await.is_ok() {
            return;
        }
        self.give_back(work, trouble).await;
    }

    pub(crate) async fn give_back(&self, work: &Work, trouble: &Trouble) {
        for attempt in 1.. {
            match self.store.defer(work, Duration::ZERO, &trouble.to_string()).await {
                Ok(()) => return self.nudge(),
                Err(StoreError::LostClaim) => return,
                Err(_) => {}
            }
            // What is still in flight when the process ends is pending again at the next start.
            let wait = backoff::delay(attempt, None, self.world.random.as_ref()).min(STORE_PAUSE_MAX);
            if self.pause(wait).await {
                return;
            }
        }
    }

    async fn look_at(&self, work: &Work) -> Result<(), Trouble> {
        let live = self.live.load_full();
        self.heed_halts(work).await?;
        if let Some(wait) = self.waits_for_more(work) {
            return Ok(self.store.postpone(work, wait).await?);
        }
        if work.source == HintSource::Sweep && self.awaits_sweep() {
            // What a sweep that broke off left is done under the brake of the one that is made in its place.
            return Ok(self.store.postpone(work, SWEEP_AWAITED).await?);
        }
        if work.source == HintSource::Sweep && self.world.plants(Planted::Sweeps) {
            return Ok(self.store.finish(work, Parking::default()).await?);
        }
        tracing::debug!(record = %work.target, told_by = work.source.as_str(), "looked at");
        self.tell(Happening::Compared { target: work.target.clone() });
        let how = How {
            claim: work.claim,
            // What a peer did by itself to a value that is made from others is drift, and nobody tells of it.
            sweep: work.source == HintSource::Sweep && (self.brake.sweeping() || self.brake.is_owed())
                || work.source == HintSource::Stirred,
            // What a system or a person tells of is never held, what follows from a sweep is.
            braked: !matches!(
                work.source,
                HintSource::Webhook | HintSource::Poll | HintSource::Asked | HintSource::Stirred
            ),
            again: matches!(work.source, HintSource::Retry | HintSource::Asked),
            asked: work.source == HintSource::Asked,
            new: matches!(work.source, HintSource::Webhook | HintSource::Made | HintSource::Stirred),
            source: work.source,
            told: Told::of(work),
            since: work.since,
        };
        let walked = match self.all_held(&live, &work.target) {
            Some(parks) => Ok(parks),
            None => self.learning(&live, self.walk(&live, &work.target, how)).await?,
        };
        match walked {
            Ok(mut parks) => {
                self.tally.looked_at(&work.target);
                if how.braked {
                    self.hold_parks(&live, &mut parks, how.sweep).await?;
                }
                if self.world.plants(Planted::Parks) {
                    parks.drafts.clear();
                }
                let told: Vec<Happening> = parks.drafts.iter().map(Happening::parked).collect();
                parks.asked = live.memory.known_links.asked();
                parks.called = live.memory.handles.taken();
                let (asked, called) = (parks.asked.clone(), parks.called.clone());
                if let Err(error) = self.store.finish(work, parks).await {
                    live.memory.known_links.unkept(asked);
                    live.memory.handles.unkept(called);
                    return Err(error.into());
                }
                outcome(if told.is_empty() { "done" } else { "parked" });
                told.into_iter().for_each(|parked| self.tell(parked));
            }
            Err(Trouble::Unreadable { message, .. }) => self.put_off(work, (message, None)).await?,
            Err(Trouble::Later { reason, after }) => self.put_off(work, (reason, after)).await?,
            Err(Trouble::Bug(message)) => self.park_fault(work, &message).await?,
            Err(Trouble::Held(reach)) => {
                self.store.finish(work, self.wholly_held(&live, &work.target, reach)).await?;
            }
            Err(Trouble::Store(error)) => return Err(Trouble::Store(error)),
        }
        Ok(())
    }

    /// While the sweep's brake counts, what was not parked before is parked later.
    async fn hold_parks(&self, live: &Live, parks: &mut Parking, sweep: bool) -> Result<(), Trouble> {
        let mut held = Vec::new();
        for draft in parks.drafts.iter().filter(|draft| draft.code != PASSED_BY) {
            let known = self.store.park_known(&draft.target, &draft.pipeline, draft.group.as_deref()).await?;
            let kind =
                brake::Kind::of(&live.settings(&draft.target.account), &draft.target.account, &draft.target.record);
            if !known && self.brake.holds_parking(kind, (&draft.target, &draft.message), sweep) {
                held.push((draft.target.clone(), draft.pipeline.clone(), draft.group.clone()));
            }
        }
        let is_held = |draft: &ParkDraft| {
            held.iter().any(|(target, pipeline, group)| {
                *target == draft.target && *pipeline == draft.pipeline && *group == draft.group
            })
        };
        parks.drafts.retain(|draft| !is_held(draft));
        Ok(())
    }

    /// Brings every pair of a record together; what stops comes back.
    async fn walk(&self, live: &Live, target: &RecordRef, how: How) -> Result<Parking, Trouble> {
        let Some(search) = self.search(live, &target.account, &target.record) else {
            let may_return = self.departed.may_have_account(&target.account, self.world.clock.now());
            return if may_return { Err(not_in_the_rules(&target.account)) } else { Ok(Parking::default()) };
        };
        let kind = search.kind;
        live.memory.own_writes.forget(target);
        let pipelines = pipelines_of(live, kind);
        let began = self.world.clock.steady();
        let mut resting = self.resting(live, target, (&pipelines, how)).await?;
        let listed = resting.record.is_some();
        let foreseen =
            if listed { AllForeseen::new() } else { self.foresee(live, (kind, target), (&pipelines, how)).await? };
        let Present { record, misfit, lack } = match resting.record.take() {
            Some(record) => Present { record, misfit: None, lack: None },
            None => match self.present(live, &search, (target, how, began)).await {
                Ok(Some(present)) => present,
                Ok(None) => {
                    self.stir(live, (kind, target), (None, how.source)).await?;
                    self.look_at_left_behind(live, (target, how.source), &pipelines).await?;
                    return Ok(Parking::default());
                }
                Err(Trouble::Unreadable { code, message }) => {
                    return self.park_unreadable(live, (target, how), &pipelines, (code, &message)).await;
                }
                Err(trouble) => return Err(trouble),
            },
        };
        self.remember_read(live, (&search, &target.id), &record, (!listed).then_some(began)).await;
        handles::note(live, kind, target, (&record, false));
        if let Some(own) = kind.id_of(&record).filter(|own| *own != target.id) {
            // Whoever told of it spelt its key otherwise. What is kept of a record is kept under its own.
            let target = RecordRef { id: own, ..target.clone() };
            let hint =
                Hint { at: self.world.clock.now(), source: how.source, target, version: None, first: kind.first };
            self.accept(vec![hint]).await?;
            return Ok(Parking::default());
        }
        self.wake_waiting(live, target, (&pipelines, &record)).await?;
        self.stir(live, (kind, target), (Some(&record), how.source)).await?;
        let mut parks = Parking::default();
        let mut trouble = None;
        for (pipeline, side) in pipelines {
            let concerned = self.concerns(live, (pipeline, side), (target, how)).await?;
            if !concerned || self.is_left(pipeline, target, &mut parks) {
                continue;
            }
            if let Some(misfit) = &misfit {
                parks.drafts.push(undocumented(target, pipeline, misfit));
                continue;
            }
            let lacks = match lack.as_ref().map(|lack| (rests_on(pipeline, side, lack), lack)) {
                None => Vec::new(),
                Some((lack::Resting::Groups(stops), _)) => stops,
                Some((lack::Resting::Whole, lack)) => {
                    parks.drafts.push(unreadable(target, pipeline, (FIELD_GONE, &lack.message)));
                    continue;
                }
            };
            let looked = Looked { target, record: &record, resting: &mut resting, lacks, foreseen: &foreseen, how };
            match self.pairs(live, (pipeline, side), looked, &mut parks).await {
                Err(Trouble::Unreadable { code, message }) => {
                    parks.drafts.push(unreadable(target, pipeline, (code, &message)));
                }
                brought => trouble = trouble.or(brought.err()),
            }
        }
        trouble.map_or(Ok(parks), Err)
    }

    /// Parks a record on which nothing can be decided, wherever it could lead to something.
    async fn park_unreadable(
        &self,
        live: &Live,
        (target, how): (&RecordRef, How),
        pipelines: &[(&Pipeline, Side)],
        told: (&str, &str),
    ) -> Result<Parking, Trouble> {
        let mut parks = Parking::default();
        for (pipeline, side) in pipelines {
            if self.concerns(live, (pipeline, *side), (target, how)).await? {
                parks.drafts.push(unreadable(target, pipeline, told));
            }
        }
        Ok(parks)
    }

    /// Whether a change of a record can lead to anything in a pipeline. One that only answers look-ups there leads to
    /// nothing, unless it has yet to meet its counterpart and be brought into step.
    async fn concerns(
        &self,
        live: &Live,
        (pipeline, side): (&Pipeline, Side),
        (target, how): (&RecordRef, How),
    ) -> Result<bool, Trouble> {
        // What a pair left in the inbox is kept with its left record, whichever side the work comes from.
        if how.again && self.store.parks_of(target).await?.iter().any(|park| park.draft.pipeline == pipeline.name) {
            return Ok(true);
        }
        let concerned = match live.plan.interest_of(pipeline, side) {
            Interest::Work => true,
            Interest::Linked => how.new || !self.unlinked((pipeline, side), target).await?,
            Interest::LookUp => how.new && self.unfinished((pipeline, side), target).await?,
        };
        if concerned {
            return Ok(true);
        }
        let far = &pipeline.record(side.other()).system;
        let mut others = live.plan.accounts_of(far);
        // What lacks its counterpart is looked at until it has one.
        let pair =
            |other: &str| PairKey { pipeline: pipeline.name.clone(), record: target.clone(), other: other.to_owned() };
        Ok(others.any(|other| live.memory.lost.has(&pair(&other.name)))
            || self.store.park_known(target, &pipeline.name, None).await?)
    }

    /// Whether a record has yet to meet its counterpart, or was linked and never brought into step: the process may
    /// have ended between the two.
    async fn unfinished(&self, (pipeline, side): (&Pipeline, Side), target: &RecordRef) -> Result<bool, Trouble> {
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        let links = self.store.links(&pipeline.name, side == Side::Left, &end).await?;
        Ok(links.is_empty() || links.iter().any(|link| link.base.is_empty()))
    }

    pub(crate) async fn unlinked(
        &self,
        (pipeline, side): (&Pipeline, Side),
        target: &RecordRef,
    ) -> Result<bool, Trouble> {
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        Ok(self.store.links(&pipeline.name, side == Side::Left, &end).await?.is_empty())
    }

    /// The record as it is now, and what in it was never documented, if anything.
    async fn present(
        &self,
        live: &Live,
        search: &Search<'_>,
        (target, how, began): (&RecordRef, How, Timestamp),
    ) -> Result<Option<Present>, Trouble> {
        let kind = search.kind;
        if kind.read.is_none() {
            let is_told = matches!(how.source, HintSource::Webhook | HintSource::Asked | HintSource::Retry);
            self.renew_listed(live, search, (began, is_told)).await?;
            let value = self.read_record(live, &target.account, &kind.name, &target.id).await?;
            let lack = self.listed_lack(live, kind, &target.account).await;
            return Ok(value.map(|record| Present { record, misfit: None, lack }));
        }
        let found = self.read_own(live, kind, (&target.account, &target.id)).await?;
        Ok(found.map(|(row, lack)| {
            let misfit = live.misfit(kind, &row);
            Present { record: row.value, misfit, lack }
        }))
    }

    /// Parked work that looked for this record is due now.
    async fn wake_waiting(
        &self,
        live: &Live,
        target: &RecordRef,
        (pipelines, record): (&[(&Pipeline, Side)], &Value),
    ) -> Result<(), Trouble> {
        let waits: Vec<Wait> = pipelines
            .iter()
            .filter_map(|(pipeline, side)| {
                Some(Wait {
                    account: target.account.clone(),
                    record: target.record.clone(),
                    field: pipeline.match_field(*side).to_owned(),
                    value: engine::match_value(&live.plan, pipeline, *side, record)?,
                })
            })
            .collect();
        if !waits.is_empty() && !self.world.plants(Planted::Wake) && self.store.wake(&waits).await? > 0 {
            self.nudge();
        }
        Ok(())
    }

    async fn pairs(
        &self,
        live: &Live,
        (pipeline, side): (&Pipeline, Side),
        looked: Looked<'_>,
        parks: &mut Parking,
    ) -> Result<(), Trouble> {
        let Looked { target, record, resting, lacks, foreseen, how } = looked;
        let far = &pipeline.record(side.other()).system;
        let others: Vec<String> = live.plan.accounts_of(far).map(|account| account.name.clone()).collect();
        let mut not_carried = None;
        let mut carried = false;
        let mut alone = !others.is_empty();
        let mut trouble = None;
        for other in &others {
            let foreseen = foreseen.get(&(pipeline.name.clone(), other.clone()));
            let pairing = Pairing { lacks: &lacks, foreseen, ..pairing(pipeline, side, target, (other, how)) };
            let known = resting.pairs.remove(&(pipeline.name.clone(), other.clone()));
            let met = match (self.halts.of_account(other), known) {
                (Some(reach), _) => Err(Trouble::Held(reach)),
                (None, Some(meeting)) => Ok(meeting),
                (None, None) => self.bring_together(live, &pairing, record.clone()).await,
            };
            let meeting = match met {
                Ok(meeting) => meeting,
                Err(lost) if lost.is_lost_claim() => return Err(lost),
                Err(Trouble::Held(reach)) => {
                    self.leave_in(pipeline, target, (reach, parks));
                    alone = false;
                    carried = true;
                    continue;
                }
                Err(found) => {
                    // What one account cannot do now never holds up another.
                    trouble = trouble.or(Some(found));
                    alone = false;
                    carried = true;
                    continue;
                }
            };
            // A group without rows is nothing that could have a counterpart.
            let is_there = record.as_list().is_none_or(|rows| !rows.is_empty());
            alone &= meeting.unmatched.is_some() && is_there;
            carried |= meeting.not_carried.is_none();
            not_carried = not_carried.or(meeting.not_carried);
            let pair = meeting.left.unwrap_or_else(|| target.clone());
            let values = meeting.records.unwrap_or_else(|| record.clone());
            let stops = self.untold(live, &pairing, &pair, meeting.stops).await?;
            for draft in drafts((target, &pair), pipeline, stops, &values) {
                parks.drafts.push(draft);
            }
            if pair != *target {
                parks.pairs.push((pair, pipeline.name.clone()));
            }
        }
        if !carried && self.departed.may_have_account_of(far, self.world.clock.now()) {
            return Err(not_in_the_rules(far));
        }
        // What one account has is not missed at the others.
        if alone {
            self.tell(Happening::PassedBy { target: target.clone(), pipeline: pipeline.name.clone() });
        }
        if let Some(line) = not_carried.filter(|_| !carried) {
            let message = format!("none of {} carries this {}", others.join(", "), target.record);
            let stop = Stop::new("not-carried", "no account carries it", message, &line);
            parks.drafts.extend(drafts((target, target), pipeline, vec![stop], record));
        }
        trouble.map_or(Ok(()), Err)
    }
}

impl Runtime {
    /// Without those that the inbox tells of another record already and that are told once for all.
    async fn untold(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        pair: &RecordRef,
        stops: Vec<Stop>,
    ) -> Result<Vec<Stop>, Trouble> {
        if !stops.iter().any(|stop| stop.once) {
            return Ok(stops);
        }
        let parks = self.store.parks().await?;
        let told = |stop: &Stop| {
            let same = |draft: &&ParkDraft| {
                draft.pipeline == pairing.pipeline.name && draft.group == stop.group && draft.code == stop.code
            };
            let first = parks.iter().map(|park| &park.draft).find(same).map_or(pair, |draft| &draft.target);
            live.memory.told.holder(pairing.place(), stop.group.as_deref().unwrap_or_default(), first) != *pair
        };
        Ok(stops.into_iter().filter(|stop| !stop.once || !told(stop)).collect())
    }
}

/// The pipelines that a record may be paired by, and on which side.
fn pipelines_of<'a>(live: &'a Live, kind: &'a RecordType) -> Vec<(&'a Pipeline, Side)> {
    let of_kind = live.plan.pipelines_of(&kind.system, &kind.name);
    of_kind.map(|(pipeline, side)| (pipeline.as_ref(), side)).collect()
}
