//! What a person has wait, as the store said last: looked through before each piece of work and each write.
//!
//! A cache: read anew whenever work is claimed while anything is held, and now and then where others may have said
//! something. What is held by a word that this does not know yet waits at the next claim.

use arc_swap::ArcSwap;

use crate::store::{Reach, RecordRef, Standing};

/// What is held.
#[derive(Debug, Default)]
pub struct KnownHalts {
    known: ArcSwap<Vec<Reach>>,
    /// Held while the store is asked, so that an older answer never takes the place of a newer one.
    pub(crate) asking: tokio::sync::Mutex<()>,
}

impl KnownHalts {
    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.known.load().is_empty()
    }

    /// What the store says now.
    pub(crate) fn know(&self, standing: &[Standing]) {
        if !(standing.is_empty() && self.is_empty()) {
            self.known.store(standing.iter().map(|one| one.halt.reach.clone()).collect::<Vec<_>>().into());
        }
    }

    /// The word for which a record waits, whatever the pipeline.
    pub fn of_record(&self, target: &RecordRef) -> Option<Reach> {
        self.find(|reach| match reach {
            Reach::Record(record) => record == target,
            Reach::Account(account) => *account == target.account,
            Reach::Pipeline(_) => false,
        })
    }

    /// The word for which an account waits.
    pub fn of_account(&self, name: &str) -> Option<Reach> {
        self.find(|reach| matches!(reach, Reach::Account(account) if account == name))
    }

    /// The word for which a pipeline waits.
    pub fn of_pipeline(&self, name: &str) -> Option<Reach> {
        self.find(|reach| matches!(reach, Reach::Pipeline(pipeline) if pipeline == name))
    }

    fn find(&self, is_it: impl Fn(&Reach) -> bool) -> Option<Reach> {
        self.known.load().iter().find(|reach| is_it(reach)).cloned()
    }
}
