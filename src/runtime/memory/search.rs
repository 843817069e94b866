//! What a look-up in a kept listing is for, by what it searches, and what it may ask.

use std::sync::Arc;

use jiff::Timestamp;

use super::alarm::Alarms;
use super::lack::Needed;
use crate::connector::Connector;
use crate::language::plan::{Pipeline, Plan, RecordType, Side};
use crate::store::Store;
use crate::world::Clock;

/// What a look-up in a kept listing is for.
pub struct Search<'a> {
    /// The rules.
    pub plan: &'a Plan,
    /// The account's connector; none where it has none.
    pub peer: Option<&'a Connector>,
    /// The fields that rules read.
    pub needed: &'a Needed,
    /// The account searched.
    pub account: &'a str,
    /// The record type searched.
    pub kind: &'a Arc<RecordType>,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// What survives.
    pub store: &'a dyn Store,
    /// What is wrong with accounts as a whole.
    pub alarms: &'a Alarms,
}

/// Since when what is kept of a listing counts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Horizon {
    /// What is searched for can only be younger than this.
    pub since: Option<Timestamp>,
    /// What changed is read in any case, from this instant on at the latest: an own write may have happened unseen
    /// since.
    pub unseen: Option<Timestamp>,
}

/// What records of a side are searched by.
#[derive(Clone, Copy)]
pub struct Matching<'a> {
    /// The pipeline.
    pub pipeline: &'a Pipeline,
    /// Its side.
    pub side: Side,
    /// Their match value, as key text.
    pub value: &'a str,
}
