//! `when gone:` of a pipeline: what becomes of a record once its counterpart is not there any more.
//!
//! Who owns `delete` of the pipeline decides whether that may reach the other side. Says nothing of a record that
//! matches now in the place of the one that is gone: it always takes that place.

use super::ownership::Owner;
use super::rule_line::RuleLine;
use super::system::{RecordType, StateRow, States};
use crate::diagnostic::Span;
use crate::value::Value;

/// The state of a record that counts as gone.
pub const GONE: &str = "gone";

/// The state of one that does not.
const THERE: &str = "there";

/// What becomes of the record that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// It waits in the inbox for a person's word.
    Park,
    /// It is left as it is, and nobody is told.
    Detach,
    /// It is taken away, too.
    Propagate,
}

impl Parting {
    /// All of them, the one that holds where nothing is said first.
    pub const ALL: [Self; 3] = [Self::Park, Self::Detach, Self::Propagate];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Park => "park",
            Self::Detach => "detach",
            Self::Propagate => "propagate",
        }
    }

    /// The one of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|parting| parting.as_str() == word)
    }
}

/// What is said of the records of one system that are gone.
#[derive(Clone, Debug)]
pub struct WhenGone {
    /// What becomes of what they were linked with.
    pub parting: Parting,
    /// Who may take records away: arrows that leave the owner are live.
    pub owner: Owner,
    /// Its line.
    pub line: RuleLine,
    /// Its place.
    pub span: Span,
}

impl RecordType {
    /// Whether a record that is shown counts as gone, by what the system file says of it.
    pub fn is_gone(&self, record: &Value) -> bool {
        self.gone_when.as_ref().is_some_and(|when| when.evaluate_in(record) == Ok(Value::Bool(true)))
    }

    /// Being there and being gone as states that follow from the record's fields, where the system file says which of
    /// its records count as gone.
    pub fn parted(&self) -> Option<States> {
        let gone = StateRow { when: Some(self.gone_when.clone()?), state: GONE.to_owned() };
        let there = StateRow { when: None, state: THERE.to_owned() };
        let (initial, sent, moves) = Default::default();
        Some(States { field: String::new(), rows: vec![gone, there], initial, sent, moves })
    }
}
