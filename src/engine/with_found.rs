//! What the look-ups of one decision gave, kept while it lasts. Looks nothing up itself.

use std::collections::{BTreeMap, BTreeSet};

use super::effect::Effect;
use super::park::{Code, Stop};
use super::situation::{Fitting, Makeable, Want};
use super::typed::Typed;

/// What the look-ups of one decision gave.
#[derive(Debug, Default)]
pub(super) struct WithFound {
    pub(super) known: BTreeMap<String, Typed>,
    /// Why a record that an expression asked for could not be told.
    pub(super) failed: Option<Stop>,
    /// What an expression read of a record in which it is lacking.
    pub(super) lacks: Option<(Code, String)>,
    /// Newer listings that would have to be read to be sure that nothing is there.
    pub(super) unsure: BTreeSet<Want>,
    /// Of each listing, the places of the rows that something was made of.
    pub(super) fitting: Fitting,
    /// Records that are not there and are to be made before anything else.
    pub(super) to_make: BTreeMap<Makeable, Effect>,
}
