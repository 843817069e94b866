//! Pairs of records: their links, and what is about to be written to them or was.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::error::StoreError;
use super::intent::{Intent, IntentDraft, Settlement};
use super::journal::RecordRef;
use super::link::{Link, LinkEnd};

/// Links, intents and what settles them.
#[async_trait]
pub trait Pairs: Send + Sync {
    /// Links of a pipeline that have this end on the left (or right).
    async fn links(&self, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError>;

    /// The keys of an account's records that a pipeline links, of its left (or right) side.
    async fn linked_ids(&self, pipeline: &str, left: bool, account: &str) -> Result<BTreeSet<String>, StoreError>;

    /// All links of a pipeline.
    async fn links_of(&self, pipeline: &str) -> Result<Vec<Link>, StoreError>;

    /// Links that a person made, in place of a match: the crosswalk.
    async fn links_by_hand(&self) -> Result<Vec<Link>, StoreError>;

    /// Journals an intent before its call is made.
    async fn open_intent(&self, draft: IntentDraft) -> Result<Intent, StoreError>;

    /// Open intents, oldest first: of one cause, or all.
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError>;

    /// Settles an intent with link, base and history, in one transaction. Records that were decided on without the link
    /// are pending with it.
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError>;
}
