//! Work whose task ended by a fault of petiole's own: its record is given back, and parked where that happens again and
//! again.
//!
//! Knows no cause; a fault in one record's work never keeps others from theirs.

use crate::connector::failure::{MESSAGE_CHARS_MAX, bounded};
use crate::runtime::happening::Happening;
use crate::runtime::limits::BROKEN_OFF_PARKS;
use crate::runtime::pairing::parks::fault_of_our_own;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{ParkDraft, Parking, Work};
use crate::world::BrokeOff;

impl Runtime {
    /// Gives work back whose task ended before it did; parks it where that happened too often in a row.
    pub(crate) async fn broke_off(&self, work: &Work, how: BrokeOff) {
        let BrokeOff::Panicked(words) = how else { return };
        let words = self.clean(&words);
        let times = self.broken_off.count(&work.target);
        let reason = format!("the work broke off by a fault of petiole's own: {words}");
        tracing::error!(record = %work.target, times, "{reason}");
        let given_back = if times >= BROKEN_OFF_PARKS {
            self.park_fault(work, &format!("{reason}; it did so {times} times in a row")).await
        } else {
            self.put_off(work, (reason, None)).await
        };
        if let Err(trouble) = given_back
            && !trouble.is_lost_claim()
        {
            self.give_back(work, &trouble).await;
        }
        self.nudge();
    }

    /// Parks the record for a fault of petiole's own in each pipeline that it may lead to work in, beside what is
    /// parked of it already.
    pub(crate) async fn park_fault(&self, work: &Work, message: &str) -> Result<(), Trouble> {
        let message = &format!("{message}, please report it");
        let live = self.live.load_full();
        let target = &work.target;
        let mut drafts: Vec<ParkDraft> = Vec::new();
        if let Some(search) = self.search(&live, &target.account, &target.record) {
            let pipelines = live.plan.pipelines_of(&search.kind.system, &search.kind.name);
            drafts.extend(pipelines.map(|(pipeline, _)| fault_of_our_own(target, pipeline, message)));
        }
        let is_new =
            |known: &ParkDraft| !drafts.iter().any(|one| one.pipeline == known.pipeline && known.group.is_none());
        let known: Vec<ParkDraft> = self.store.parks_of(target).await?.into_iter().map(|park| park.draft).collect();
        let kept: Vec<ParkDraft> = known.into_iter().filter(is_new).collect();
        let told: Vec<Happening> = drafts.iter().map(Happening::parked).collect();
        drafts.extend(kept);
        self.store.finish(work, Parking::from(drafts)).await?;
        told.into_iter().for_each(|parked| self.tell(parked));
        Ok(())
    }

    /// A text of unknown origin without the accounts' secrets, in one line of bounded length.
    fn clean(&self, text: &str) -> String {
        let live = self.live.load();
        let clean = live.peers.values().fold(text.to_owned(), |text, peer| peer.redact(&text));
        bounded(&clean.split_whitespace().collect::<Vec<_>>().join(" "), MESSAGE_CHARS_MAX)
    }
}
