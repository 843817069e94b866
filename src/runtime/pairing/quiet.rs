//! A sweep's look at a pair by what the sweep listed, without a call.
//!
//! Only what needs no write outside is left at that. A write, a stop, a question that the listings
//! do not answer: the pair is then brought together by what is read anew, as ever.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use super::how::{How, pairing};
use super::pairing::{Meeting, Pairing, Seek};
use crate::engine::{self, Decision, Effect, Found, Reads, Situation, Step, Want};
use crate::language::plan::{Interest, Pipeline, Side};
use crate::runtime::limits::{READ_ROUNDS_MAX, STEPS_MAX};
use crate::runtime::live::Live;
use crate::runtime::memory::search::Search;
use crate::runtime::memory::swept::By;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Link, RecordRef};
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
        let listed = if how.sweep && !how.again {
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
    async fn at_rest(&self, live: &Live, pairing: &Pairing<'_>, record: &Value) -> Result<Option<Meeting>, Trouble> {
        self.locks.chained(Box::pin(self.rests(live, pairing, record))).await
    }

    async fn rests(&self, live: &Live, pairing: &Pairing<'_>, record: &Value) -> Result<Option<Meeting>, Trouble> {
        let Ok((_guard, waited)) = self.lock_pair(live, pairing, record).await else { return Ok(None) };
        if waited || !self.unsettled(pairing).await?.is_empty() {
            return Ok(None);
        }
        let mut situation = self.situation(live, pairing, record.clone());
        for _ in 0..STEPS_MAX {
            let link = self.link_of(pairing).await?;
            if let Some(link) = &link
                && !self.take_other(live, pairing, link, &mut situation)
            {
                return Ok(None);
            }
            self.stand(live, pairing, &mut situation, link.as_ref()).await?;
            let Some(decision) = self.decide_by_listing(live, pairing, &mut situation).await? else { return Ok(None) };
            if !decision.stops.is_empty() {
                return Ok(None);
            }
            match &decision.effect {
                Some(effect @ (Effect::Link { .. } | Effect::Settle { .. })) => {
                    self.journal_decision(live, pairing, &situation, &decision).await?;
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
                    return Ok(Some(self.at_an_end(pairing, (link.as_ref(), &situation), decision, Vec::new())));
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

    async fn decide_by_listing(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
    ) -> Result<Option<Decision>, Trouble> {
        for _ in 0..READ_ROUNDS_MAX {
            match engine::decide(&live.plan, pairing.pipeline, situation) {
                Step::Need(wants) => {
                    for want in wants {
                        let Some(found) = self.answer_by_listing(live, pairing, &want).await? else {
                            return Ok(None);
                        };
                        situation.reads.insert(want, found);
                    }
                }
                Step::Done(decision) => return Ok(Some(*decision)),
            }
        }
        Ok(None)
    }

    /// An answer without a call, except to a listing that many share. `None`: there is none.
    async fn answer_by_listing(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        want: &Want,
    ) -> Result<Option<Found>, Trouble> {
        let swept = |search: &Search<'_>, by: By, value: &str| {
            live.memory.swept.find(&live.plan, (search.account, search.kind), &by, value).map(Found::Records)
        };
        Ok(match want {
            Want::Record { account, record: kind, id } => {
                live.memory.swept.record(account, kind, id).map(|found| Found::Records(vec![found]))
            }
            Want::List { account, record: kind, .. } => match self.search(live, account, kind) {
                Some(search) => match live.memory.finder.all(&search, false).await {
                    // Where it cannot be relied on, what reads it is told apart from what does not.
                    Err(Trouble::Unreadable { .. }) => None,
                    listed => Some(Found::Listed(listed?)),
                },
                None => None,
            },
            Want::Find { account, record: kind, field, value } => self
                .search(live, account, kind)
                .filter(|search| search.kind.grouped.is_none())
                .and_then(|search| swept(&search, By::Field(field.clone()), value)),
            Want::Match { pipeline, side, account, value, .. } => {
                let kind = live.plan.pipelines.get(pipeline).map(|pipeline| pipeline.record(*side).name.clone());
                kind.and_then(|kind| self.search(live, account, &kind))
                    .and_then(|search| swept(&search, By::Match(pipeline.clone(), *side), value))
            }
            Want::Linked { .. } => Some(self.answer_for(live, pairing, want, None).await?),
            Want::Counterpart { pipeline, side, account, id, other } => match live.plan.pipelines.get(pipeline) {
                Some(pipeline) => self.counterpart_by_listing(live, (pipeline, *side), (account, id), other).await?,
                None => None,
            },
            Want::Settled { .. } => None,
        })
    }

    /// The linked key on the other side; two that the listings show to belong together are linked first.
    fn counterpart_by_listing<'a>(
        &'a self,
        live: &'a Live,
        (pipeline, side): (&'a Pipeline, Side),
        (account, id): (&'a str, &'a str),
        other: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Option<Found>, Trouble>> + Send + 'a>> {
        Box::pin(async move {
            if let Some(key) = self.linked_key(pipeline, side, (account, id), other).await? {
                return Ok(Some(Found::Key(key)));
            }
            let Some(record) = live.memory.swept.record(account, &pipeline.record(side).name, id) else {
                return Ok(None);
            };
            let seek = Seek { braked: true, ..Seek::default() };
            let pairing = Pairing::of_counterpart(pipeline, side, (account, id), (other, seek));
            self.at_rest(live, &pairing, &record).await?;
            Ok(self.linked_key(pipeline, side, (account, id), other).await?.map(Found::Key))
        })
    }
}
