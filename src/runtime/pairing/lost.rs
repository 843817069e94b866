//! Counterparts that are gone: which pairs lack theirs, and what is looked at again because of it.
//!
//! What is remembered is in memory only: after a restart the inbox keeps what was told, and a write that a peer
//! refuses finds the rest again. Takes nothing away: that is for the decision, which sees what matches now.

use jiff::Timestamp;

use super::pairing::{Pairing, Seek};
use crate::engine::{COUNTERPART_GONE, Decision, Effect, Found, Reads, Situation, Want};
use crate::language::plan::{Pipeline, RecordType, Side};
use crate::runtime::limits::LISTING_AGE_MAX;
use crate::runtime::live::Live;
use crate::runtime::memory::pair_key::PairKey;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Hint, HintSource, HistoryEntry, Link, LinkEnd, RecordRef, Settlement};
use crate::value::Value;
use crate::world::Planted;

impl Runtime {
    /// A read that began at `looked` does not show a record that was there: nothing is concluded from that until a
    /// second one says so a settle time later.
    ///
    /// # Errors
    /// [`Trouble::Later`] until then.
    pub(crate) fn counts_as_gone(
        &self,
        live: &Live,
        (account, kind, id): (&str, &RecordType, &str),
        looked: Timestamp,
    ) -> Result<(), Trouble> {
        let settle = live.plan.systems.get(&kind.system).map_or(LISTING_AGE_MAX, |system| system.settle_after);
        let target = RecordRef { account: account.to_owned(), record: kind.name.clone(), id: id.to_owned() };
        let wait = self.absent.not_seen(&target, (looked, self.world.clock.steady()), settle);
        if wait.is_zero() || self.world.plants(Planted::GoneAtOnce) {
            return Ok(());
        }
        let reason =
            format!("{account} does not show {} {id}, which counts as gone once a second read says so", kind.name);
        Err(Trouble::Later { reason, after: Some(wait) })
    }

    /// Whether the record that a decision links is there by its own call; what is read is taken into the situation.
    /// A listing may show for a while what is gone, and it is decided again without that.
    ///
    /// # Errors
    /// [`Trouble`] where the peer cannot be read.
    pub(crate) async fn is_there(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
        decision: &Decision,
    ) -> Result<bool, Trouble> {
        let Some(Effect::Link { left, right }) = &decision.effect else { return Ok(true) };
        let other = pairing.side.other();
        let kind = pairing.pipeline.record(other);
        let key = if other == Side::Left { left } else { right }.to_key();
        let Some(id) = key.filter(|_| kind.read.is_some() && kind.grouped.is_none()) else { return Ok(true) };
        let looked = self.world.clock.steady();
        let found = self.read_record(live, pairing.other, &kind.name, &id).await?;
        let is_there = found.is_some();
        if is_there {
            *situation.record_mut(other) = found;
        } else {
            self.counts_as_gone(live, (pairing.other, kind, &id), looked)?;
            situation.reads = Reads::new();
        }
        Ok(is_there)
    }

    /// Notes whether the counterpart is gone, and names what may be meant instead.
    pub(crate) async fn tell_lost(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &Situation,
        decision: &mut Decision,
    ) {
        live.memory.lost.set(pairing.key(), situation.gone.is_some());
        let Some(stop) = decision.stops.iter_mut().find(|stop| stop.code == COUNTERPART_GONE) else { return };
        let Some(wait) = stop.waits.first() else { return };
        let side = pairing.side.other();
        let named = (pairing.pipeline.name.as_str(), side);
        stop.candidates = live.memory.finder.candidates(&wait.account, &wait.record, named, &wait.value).await;
    }

    /// After a refusal: whether a counterpart that the write named is gone. The decision's answers then say what is
    /// there in its place, or that nothing is.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot go on now.
    pub(crate) async fn look_for_counterparts(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        situation: &mut Situation,
    ) -> Result<bool, Trouble> {
        let named: Vec<(Want, String)> = situation
            .reads
            .iter()
            .filter_map(|(want, found)| match (want, found) {
                (Want::Counterpart { .. }, Found::Key(key)) => Some((want.clone(), key.to_key()?)),
                _ => None,
            })
            .collect();
        let seek =
            Seek { claim: pairing.claim, braked: pairing.braked, asked: pairing.asked, sure: true, foretells: false };
        let mut changed = false;
        for (want, key) in named {
            let Want::Counterpart { pipeline, side, other, .. } = &want else { continue };
            let Some(via) = live.plan.pipelines.get(pipeline) else { continue };
            let kind = via.record(side.other());
            if kind.grouped.is_some() || self.read_record(live, other, &kind.name, &key).await?.is_some() {
                continue;
            }
            let found = self.answer_seeking(live, &want, (None, seek)).await?;
            situation.reads.insert(want, found);
            changed = true;
        }
        Ok(changed)
    }

    /// A link of two records that are both gone is no more.
    async fn let_go(&self, live: &Live, (pipeline, link): (&Pipeline, Link)) -> Result<(), Trouble> {
        let end = |side: Side, end: &LinkEnd| RecordRef {
            account: end.account.clone(),
            record: pipeline.record(side).name.clone(),
            id: end.id.clone(),
        };
        let [left, right] = [end(Side::Left, &link.left), end(Side::Right, &link.right)];
        let told = |target: &RecordRef| HistoryEntry {
            at: self.world.clock.now(),
            target: target.clone(),
            what: format!("the link of {left} with {right} ended: both are gone"),
            detail: Value::Null,
            lines: vec![pipeline.match_line.to_string()],
        };
        let history = [&left, &right].into_iter().map(told).collect();
        let settlement = Settlement { gives_way: vec![link], history, ..Settlement::default() };
        self.settle_links(live, settlement).await
    }

    /// A record is gone: those linked with it are looked at, since they lack their counterpart now.
    ///
    /// # Errors
    /// [`Trouble`] where the store failed.
    pub(crate) async fn look_at_left_behind(
        &self,
        live: &Live,
        (target, source): (&RecordRef, HintSource),
        pipelines: &[(&Pipeline, Side)],
    ) -> Result<(), Trouble> {
        let end = LinkEnd { account: target.account.clone(), id: target.id.clone() };
        let mut left_behind = Vec::new();
        for (pipeline, side) in pipelines {
            let links = self.store.links(&pipeline.name, *side == Side::Left, &end).await?;
            left_behind.extend(links.into_iter().map(|link| (pipeline, side, link)));
        }
        let own = pipelines.first().map(|(pipeline, side)| pipeline.record(*side)).filter(|kind| kind.read.is_some());
        // Whoever told of it may know of it before its own read does: a list that a sweep read, too.
        let is_told = match source {
            HintSource::Asked => false,
            HintSource::Sweep => left_behind.is_empty(),
            _ => true,
        };
        if let (Some(kind), true) = (own, is_told) {
            self.counts_as_gone(live, (&target.account, kind, &target.id), self.world.clock.steady())?;
        }
        let mut hints = Vec::new();
        for (pipeline, side, link) in left_behind {
            let kind = pipeline.record(side.other());
            let far = if *side == Side::Left { &link.right } else { &link.left }.clone();
            let (name, other) = (pipeline.name.clone(), end.account.clone());
            let own = PairKey { pipeline: name.clone(), record: target.clone(), other: far.account.clone() };
            if live.memory.lost.has(&own) {
                // The other one was seen to be gone before: nothing is left that the link could be of.
                self.let_go(live, (pipeline, link)).await?;
                live.memory.lost.set(own, false);
                continue;
            }
            let target = RecordRef { account: far.account, record: kind.name.clone(), id: far.id };
            let pair = PairKey { pipeline: name, record: target.clone(), other };
            // It came to rest with a counterpart, which it has no more.
            self.stir_pair(live, &pair);
            live.memory.lost.set(pair, true);
            let at = self.world.clock.now();
            hints.push(Hint { at, source, target, version: None, first: kind.first });
        }
        if !hints.is_empty() {
            self.accept(hints).await?;
        }
        Ok(())
    }
}
