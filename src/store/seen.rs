//! What the answers of an account showed so far, beyond the records themselves.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::error::StoreError;

/// What answers showed of one field that rules read and of which the system file says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenField {
    /// The account.
    pub account: String,
    /// The kind of record.
    pub record: String,
    /// The field, and where it stands in answers.
    pub field: String,
    /// Whether a list showed it.
    pub listed: bool,
    /// Whether a record's own call showed it.
    pub read: bool,
    /// Whether it was absent from one record while another showed it: it is left out when it is empty.
    pub sparse: bool,
    /// Keys of a few records that showed it.
    pub witnesses: Vec<String>,
}

/// What answers showed.
#[async_trait]
pub trait Seen: Send + Sync {
    /// The linked records of a kind that the last list of all of them did not show.
    async fn unlisted(&self, account: &str, record: &str) -> Result<BTreeSet<String>, StoreError>;

    /// Keeps which linked records of a kind a list of all of them did not show.
    async fn set_unlisted(&self, account: &str, record: &str, ids: BTreeSet<String>) -> Result<(), StoreError>;

    /// What answers showed of fields.
    async fn seen_fields(&self) -> Result<Vec<SeenField>, StoreError>;

    /// Keeps what answers showed of fields, each in the place of what was kept of it before.
    async fn note_fields(&self, fields: Vec<SeenField>) -> Result<(), StoreError>;
}
