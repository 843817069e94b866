//! What the answers of an account showed so far, beyond the records themselves, and what a sweep counted in them.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::coordination::Lead;
use super::error::StoreError;
use super::ledger::Ledger;

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

    /// Where every record stood at the last sweep that came to its end.
    async fn ledger(&self) -> Result<Option<Ledger>, StoreError>;

    /// Keeps where every record stands, together with when the sweep began that counted it, as
    /// [`Journal::mark`](super::Journal::mark) does under that account and name.
    ///
    /// # Errors
    /// [`StoreError::LostClaim`] where another has the role by now under which it is kept.
    async fn set_ledger(&self, ledger: Ledger, mark: (&str, &str), under: Option<&Lead>) -> Result<(), StoreError>;
}
