//! A look at an account: who is asked, and what the peer said so far. Asks nothing itself.

use crate::connector::{Failure, Probe};
use crate::language::plan::{Account, System};
use crate::runtime::live::Live;
use crate::store::checkup::Checked;

/// A peer that is asked.
pub(super) struct Look<'a> {
    pub(super) live: &'a Live,
    pub(super) account: &'a Account,
    pub(super) probe: Probe,
}

/// What the peer said so far.
#[derive(Default)]
pub(super) struct Said {
    /// Of each kind.
    pub(super) records: Vec<Checked>,
    /// Kinds that were shown.
    pub(super) shown: usize,
    /// Refusals of the credentials, each with what is said of its kind.
    pub(super) refused: Vec<(Failure, Checked)>,
    /// The first failure of any kind.
    pub(super) first: Option<Failure>,
    /// Of kinds for which nothing could be sent.
    pub(super) unsent: Vec<Checked>,
    /// Kinds that were not asked for, or in vain.
    pub(super) left: Vec<String>,
}

impl Look<'_> {
    /// The account's system, as its file describes it.
    pub(super) fn system(&self) -> Option<&System> {
        self.live.plan.systems.get(&self.account.system).map(AsRef::as_ref)
    }
}
