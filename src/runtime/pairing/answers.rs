//! Who answers what a decision wants: the peers, or the listings of a sweep.
//!
//! Knows no decision; the loop that asks is in `bring_together`.

use async_trait::async_trait;
use jiff::Timestamp;

use super::pairing::{Pairing, Seek, Sought};
use crate::engine::{Found, Situation, Want};
use crate::language::plan::{Pipeline, Side};
use crate::runtime::live::Live;
use crate::runtime::memory::search::Search;
use crate::runtime::memory::swept::By;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::world::Planted;

/// Answers what a decision wants.
#[async_trait]
pub trait Answers: Sync {
    /// The answer to one want; `None`: there is none to be had here.
    async fn answer(&self, want: &Want, situation: &Situation) -> Result<Option<Found>, Trouble>;

    /// Reads once more what must not be older than the answers given since this was last asked; whether there was
    /// anything of the kind.
    async fn read_again(&self, _: &mut Situation) -> Result<bool, Trouble> {
        Ok(false)
    }
}

/// Answers by calls, from kept listings and through other pipelines.
pub(super) struct FromPeers<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) live: &'a Live,
    pub(super) pairing: &'a Pairing<'a>,
    /// Since when an own create may have happened unseen.
    pub(super) unseen: Option<Timestamp>,
}

impl FromPeers<'_> {
    /// Whether rows of a side are summed.
    fn sums(&self) -> bool {
        let pipeline = self.pairing.pipeline;
        let is_grouped = [Side::Left, Side::Right].iter().any(|side| pipeline.record(*side).grouped.is_some());
        is_grouped && !self.runtime.world.plants(Planted::ReadOrder)
    }
}

#[async_trait]
impl Answers for FromPeers<'_> {
    async fn answer(&self, want: &Want, situation: &Situation) -> Result<Option<Found>, Trouble> {
        let now = || self.runtime.world.clock.now();
        let since = match want {
            // Nothing takes the place of what is gone by what was listed before.
            Want::Match { .. } => self.unseen.or_else(|| situation.gone.as_ref().map(|_| now())),
            Want::List { .. } if self.sums() => Some(now()),
            _ => None,
        };
        self.runtime.answer_or_lack(self.live, self.pairing, want, since).await.map(Some)
    }

    /// What is summed is read after what it is weighed against: an order that left one for the other meanwhile then
    /// counts on both sides, never on none.
    async fn read_again(&self, situation: &mut Situation) -> Result<bool, Trouble> {
        for side in [Side::Left, Side::Right] {
            let kind = self.pairing.pipeline.record(side);
            let id = situation.record(side).and_then(|record| kind.id_of(record));
            let (true, Some(id)) = (kind.grouped.is_some(), id) else { continue };
            let account = situation.account(side).to_owned();
            if self.runtime.world.plants(Planted::ReadOrder) {
                continue;
            }
            *situation.record_mut(side) = self.runtime.read_record(self.live, &account, &kind.name, &id).await?;
        }
        Ok(self.sums())
    }
}

/// Answers without a call, except to a listing that many share.
pub(super) struct FromListing<'a> {
    pub(super) runtime: &'a Runtime,
    pub(super) live: &'a Live,
    pub(super) pairing: &'a Pairing<'a>,
}

#[async_trait]
impl Answers for FromListing<'_> {
    async fn answer(&self, want: &Want, _: &Situation) -> Result<Option<Found>, Trouble> {
        let Self { runtime, live, pairing } = *self;
        let swept = |search: &Search<'_>, by: By, value: &str| {
            live.memory.swept.find(&live.plan, (search.account, search.kind), &by, value).map(Found::Records)
        };
        Ok(match want {
            Want::Record { account, record: kind, id } => {
                live.memory.swept.record(account, kind, id).map(|found| Found::Records(vec![found]))
            }
            Want::List { account, record: kind, .. } => match runtime.search(live, account, kind) {
                Some(search) => match live.memory.finder.all(&search, false).await {
                    // Where it cannot be relied on, what reads it is told apart from what does not.
                    Err(Trouble::Unreadable { .. }) => None,
                    listed => Some(Found::Listed(listed?)),
                },
                None => None,
            },
            Want::Find { account, record: kind, field, value } => runtime
                .search(live, account, kind)
                .filter(|search| search.kind.grouped.is_none())
                .and_then(|search| swept(&search, By::Field(field.clone()), value)),
            Want::Match { pipeline, side, account, value, .. } => {
                let kind = live.plan.pipelines.get(pipeline).map(|pipeline| pipeline.record(*side).name.clone());
                kind.and_then(|kind| runtime.search(live, account, &kind))
                    .and_then(|search| swept(&search, By::Match(pipeline.clone(), *side), value))
            }
            Want::Linked { .. } => Some(runtime.answer_for(live, pairing, want, None).await?),
            Want::Counterpart { pipeline, side, account, id, other } => match live.plan.pipelines.get(pipeline) {
                Some(pipeline) => self.counterpart(Sought { pipeline, side: *side, account, id, other }).await?,
                None => None,
            },
            Want::Settled { .. } => None,
        })
    }
}

impl FromListing<'_> {
    /// The linked key on the other side; two that the listings show to belong together are linked first.
    async fn counterpart(&self, sought: Sought<'_>) -> Result<Option<Found>, Trouble> {
        let Sought { pipeline, side, account, id, other } = sought;
        let Self { runtime, live, .. } = *self;
        if let Some(key) = runtime.linked_key(pipeline, side, (account, id), other).await? {
            return Ok(Some(Found::Key(key)));
        }
        let Some(record) = live.memory.swept.record(account, &pipeline.record(side).name, id) else {
            return Ok(None);
        };
        let seek = Seek { claim: self.pairing.claim, braked: true, ..Seek::default() };
        let pairing = Pairing::of_counterpart(sought, seek);
        runtime.at_rest(live, &pairing, &record).await?;
        Ok(runtime.linked_key(pipeline, side, (account, id), other).await?.map(Found::Key))
    }
}

/// Whether a link leads to a record that is only rehearsed, and sums are weighed against it. What the peer's own sums
/// come to once the record is there is not known, so both are taken as they are now.
pub(super) fn is_yet_to_be(live: &Live, pipeline: &Pipeline, (want, found): (&Want, &Found)) -> bool {
    let sums = || [Side::Left, Side::Right].iter().any(|side| pipeline.record(*side).grouped.is_some());
    let (Want::Linked { pipeline: via, side, other, .. }, Found::Key(key)) = (want, found) else { return false };
    let kind = live.plan.pipelines.get(via).map(|via| via.record(side.other()).name.as_str());
    let is_made_up = |kind: &str, key: &str| live.peers.get(other).is_some_and(|peer| peer.made_it_up(kind, key));
    live.rehearses && sums() && kind.zip(key.to_key()).is_some_and(|(kind, key)| is_made_up(kind, &key))
}
