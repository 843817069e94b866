//! A record of a test that is in place.

use crate::store::RecordRef;
use crate::value::Record;

/// A given record with the key it got.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) account: String,
    pub(super) record: String,
    pub(super) key: String,
    /// The fields that the author wrote.
    pub(super) said: Record,
}

impl Placed {
    pub(super) fn target(&self) -> RecordRef {
        RecordRef { account: self.account.clone(), record: self.record.clone(), id: self.key.clone() }
    }
}
