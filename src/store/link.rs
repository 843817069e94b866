//! Links between the two records of a pair, and the base last seen on both sides.

use jiff::Timestamp;

pub use crate::engine::{Base, BaseValues};

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkEnd {
    /// The account.
    pub account: String,
    /// The record's key.
    pub id: String,
}

/// Two records that are the same thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The pipeline that pairs them.
    pub pipeline: String,
    /// The left record.
    pub left: LinkEnd,
    /// The right record.
    pub right: LinkEnd,
    /// Since when.
    pub since: Timestamp,
    /// Whether a person made it, in place of a match.
    pub by_hand: bool,
    /// What both sides last held.
    pub base: Base,
}
