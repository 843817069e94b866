//! Brings one pair of records together: decide, act, decide again, until nothing is left to do.
//!
//! [`reach`] is the one loop that decides and reads. Under the pair's lock. Looks for the trace of an unsettled create
//! before anything else.

use tracing::Instrument as _;

use super::answers::{Answers, FromPeers};
use super::handles;
use super::pairing::{Meeting, Pairing, REFUSED};
use super::repeat::{Repeats, WILL_NOT_KEEP};
use super::step::Course;
use super::traced::of_decision;
use crate::engine::create::RING;
use crate::engine::{self, Decision, Effect, MAKE, Reads, Situation, Step, Stop, Want};
use crate::language::plan::{RuleLine, Side};
use crate::runtime::coordination::turn::{Blocked, Turn};
use crate::runtime::limits::{READ_ROUNDS_MAX, STEPS_MAX};
use crate::runtime::live::Live;
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{DecisionEntry, Intent, Link, LinkEnd, Park, RecordRef};
use crate::value::Value;
use crate::world::Planted;

/// Takes a step on a situation, reads what it wants, and takes it again, until it wants nothing more. `None`: it
/// cannot be answered, or not in [`READ_ROUNDS_MAX`] rounds.
///
/// # Errors
/// [`Trouble`] where what is wanted cannot be read now.
pub async fn reach<Reached: Send>(
    situation: &mut Situation,
    answers: &dyn Answers,
    mut step: impl FnMut(&Situation) -> Step<Reached> + Send,
) -> Result<Option<Reached>, Trouble> {
    let mut answered = false;
    for _ in 0..READ_ROUNDS_MAX {
        match step(situation) {
            Step::Need(mut wants) => {
                // Bringing a counterpart over makes links, which other reads may ask for.
                wants.sort_by_key(|want| !matches!(want, Want::Counterpart { .. }));
                for want in wants {
                    let Some(found) = answers.answer(&want, situation).await? else { return Ok(None) };
                    situation.reads.insert(want, found);
                }
                answered = true;
            }
            Step::Done(reached) => {
                if !std::mem::take(&mut answered) || !answers.read_again(situation).await? {
                    return Ok(Some(reached));
                }
            }
        }
    }
    Ok(None)
}

impl Runtime {
    /// Brings the pair of a record together.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot go on; what was done is settled or journalled.
    pub async fn bring_together(&self, live: &Live, pairing: &Pairing<'_>, record: Value) -> Result<Meeting, Trouble> {
        let alone = async {
            match self.lock_pair(live, pairing, &record).await {
                Ok((turn, waited)) => {
                    let brought = async {
                        let meeting = self.bring(live, pairing, (record, waited)).await?;
                        live.memory.known_links.ends(&pairing.key());
                        Ok(meeting)
                    };
                    self.within(Some(turn), Box::pin(brought)).await
                }
                Err(Blocked::Trouble(trouble)) => Err(trouble),
                Err(Blocked::Ring(ring)) => {
                    let line = &pairing.pipeline.match_line;
                    let stop = Stop::new(RING, "records wait for one another", ring.to_string(), line);
                    Ok(Meeting { stops: vec![stop], ..Meeting::default() })
                }
            }
        };
        self.locks.chained(Box::pin(alone)).await
    }

    async fn bring(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (record, waited): (Value, bool),
    ) -> Result<Meeting, Trouble> {
        let unsettled = self.unsettled(pairing).await?;
        let others = self.unsettled_by_others(live, pairing, &record).await?;
        let (beside, unsettled) = unsettled.into_iter().partition::<Vec<_>, _>(|intent| intent.draft.action == MAKE);
        self.settle_makings(live, &beside, pairing.claim).await?;
        if let Some(left) = self.rested_already(live, pairing, (&record, &unsettled)).await? {
            return Ok(Meeting { left: Some(left), ..Meeting::default() });
        }
        tracing::debug!(record = %pairing.target(), pipeline = pairing.pipeline.name, "brought together");
        self.stir_pair(live, &pairing.key());
        live.memory.known_links.begins(pairing.key());
        let own = (pairing.pipeline, pairing.side);
        let (present, refused) = if waited && !self.world.plants(Planted::Stale) {
            self.read_side(live, own, (pairing.account, pairing.id)).await?
        } else {
            (Some(record), pairing.lacks.to_vec())
        };
        let Some(record) = present else { return Ok(Meeting::default()) };
        let mut situation = self.situation(live, pairing, record);
        if let Some(foreseen) = pairing.foreseen.filter(|_| !waited && others.is_empty()) {
            situation.reads = foreseen.reads.clone();
            situation.record_mut(pairing.side.other()).clone_from(&foreseen.other);
        }
        situation.held.extend(refused.iter().filter_map(|stop| stop.group.clone()));
        let mut course =
            Course { situation, refused, kept_back: false, verified: false, repeats: Repeats::default(), stale: 0 };
        for _ in 0..STEPS_MAX {
            let situation = &mut course.situation;
            let link = self.link_of(pairing).await?;
            course.refused.extend(self.stand(live, pairing, situation, link.as_ref()).await?);
            situation.sweep |= pairing.again && self.is_refused(pairing, link.as_ref()).await?;
            let looked = self.world.clock.steady();
            let since = unsettled.iter().chain(&others).map(|intent| intent.draft.at).min();
            let mut decision = self.decide(live, pairing, situation, since).await?;
            if !self.is_there(live, pairing, situation, &decision).await? {
                continue;
            }
            let living = link.as_ref().filter(|_| situation.gone.is_none());
            self.settle_traces(pairing, (&unsettled, looked), &decision, living).await?;
            self.waits_for_others(pairing, (&others, looked), &decision)?;
            self.tell_of_end(pairing, situation, &decision);
            if decision.effect.is_none() {
                self.tell_lost(live, pairing, situation, &mut decision).await;
                let Course { situation, refused, kept_back, .. } = course;
                if let Some(link) = &link {
                    handles::note_pair(live, pairing, &situation, link);
                }
                let meeting = self.at_an_end(pairing, (link.as_ref(), &situation), decision, refused);
                if link.is_some()
                    && meeting.stops.is_empty()
                    && !kept_back
                    && let Some(ends) = pairing.stands(&situation)
                {
                    live.memory.rested.rest(ends, pairing.told);
                }
                return Ok(meeting);
            }
            if let Some(meeting) = self.step(live, pairing, &mut course, (link.as_ref(), &decision)).await? {
                return Ok(meeting);
            }
        }
        let reason = format!("{} did not come to rest in {STEPS_MAX} steps", pairing.target());
        Err(Trouble::Later { reason, after: None })
    }

    /// A pair is looked at: whatever was at rest is not until it comes to rest again, under newer rules either.
    pub(super) fn stir_pair(&self, live: &Live, pair: &PairKey) {
        live.memory.rested.stir(pair);
        if let Some(newer) = self.newer(live) {
            newer.memory.rested.stir(pair);
        }
    }

    /// The left record of a pair for which nothing has happened since it came to rest.
    async fn rested_already(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (record, unsettled): (&Value, &[Intent]),
    ) -> Result<Option<RecordRef>, Trouble> {
        let left = live.memory.rested.covers(&pairing.key(), pairing.told, record).filter(|_| unsettled.is_empty());
        if self.world.plants(Planted::Rested) {
            return Ok(self
                .link_of(pairing)
                .await?
                .filter(|link| !link.base.is_empty())
                .map(|link| self.left_of(pairing, &link)));
        }
        Ok(if left.is_some() && self.link_of(pairing).await?.is_some() { left } else { None })
    }

    pub(crate) fn at_an_end(
        &self,
        pairing: &Pairing<'_>,
        (link, situation): (Option<&Link>, &Situation),
        decision: Decision,
        refused: Vec<Stop>,
    ) -> Meeting {
        let Decision { stops, unmatched, not_carried, .. } = decision;
        let to_make = false;
        let left = link.map(|link| self.left_of(pairing, link));
        let records = link.map(|_| situation.records());
        Meeting { stops: stops.into_iter().chain(refused).collect(), unmatched, not_carried, to_make, left, records }
    }

    /// The turn of a pair, and whether it had to be waited for; an error where that would never end.
    pub(crate) async fn lock_pair(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        record: &Value,
    ) -> Result<(Turn, bool), Blocked> {
        let value = engine::match_value(&live.plan, pairing.pipeline, pairing.side, record);
        let name = pairing.lock_name(value.as_deref().unwrap_or(pairing.id));
        self.turn(&name, &pairing.target().to_string()).await
    }

    /// Writes that a peer refused are not tried again while neither record has changed since.
    pub(crate) async fn refused_before(
        &self,
        pairing: &Pairing<'_>,
        (link, situation): (Option<&Link>, &Situation),
        effect: &Effect,
    ) -> Result<Vec<Stop>, Trouble> {
        let (Some(link), false, false) = (link, pairing.again, effect.groups().is_empty()) else {
            return Ok(Vec::new());
        };
        let records = situation.records();
        let same = |park: &Park| {
            let draft = &park.draft;
            let here = draft.pipeline == pairing.pipeline.name
                && [REFUSED, WILL_NOT_KEEP].contains(&draft.code.as_str())
                && draft.values == records;
            here && draft.group.as_ref().is_some_and(|group| effect.groups().contains(group))
        };
        let parks = self.store.parks_of(&self.left_of(pairing, link)).await?;
        let stop = |park: Park| {
            let (file, line) = park.draft.rule;
            let code = if park.draft.code == REFUSED { REFUSED } else { WILL_NOT_KEEP };
            let stop = Stop::new(code, park.draft.reason, park.draft.message, &RuleLine { file: file.into(), line });
            Stop { group: park.draft.group, ..stop }
        };
        Ok(parks.into_iter().filter(same).map(stop).collect())
    }

    /// Whether a write to this pair waits in the inbox: trying it again puts a drift right, too, as it was found by a
    /// sweep.
    async fn is_refused(&self, pairing: &Pairing<'_>, link: Option<&Link>) -> Result<bool, Trouble> {
        let Some(link) = link else { return Ok(false) };
        let parks = self.store.parks_of(&self.left_of(pairing, link)).await?;
        let of_write = |park: &Park| [REFUSED, WILL_NOT_KEEP].contains(&park.draft.code.as_str());
        Ok(parks.iter().any(|park| park.draft.pipeline == pairing.pipeline.name && of_write(park)))
    }

    pub(crate) fn left_of(&self, pairing: &Pairing<'_>, link: &Link) -> RecordRef {
        let [left, _] = pairing.ends(link);
        left
    }

    pub(crate) fn situation(&self, live: &Live, pairing: &Pairing<'_>, record: Value) -> Situation {
        let (left_account, right_account) = pairing.accounts();
        let (left, right) = if pairing.side == Side::Left { (Some(record), None) } else { (None, Some(record)) };
        let accounts = [left_account, right_account].map(str::to_owned);
        Situation {
            left,
            right,
            demanded: pairing.demanded,
            sweep: pairing.sweep,
            asked: pairing.asked,
            ..Situation::of(pairing.side, accounts, live.pair_settings(left_account, right_account))
        }
    }

    /// Takes the pair's base and what rests for it, and reads the other side where it is linked and not read yet. The
    /// groups that stop for want of what that lacks come back.
    pub(crate) async fn stand(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
        link: Option<&Link>,
    ) -> Result<Vec<Stop>, Trouble> {
        situation.base = link.map(|link| link.base.clone());
        situation.gone = None;
        let Some(link) = link else { return Ok(Vec::new()) };
        if !pairing.again {
            situation.held.extend(live.memory.told.held(pairing.place(), &self.left_of(pairing, link)));
        }
        let other = pairing.side.other();
        if situation.record(other).is_some() {
            return Ok(Vec::new());
        }
        let end = if other == Side::Left { &link.left } else { &link.right };
        let looked = self.world.clock.steady();
        let (found, lacks) = self.read_side(live, (pairing.pipeline, other), (&end.account, &end.id)).await?;
        situation.held.extend(lacks.iter().filter_map(|stop| stop.group.clone()));
        if found.is_none() {
            self.counts_as_gone(live, (&end.account, pairing.pipeline.record(other), &end.id), looked)?;
        }
        situation.gone = found.is_none().then(|| end.id.clone());
        *situation.record_mut(other) = found;
        Ok(lacks)
    }

    /// The link of the pair, if it has one.
    pub async fn link_of(&self, pairing: &Pairing<'_>) -> Result<Option<Link>, Trouble> {
        let end = LinkEnd { account: pairing.account.to_owned(), id: pairing.id.to_owned() };
        let links = self.store.links(&pairing.pipeline.name, pairing.side == Side::Left, &end).await?;
        let far = |link: &Link| {
            if pairing.side == Side::Left { link.right.account.clone() } else { link.left.account.clone() }
        };
        Ok(links.into_iter().find(|link| far(link) == pairing.other))
    }

    /// Decides, reading what is wanted first. What is not to be acted on is journalled with its inputs where somebody
    /// should know of it; what is acted on is journalled with that.
    async fn decide(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
        unseen: Option<jiff::Timestamp>,
    ) -> Result<Decision, Trouble> {
        let answers = FromPeers { runtime: self, live, pairing, unseen };
        let mut deciding = live.deciding(pairing.pipeline, pairing.accounts());
        let span = of_decision(live, pairing);
        let reached = async {
            match self.beforehand((live, pairing), situation, (&mut deciding, unseen)).await? {
                Some(decision) => Ok(Some(decision)),
                None => reach(situation, &answers, move |situation| deciding.round(situation)).await,
            }
        };
        let Some(decision) = reached.instrument(span).await? else {
            let reason = format!("{} reads too deep into other records", pairing.target());
            return Err(Trouble::Later { reason, after: None });
        };
        self.count(&decision);
        if decision.effect.is_none() {
            self.journal_decision(live, pairing, situation, &decision).await?;
        }
        Ok(*decision)
    }

    /// What leads to nothing, as most looks do, is counted and not kept: the next look tells the same.
    pub(super) fn count(&self, decision: &Decision) {
        self.decided.note(is_kept(decision));
    }

    /// Journals a decision by itself, where it leads to something.
    ///
    /// # Errors
    /// [`Trouble::Store`] where it cannot be written.
    pub(super) async fn journal_decision(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        decision: &Decision,
    ) -> Result<(), Trouble> {
        if !is_kept(decision) {
            return Ok(());
        }
        Ok(self.store.record_decision(*self.entry(live, pairing, situation, decision)).await?)
    }

    /// A decision with all that it was made from, to be journalled.
    pub(super) fn entry(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        decision: &Decision,
    ) -> Box<DecisionEntry> {
        Box::new(DecisionEntry {
            at: self.world.clock.now(),
            pipeline: pairing.pipeline.name.clone(),
            target: pairing.target(),
            generation: live.generation,
            told: pairing.by,
            situation: match situation.journalled(decision) {
                kept if self.world.plants(Planted::Journal) => Situation { reads: Reads::new(), ..kept },
                kept => kept,
            },
            outcome: decision.clone(),
        })
    }

    /// Creates of this pair, and of what it needs beside, whose answer never came.
    pub(crate) async fn unsettled(&self, pairing: &Pairing<'_>) -> Result<Vec<Intent>, Trouble> {
        if self.world.plants(Planted::Intents) {
            return Ok(Vec::new());
        }
        let open = self.store.open_intents(Some(&pairing.target())).await?;
        Ok(open.into_iter().filter(|intent| intent.draft.pipeline == pairing.pipeline.name).collect())
    }
}

fn is_kept(decision: &Decision) -> bool {
    decision.effect.is_some() || !decision.stops.is_empty()
}
