//! Pairs of records: their links, and what is about to be written to them or was.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::error::StoreError;
use super::intent::{Intent, IntentDraft, Settlement};
use super::journal::Claim;
use super::link::{Link, LinkEnd};
use super::record::RecordRef;

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

    /// Journals an intent before its call is made, with the decision that led to it. One that is open with the same key
    /// is the same effect: it keeps its number and its time, so that a look for its trace reaches back to the first
    /// call.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where the claim under which it is opened is not the current one.
    async fn open_intent(&self, draft: IntentDraft, claim: Option<Claim>) -> Result<Intent, StoreError>;

    /// Open intents, oldest first: of one cause, or all.
    async fn open_intents(&self, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError>;

    /// Settles an intent with link, base, history and decision, in one transaction. Records that were decided on
    /// without the link are pending with it.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] as above; [`StoreError::Conflict`] where the intent is not open.
    async fn settle(&self, settlement: Settlement) -> Result<(), StoreError>;
}
