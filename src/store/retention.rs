//! How old the journal may get.

use async_trait::async_trait;
use jiff::Timestamp;

use super::coordination::Lead;
use super::error::StoreError;

/// What is old goes.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Takes hints, decisions, history and settled intents from before this instant out of the journal, in steps that
    /// other work comes between. Links, parks, cursors, generations and everything open stay. Answers how many entries
    /// went.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where another has the role by now under which this is done; what went is gone.
    async fn prune(&self, before: Timestamp, under: Option<&Lead>) -> Result<usize, StoreError>;

    /// How much it takes of its disk, as far as it has one.
    async fn bytes(&self) -> Result<Option<u64>, StoreError>;
}
