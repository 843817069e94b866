//! Parked work: what stopped, why, what would mend it, and what it waits for.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::handles::Called;
use super::link::LinkEnd;
use super::reach::Reach;
use super::record::RecordRef;
pub use crate::engine::{Candidate, Unpaired, Wait};
use crate::value::Value;

/// A park before it has a number.
#[derive(Clone, Debug)]
pub struct ParkDraft {
    /// The record that stopped.
    pub target: RecordRef,
    /// The pipeline.
    pub pipeline: String,
    /// The field group; `None`: the whole record, nothing is linked yet.
    pub group: Option<String>,
    /// Why in a few plain words.
    pub reason: String,
    /// The kind of finding, a kebab-case name.
    pub code: String,
    /// What happened, with both values and the peer's words where there are any.
    pub message: String,
    /// The rule line: file and line; empty file where no rule asked.
    pub rule: (String, usize),
    /// Nearest candidates, best first.
    pub candidates: Vec<Candidate>,
    /// Look-ups that failed.
    pub waits: Vec<Wait>,
    /// Both records, or the one that there is.
    pub values: Value,
    /// The values that do not go together, each with what it is of.
    pub shown: Vec<(String, Value)>,
    /// The record whose counterpart a person may name.
    pub unpaired: Option<Unpaired>,
}

/// What a record was decided on without: it is looked at again once one of these links is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The pipeline that decided.
    pub pipeline: String,
    /// The record.
    pub target: RecordRef,
    /// The account of the record's counterpart, decided on by itself.
    pub with: String,
    /// The links that were not there.
    pub links: Vec<LinkWait>,
}

/// A link that was not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LinkWait {
    /// The pipeline whose link it is.
    pub pipeline: String,
    /// Whether the known record is its left one.
    pub left: bool,
    /// The known record.
    pub end: LinkEnd,
    /// The account of the other side.
    pub other: String,
}

/// What stops after a piece of work was looked at.
#[derive(Clone, Debug, Default)]
pub struct Parking {
    /// Everything that stops. What concerns a linked pair stands under the pair's left record,
    /// whichever side changed, so that one cause is one entry of the inbox.
    pub drafts: Vec<ParkDraft>,
    /// Linked pairs that were looked at, by left record and pipeline: parks that they had and that are not among
    /// `drafts` are mended.
    pub pairs: Vec<(RecordRef, String)>,
    /// What was decided for want of a link, in the place of what was known of it before.
    pub asked: Vec<Asked>,
    /// What people call records that were seen, in the place of what was known of it before.
    pub called: Vec<Called>,
    /// What waits because a person says so.
    pub halted: Halted,
}

/// What of a piece of work was left because a person has it wait.
#[derive(Clone, Debug, Default)]
pub struct Halted {
    /// For which words: the record is work again once any of these is lifted, at once where that was meanwhile.
    pub reaches: BTreeSet<Reach>,
    /// In which pipelines it was not looked at: the parks that it has there stay as they are, and are not tried.
    pub pipelines: BTreeSet<String>,
}

impl From<Vec<ParkDraft>> for Parking {
    fn from(drafts: Vec<ParkDraft>) -> Self {
        Self { drafts, ..Self::default() }
    }
}

/// What becomes of the parks that a record has.
#[derive(Clone, Copy)]
pub(super) struct Renewal<'a> {
    /// Those that it has from now on.
    pub(super) drafts: &'a [&'a ParkDraft],
    /// Pipelines that were not looked at: what stands there stays, and is tried later.
    pub(super) left: &'a BTreeSet<String>,
}

/// The head of parked work: which record stopped and why, without values, candidates and waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParkHead {
    /// Its number in the inbox.
    pub number: i64,
    /// Since when.
    pub since: Timestamp,
    /// The record that stopped.
    pub target: RecordRef,
    /// The pipeline.
    pub pipeline: String,
    /// The field group, if it is one.
    pub group: Option<String>,
    /// Why in a few plain words.
    pub reason: String,
    /// The kind of finding.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The rule line: file and line; empty file where no rule asked.
    pub rule: (String, usize),
}

impl From<Park> for ParkHead {
    fn from(park: Park) -> Self {
        let ParkDraft { target, pipeline, group, reason, code, message, rule, .. } = park.draft;
        Self { number: park.number, since: park.since, target, pipeline, group, reason, code, message, rule }
    }
}

/// Parked work.
#[derive(Clone, Debug)]
pub struct Park {
    /// Its number in the inbox.
    pub number: i64,
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried again.
    pub attempts: u32,
    /// When it is tried next.
    pub next: Timestamp,
    /// What stopped and why.
    pub draft: ParkDraft,
}
