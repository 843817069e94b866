//! What a peer was asked, in the words of its system file: which call, which record, what was written.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::value::{Record, Value, json as value_json};

/// Calls kept; older ones are forgotten first.
pub const CALLS_MAX: usize = 10_000;

/// Which of the declared calls it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallKind {
    /// One record by key.
    Read,
    /// All records.
    List,
    /// Records changed since an instant.
    Changed,
    /// Records by a field.
    Find,
    /// A new record.
    Create,
    /// A change of fields.
    Update,
    /// A step from one state to another, by its own call or by the update call.
    Move,
    /// A record taken away.
    Remove,
}

impl CallKind {
    /// The word that system files and tests use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::List => "list",
            Self::Changed => "changed",
            Self::Find => "find",
            Self::Create => "create",
            Self::Update => "update",
            Self::Move => "move",
            Self::Remove => "remove",
        }
    }

    /// Whether it changes something.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Move | Self::Remove)
    }
}

/// One call that a peer answered.
#[derive(Clone, Debug)]
pub struct PeerCall {
    /// When.
    pub at: Timestamp,
    /// Which call.
    pub kind: CallKind,
    /// The record type.
    pub record: String,
    /// The record's key, where the call is about one and it is known.
    pub key: Option<String>,
    /// What was written, by the paths of the system file; empty for reads.
    pub written: Record,
    /// The status that was answered.
    pub status: u16,
    /// Why it was refused, if it was.
    pub refused: Option<String>,
}

impl PeerCall {
    /// As people and scripts read it.
    pub fn to_json(&self) -> Json {
        json!({
            "at": self.at.to_string(),
            "call": self.kind.as_str(),
            "record": self.record,
            "key": self.key,
            "written": value_json::to_json(&Value::Record(self.written.clone())),
            "status": self.status,
            "refused": self.refused,
        })
    }
}
