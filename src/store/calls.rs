//! Calls to peers as they went over the wire, without secrets: written as they happen, read by people.
//!
//! They last as long as there is room for them, and no longer than is asked. Nothing is decided by them, so that what a
//! power cut takes of them is no loss.

use async_trait::async_trait;
use jiff::Timestamp;

use super::coordination::Lead;
use super::error::StoreError;
use super::record::RecordRef;

/// A call, and for which record it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEntry {
    /// When.
    pub at: Timestamp,
    /// The record whose change was looked at; `None`: it was made for none.
    pub target: Option<RecordRef>,
    /// What was sent and what came back, as JSON.
    pub told: String,
}

/// Calls to peers.
#[async_trait]
pub trait Calls: Send + Sync {
    /// Keeps calls.
    async fn keep_calls(&self, calls: Vec<CallEntry>) -> Result<(), StoreError>;

    /// The newest calls that were made for a record, or for any, oldest first.
    async fn calls(&self, target: Option<&RecordRef>, limit: usize) -> Result<Vec<CallEntry>, StoreError>;

    /// Takes out what is older than an instant, and of the rest the oldest, until no more than this many bytes are
    /// kept. Answers how many went.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where another has the role by now under which it is done.
    async fn prune_calls(
        &self,
        before: Option<Timestamp>,
        bytes: u64,
        under: Option<&Lead>,
    ) -> Result<usize, StoreError>;
}
