//! A lost conflict that a person takes the other way: noted in the pair's base, in the pair's turn, and told where it
//! is not written after all.
//!
//! Foresees by the ordinary decision, with both records as they are now, that it would be written. Writes nothing
//! outside itself: the work on the record does.

use super::answers::FromPeers;
use super::bring_together::reach;
use super::pairing::Pairing;
use crate::engine::{Decision, Situation, Untaken};
use crate::language::plan::Side;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{HistoryEntry, Link, Settlement};
use crate::value::Value;

impl Runtime {
    /// Notes what a person takes, with what is said of it: `noted` is the pair's link with that in its base, in the
    /// place of `known`. A sentence where it would not be written: then nothing is noted.
    ///
    /// # Errors
    /// [`Trouble`] where a peer or the store cannot go on now.
    pub(crate) async fn note_taken(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (known, noted): (&Link, Settlement),
    ) -> Result<Result<(), String>, Trouble> {
        let noting = async {
            let own = (pairing.pipeline, pairing.side);
            let gone = || -> Result<Result<(), String>, Trouble> {
                Ok(Err(format!("{} is not there any more", pairing.target())))
            };
            let Some(record) = self.read_side(live, own, (pairing.account, pairing.id)).await?.0 else { return gone() };
            let (turn, _) = self.lock_pair(live, pairing, &record).await?;
            let within = async {
                let Some(record) = self.read_side(live, own, (pairing.account, pairing.id)).await?.0 else {
                    return gone();
                };
                if self.link_of(pairing).await?.as_ref() != Some(known) {
                    return Ok(Err("it is worked on just now; look at it again".to_owned()));
                }
                let situation = self.situation(live, pairing, record);
                if let Some(why) = self.foreseen_not(live, pairing, (situation, noted.link.as_ref())).await? {
                    return Ok(Err(why));
                }
                self.store.settle(noted).await?;
                Ok(Ok(()))
            };
            self.within(Some(turn), Box::pin(within)).await
        };
        self.locks.chained(Box::pin(noting)).await
    }

    /// Why what a link's base has as taken would not be written; `None`: it would.
    async fn foreseen_not(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        (mut situation, link): (Situation, Option<&Link>),
    ) -> Result<Option<String>, Trouble> {
        self.stand(live, pairing, &mut situation, link).await?;
        if let Some(gone) = &situation.gone {
            return Ok(Some(format!("{}.{}/{gone} is gone", pairing.other, pairing.pipeline.record(Side::Right).name)));
        }
        let answers = FromPeers { runtime: self, live, pairing, unseen: None };
        let deciding = live.deciding(pairing.pipeline, pairing.accounts());
        let decide = move |situation: &Situation| deciding.round(situation);
        let decided = reach(&mut situation, &answers, decide).await?;
        let why = |decision: Box<Decision>| decision.untaken.into_iter().next().map(|one| one.why);
        Ok(decided.and_then(why))
    }

    /// What a person took and that is not written after all, in the history of both records.
    pub(super) fn not_given_back(&self, pairing: &Pairing<'_>, (link, one): (&Link, &Untaken)) -> [HistoryEntry; 2] {
        let what = format!("`{}` that was taken the other way stays as it is: {}", one.group, one.why);
        tracing::warn!(record = %pairing.target(), "{what}");
        pairing.ends(link).map(|target| HistoryEntry {
            at: self.world.clock.now(),
            target,
            what: what.clone(),
            detail: Value::Null,
            lines: vec![one.line.to_string()],
        })
    }
}
