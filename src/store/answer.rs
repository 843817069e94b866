//! What the answers of an account showed so far, beyond the records themselves.

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
