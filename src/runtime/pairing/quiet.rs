//! A sweep's look at a pair by what the sweep listed, without a call.
//!
//! Only what needs no write outside is left at that. A write, a stop, a question that the listings
//! do not answer: the pair is then brought together by what is read anew, as ever.

use std::collections::BTreeMap;

use super::answers::FromListing;
use super::bring_together::reach;
use super::how::{How, pairing};
use super::pairing::{Meeting, Pairing};
use crate::engine::{Effect, Reads, Situation};
use crate::language::plan::{Interest, Pipeline, Side};
use crate::runtime::coordination::turn::Blocked;
use crate::runtime::limits::STEPS_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HintSource, Link, RecordRef};
use crate::value::Value;

/// What of a record needs no more looking at.
#[derive(Default)]
pub(crate) struct Resting {
    /// The record as it was listed, where none of its pairs needs more.
    pub record: Option<Value>,
    /// How pairs stand, by pipeline and other account.
    pub pairs: BTreeMap<(String, String), Meeting>,
}

impl Runtime {
    /// What of a record's pairs is at rest by what the sweep listed, and the record itself where all of them are.
    pub(crate) async fn resting(
        &self,
        live: &Live,
        target: &RecordRef,
        (pipelines, how): (&[(&Pipeline, Side)], How),
    ) -> Result<Resting, Trouble> {
        let mut resting = Resting::default();
        // What was told meanwhile, of this record or of one that it is made from, is newer than what the sweep listed.
        let listed = if how.source == HintSource::Sweep && how.sweep {
            live.memory.swept.record(&target.account, &target.record, &target.id)
        } else {
            None
        };
        let Some(record) = listed else { return Ok(resting) };
        let mut all = true;
        for (pipeline, side) in pipelines {
            match live.plan.interest_of(pipeline, *side) {
                Interest::Work => {}
                Interest::Linked if !self.unlinked((pipeline, *side), target).await? => {}
                Interest::Linked | Interest::LookUp => continue,
            }
            for other in live.plan.accounts_of(&pipeline.record(side.other()).system) {
                let pairing = pairing(pipeline, *side, target, (&other.name, how));
                match self.at_rest(live, &pairing, &record).await? {
                    Some(meeting) => {
                        resting.pairs.insert((pipeline.name.clone(), other.name.clone()), meeting);
                    }
                    None => all = false,
                }
            }
        }
        resting.record = Some(record).filter(|_| all);
        Ok(resting)
    }

    /// How a pair stands by the sweep's listings, where nothing is to be written; two that belong together are linked.
    /// `None`: it has to be looked at.
    ///
    /// # Errors
    /// [`Trouble`] where the store failed.
    pub(super) async fn at_rest(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        record: &Value,
    ) -> Result<Option<Meeting>, Trouble> {
        let alone = async {
            match self.lock_pair(live, pairing, record).await {
                Ok((turn, false)) => self.within(Some(turn), Box::pin(self.rests(live, pairing, record))).await,
                Ok((turn, true)) => self.within(Some(turn), async { Ok(None) }).await,
                Err(Blocked::Ring(_)) => Ok(None),
                Err(Blocked::Trouble(trouble)) => Err(trouble),
            }
        };
        let rests = self.locks.chained(Box::pin(alone)).await?;
        if rests.is_some() {
            live.memory.known_links.ends(&pairing.key());
        }
        Ok(rests)
    }

    async fn rests(&self, live: &Live, pairing: &Pairing<'_>, record: &Value) -> Result<Option<Meeting>, Trouble> {
        if !self.unsettled(pairing).await?.is_empty() {
            return Ok(None);
        }
        live.memory.known_links.begins(pairing.key());
        let mut situation = self.situation(live, pairing, record.clone());
        for _ in 0..STEPS_MAX {
            let link = self.link_of(pairing).await?;
            if let Some(link) = &link
                && !self.take_other(live, pairing, link, &mut situation)
            {
                return Ok(None);
            }
            self.stand(live, pairing, &mut situation, link.as_ref()).await?;
            let answers = FromListing { runtime: self, live, pairing };
            let deciding = live.deciding(pairing.pipeline, pairing.accounts());
            let decide = move |situation: &Situation| deciding.round(situation);
            let Some(decision) = reach(&mut situation, &answers, decide).await? else { return Ok(None) };
            if !decision.stops.is_empty() {
                return Ok(None);
            }
            if matches!(decision.effect, Some(Effect::Link { .. } | Effect::Settle { .. })) {
                self.count(&decision);
            }
            match &decision.effect {
                Some(effect @ (Effect::Link { .. } | Effect::Settle { .. })) => {
                    if self.rivals(live, pairing, &situation, &decision).await?.is_some() {
                        return Ok(None);
                    }
                    self.act(live, pairing, &situation, (&decision, effect)).await?;
                    situation.reads = Reads::new();
                }
                Some(_) => return Ok(None),
                None => {
                    self.tell_left_alone(pairing, &situation, &decision);
                    self.tell_disagreements(pairing, &situation, &decision);
                    if link.is_some()
                        && let Some(ends) = pairing.stands(&situation)
                    {
                        live.memory.rested.rest(ends, None);
                    }
                    return Ok(Some(self.at_an_end(pairing, (link.as_ref(), &situation), *decision, Vec::new())));
                }
            }
        }
        Ok(None)
    }

    /// Takes the linked record from the listings. False: it is not there.
    fn take_other(&self, live: &Live, pairing: &Pairing<'_>, link: &Link, situation: &mut Situation) -> bool {
        let other = pairing.side.other();
        let end = if other == Side::Left { &link.left } else { &link.right };
        let found = live.memory.swept.record(&end.account, &pairing.pipeline.record(other).name, &end.id);
        let there = found.is_some();
        match other {
            Side::Left => situation.left = found,
            Side::Right => situation.right = found,
        }
        there
    }
}
