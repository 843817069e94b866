//! Which refusals of a system mean what. Pure data: how an answer is read is for the connector.

use crate::value::Path;

/// Which answers mean what; everything else of 400 and above is refused for good.
#[derive(Clone, Debug)]
pub struct ErrorRules {
    /// Where the peer's own words stand, first found wins.
    pub message: Vec<Path>,
    /// Statuses that mean the record is not there.
    pub gone: Vec<u16>,
    /// Statuses that mean try again.
    pub later: Vec<u16>,
    /// Statuses that mean that the record is another by now than the one that a change was decided on.
    pub stale: Vec<u16>,
    /// Where a good answer holds the words of a refusal.
    pub refused: Vec<Path>,
    /// Statuses that mean one of these with a word in the body; they come first.
    pub worded: Vec<WordedError>,
}

/// A refusal that is told apart by what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordedError {
    /// The status.
    pub status: u16,
    /// Where the word stands; in a list, in any of its elements.
    pub place: Path,
    /// The word.
    pub word: String,
    /// What it means.
    pub means: ErrorMeaning,
}

/// What a refusal means, where it is not for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorMeaning {
    /// The record is not there.
    Gone,
    /// Try again.
    Later,
    /// The record is another by now.
    Stale,
}
