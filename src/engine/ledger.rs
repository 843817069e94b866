//! What each rule came to in a decision, and why others said nothing: the engine notes it itself while it decides.
//!
//! Only where somebody asks, since most decisions are asked of by nobody. Nothing that is decided depends on it: the
//! same situation gives the same decision with a ledger and without.

use std::cell::RefCell;

use super::park::Code;
use crate::language::plan::{RuleLine, Side};
use crate::value::Value;

/// Notes of one rule about one side that are kept: inside lists each element may give one.
const NOTES_MAX: usize = 3;

/// Values that are kept of what a condition read.
const READS_MAX: usize = 12;

/// What a rule came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// It asks that the side hold this.
    Write(Value),
    /// It asks for a step towards a state.
    Move {
        /// The next state.
        to: String,
        /// The state in the end.
        goal: String,
    },
    /// The side holds already what it asks for.
    InStep,
    /// Its source is as it was when both sides were last seen.
    Unchanged,
    /// A condition was false: its own or its pipeline's.
    Unmet {
        /// Whether it is the pipeline's.
        of_pipeline: bool,
        /// What was read for it, in order.
        reads: Vec<(String, Value)>,
    },
    /// Whoever owns the group lets nothing leave the other side.
    NotOwner,
    /// The account does not take this record: where that is said.
    NotCarried(RuleLine),
    /// It speaks only when the side is created.
    OnCreate,
    /// A create that is made only where another pipeline needs the counterpart.
    NotDemanded,
    /// Its group waits, because a peer refused it or an answer lacks something.
    Held,
    /// The linked record is not there any more.
    Gone,
    /// The field is one that is left alone once the record exists.
    Untouched,
    /// A row of its table says that nothing is to be done.
    Nothing {
        /// The row.
        line: RuleLine,
        /// The row's own words.
        because: Option<String>,
    },
    /// The peer was sent this before and still holds what it made of it.
    Sent(Value),
    /// There is no value to carry over.
    Empty,
    /// Both sides changed, and this way gave way to the other.
    GaveWay,
    /// The peer chooses the first state itself; moves follow.
    First,
    /// It has a call of its own, once the record is there.
    Later,
    /// It could not be carried out.
    Stopped {
        /// The kind of finding.
        code: Code,
        /// In a sentence.
        message: String,
    },
}

/// One note: a rule, the side that it is about where that is known, and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The rule's line; of a create, the line of that.
    pub line: RuleLine,
    /// The side that would be written; `None`: whichever.
    pub target: Option<Side>,
    /// What it came to.
    pub came: Came,
}

/// What the rules came to, in the order in which they were asked.
#[derive(Debug, Default)]
pub struct Ledger {
    notes: RefCell<Vec<Note>>,
    /// What the expression under way has read.
    reads: RefCell<Vec<(String, Value)>>,
    /// What the last condition that was false had read.
    unmet: RefCell<Option<Came>>,
    /// What the pipeline's own condition read.
    of_pipeline: RefCell<Vec<(String, Value)>>,
}

impl Ledger {
    /// The notes so far.
    pub fn into_notes(self) -> Vec<Note> {
        self.notes.into_inner()
    }

    pub(super) fn note(&self, line: &RuleLine, target: Option<Side>, came: Came) {
        let mut notes = self.notes.borrow_mut();
        if notes.iter().filter(|note| note.line == *line && note.target == target).count() < NOTES_MAX {
            notes.push(Note { line: line.clone(), target, came });
        }
    }

    /// Something was read by this name.
    pub(super) fn read(&self, name: impl FnOnce() -> String, value: &Value) {
        let mut reads = self.reads.borrow_mut();
        if reads.len() < READS_MAX {
            let name = name();
            if reads.iter().all(|(known, _)| *known != name) {
                reads.push((name, value.clone()));
            }
        }
    }

    /// An expression begins; what was read before comes back, for [`Ledger::end`].
    pub(super) fn begin(&self) -> Vec<(String, Value)> {
        self.reads.take()
    }

    /// It ends; what it read comes back.
    pub(super) fn end(&self, before: Vec<(String, Value)>) -> Vec<(String, Value)> {
        self.reads.replace(before)
    }

    /// A condition was asked, and this was read for it.
    pub(super) fn asked(&self, of_pipeline: bool, reads: Vec<(String, Value)>) {
        if of_pipeline {
            self.of_pipeline.replace(reads);
        } else {
            self.unmet.replace(Some(Came::Unmet { of_pipeline, reads }));
        }
    }

    /// That the pipeline's condition is the one that was false.
    pub(super) fn pipeline_unmet(&self) {
        let reads = self.of_pipeline.borrow().clone();
        self.unmet.replace(Some(Came::Unmet { of_pipeline: true, reads }));
    }

    /// The condition that was false last.
    pub(super) fn unmet(&self) -> Came {
        self.unmet.take().unwrap_or(Came::Unmet { of_pipeline: false, reads: Vec::new() })
    }
}
