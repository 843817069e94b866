//! What a piece of work is for, and so how its pairs are looked at.

use jiff::Timestamp;

use super::pairing::Pairing;
use crate::language::plan::{Pipeline, Side};
use crate::runtime::memory::rested::Told;
use crate::store::{Claim, HintSource, RecordRef, ToldBy};

/// What a piece of work is for.
#[derive(Clone, Copy)]
pub(crate) struct How {
    /// The claim under which it is done.
    pub claim: Claim,
    pub sweep: bool,
    /// What is to be written waits while the sweep's brake counts.
    pub braked: bool,
    pub again: bool,
    /// A person asks for this very record.
    pub asked: bool,
    /// The record may be new: its own system or petiole itself told of it.
    pub new: bool,
    /// From where it was told.
    pub source: HintSource,
    /// What told of it.
    pub told: Option<Told>,
    /// When petiole first heard of it.
    pub since: Timestamp,
}

/// A pair, as a piece of work looks at it.
pub(crate) fn pairing<'a>(
    pipeline: &'a Pipeline,
    side: Side,
    target: &'a RecordRef,
    (other, how): (&'a str, How),
) -> Pairing<'a> {
    Pairing {
        claim: Some(how.claim),
        pipeline,
        side,
        account: &target.account,
        id: &target.id,
        other,
        demanded: false,
        sweep: how.sweep,
        braked: how.braked,
        again: how.again,
        asked: how.asked,
        told: how.told,
        by: Some(ToldBy { source: how.source, at: how.since }),
        foretells: false,
        lacks: &[],
        foreseen: None,
    }
}
