//! Work that a person has wait: what of a piece of work is left for later, and what is not written after all.
//!
//! Says what each word reaches. A record waits whole; of a pipeline or an account only what it takes part in. What was
//! begun before the word came stops before its next write.

use super::make::beside;
use super::pairing::Pairing;
use crate::engine::{Effect, Making, Situation};
use crate::language::plan::{Pipeline, Side};
use crate::runtime::happening::Happening;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::store::{Parking, Reach, RecordRef, StoreError, Work};

impl Runtime {
    /// Asks the store what is held.
    ///
    /// # Errors
    /// Where it cannot be asked.
    pub async fn ask_halts(&self) -> Result<(), StoreError> {
        let _asking = self.halts.asking.lock().await;
        let standing = self.store.halts().await?;
        self.halts.know(&standing);
        Ok(())
    }

    /// The same before a piece of work, where anything was held when it was claimed, or before that.
    pub(crate) async fn heed_halts(&self, work: &Work) -> Result<(), Trouble> {
        if work.halts || !self.halts.is_empty() {
            self.ask_halts().await?;
        }
        Ok(())
    }

    /// What is left of a record's work where all of it waits.
    pub(crate) fn all_held(&self, live: &Live, target: &RecordRef) -> Option<Parking> {
        Some(self.wholly_held(live, target, self.halts.of_record(target)?))
    }

    /// The same, for this word.
    pub(crate) fn wholly_held(&self, live: &Live, target: &RecordRef, reach: Reach) -> Parking {
        let system = live.plan.accounts.get(&target.account).map(|account| account.system.as_str());
        let pipelines = live.plan.pipelines_of(system.unwrap_or_default(), &target.record);
        let mut parks = Parking::default();
        parks.halted.pipelines = pipelines.map(|(pipeline, _)| pipeline.name.clone()).collect();
        self.leave_held(target, reach, &mut parks);
        parks
    }

    /// Whether a pipeline waits, which is noted then.
    pub(crate) fn is_left(&self, pipeline: &Pipeline, target: &RecordRef, parks: &mut Parking) -> bool {
        let Some(reach) = self.halts.of_pipeline(&pipeline.name) else { return false };
        self.leave_in(pipeline, target, (reach, parks));
        true
    }

    /// Notes that what a pipeline does for a record waits for a word.
    pub(crate) fn leave_in(&self, pipeline: &Pipeline, target: &RecordRef, (reach, parks): (Reach, &mut Parking)) {
        parks.halted.pipelines.insert(pipeline.name.clone());
        self.leave_held(target, reach, parks);
    }

    /// Notes that something of a record waits for a word.
    pub(crate) fn leave_held(&self, target: &RecordRef, reach: Reach, parks: &mut Parking) {
        self.tell(Happening::Held { target: target.clone(), reach: reach.clone() });
        parks.halted.reaches.insert(reach);
    }

    /// Nothing is written that a person has wait.
    ///
    /// # Errors
    /// [`Trouble::Held`].
    pub(crate) fn is_free(&self, pairing: &Pairing<'_>, situation: &Situation, effect: &Effect) -> Result<(), Trouble> {
        if self.halts.is_empty() {
            return Ok(());
        }
        let pipeline = pairing.pipeline;
        let side = |side: Side| {
            let (kind, account) = (pipeline.record(side), situation.account(side));
            let id = situation.record(side).and_then(|record| kind.id_of(record)).unwrap_or_default();
            RecordRef { account: account.to_owned(), record: kind.name.clone(), id }
        };
        let made = if let Effect::Make(Making { record, .. }) = effect { Some(beside(record)) } else { None };
        let mut records = Side::BOTH.into_iter().map(side).chain(made).chain([pairing.target()]);
        let held = self.halts.of_pipeline(&pipeline.name);
        let held = held.or_else(|| records.find_map(|record| self.halts.of_record(&record)));
        held.map_or(Ok(()), |reach| Err(Trouble::Held(reach)))
    }
}
