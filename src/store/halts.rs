//! What a person has wait: a record, a pipeline or an account, until a word or a time; and whose work waits for that.
//!
//! People call it held. What a node takes of a pair is a [`Hold`](super::Hold), and no matter of persons. Knows no
//! rule: whoever works says what a halt reaches. Nothing that waits is lost: it is work again once the halt is lifted.

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::error::StoreError;
use super::journal::HintSource;
use super::reach::Reach;
use super::record::RecordRef;

/// That a person has something wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// What.
    pub reach: Reach,
    /// Since when.
    pub since: Timestamp,
    /// Until when; none: until a word.
    pub until: Option<Timestamp>,
    /// Why, in the person's words; empty where none were said.
    pub because: String,
}

/// A halt, and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The halt.
    pub halt: Halt,
    /// How many records have work that waits for it.
    pub waiting: u64,
    /// Whether a sweep came upon what it reaches, and is to come again when it is lifted.
    pub owes_sweep: bool,
}

/// Work that waits for a halt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HaltWait {
    /// The halt.
    pub reach: Reach,
    /// The record.
    pub target: RecordRef,
    /// What told of it.
    pub source: HintSource,
    /// Since when.
    pub since: Timestamp,
    /// Whether it goes before other work.
    pub first: bool,
}

/// A halt that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifted {
    /// What it reached.
    pub reach: Reach,
    /// How many records go on.
    pub records: u64,
    /// Whether everything is to be compared: what a sweep came upon goes on under the brake of another.
    pub owes_sweep: bool,
}

/// Halts, and the work that waits for them.
#[async_trait]
pub trait Halts: Send + Sync {
    /// Has something wait, in the place of what was said of it before. Work that is claimed goes to its next write.
    async fn halt(&self, halt: Halt) -> Result<(), StoreError>;

    /// What is held, oldest first.
    async fn halts(&self) -> Result<Vec<Standing>, StoreError>;

    /// Lifts a halt, or with none named those whose time is over by the store's clock. Whose work waited for it is
    /// pending again.
    async fn lift(&self, reach: Option<&Reach>) -> Result<Vec<Lifted>, StoreError>;
}

/// How work that waited for a halt goes on: what a sweep told of one record is looked at as a sweep does.
pub(super) fn goes_on_as(source: HintSource) -> HintSource {
    if source == HintSource::Sweep { HintSource::Stirred } else { source }
}

/// As JSON, for `status`.
impl Standing {
    /// What is held, since when, until when, why, and how many records wait.
    pub fn to_json(&self) -> Json {
        let Halt { reach, since, until, because } = &self.halt;
        json!({
            "kind": reach.kind(), "name": reach.name(), "since": crate::value::timestamp::text(*since),
            "until": until.map(crate::value::timestamp::text), "because": because, "waiting": self.waiting,
        })
    }
}
