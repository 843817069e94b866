//! Under which name what is remembered of a pair is kept, seen from one of its records.

use crate::store::RecordRef;

/// A record of a pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairKey {
    /// The pipeline.
    pub pipeline: String,
    /// The record.
    pub record: RecordRef,
    /// The account of the other side.
    pub other: String,
}
