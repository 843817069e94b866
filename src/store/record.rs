//! What everything kept is about: a record of an account.

use std::fmt;

/// A record of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordRef {
    /// The account's name.
    pub account: String,
    /// The record type's name.
    pub record: String,
    /// The key, as text.
    pub id: String,
}

impl fmt::Display for RecordRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}/{}", self.account, self.record, self.id)
    }
}
