//! What a look-up in a kept listing is for, and what it may ask.

use std::sync::Arc;

use super::alarm::Alarms;
use super::lack::Needed;
use crate::connector::Connector;
use crate::language::plan::{Plan, RecordType};
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
