//! Links between the two records of a pair, and the base last seen on both sides.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::value::Value;

/// One end of a link.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkEnd {
    /// The account.
    pub account: String,
    /// The record's key.
    pub id: String,
}

/// The raw values last seen on both sides, of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BaseValues {
    /// The left side's.
    pub left: Value,
    /// The right side's.
    pub right: Value,
}

/// Bases by rule.
pub type Base = BTreeMap<String, BaseValues>;

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
    /// What both sides last held.
    pub base: Base,
}
