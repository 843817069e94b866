//! How old the journal may get.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::StoreError;

/// What is old goes.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Takes hints, decisions, history and settled intents from before this instant out of the journal, in steps that
    /// other work comes between. Links, parks, cursors, generations and everything open stay. Answers how many entries
    /// went.
    async fn prune(&self, before: Timestamp) -> Result<usize, StoreError>;
}
