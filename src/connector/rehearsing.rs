//! A connector of which nothing is written: its writes are rehearsed.

use std::sync::Arc;

use super::connector::Connector;
use super::rehearsal::{Rehearsal, Rehearsed};

impl Connector {
    /// The same account, of which nothing is written any more: writes are rehearsed, and reads show them. Budget,
    /// breaker and counts are shared.
    #[must_use]
    pub fn rehearsing(&self) -> Self {
        let mut own = self.renewed(Arc::clone(&self.system), self.account.clone());
        own.rehearsal = Some(Arc::new(Rehearsal::new(Arc::clone(&self.clock))));
        own
    }

    /// The kinds and keys of records that a rehearsal made, where a key is made up.
    pub fn made_up(&self) -> Vec<(String, String)> {
        self.rehearsal.iter().flat_map(|rehearsal| rehearsal.made_up()).collect()
    }

    /// Whether a record is one that a rehearsal made.
    pub fn made_it_up(&self, record: &str, key: &str) -> bool {
        let place = (record.to_owned(), key.to_owned());
        self.rehearsal.as_ref().is_some_and(|rehearsal| rehearsal.made_up().contains(&place))
    }

    /// What a rehearsal came to; none where writes are sent.
    pub fn rehearsed(&self) -> Option<Rehearsed> {
        self.rehearsal.as_ref().map(|rehearsal| rehearsal.counted())
    }
}
