//! Why the store could not do it: what a person can check, and what whoever asked does next.

use std::fmt;

/// Why the store could not do it. The text says what a person can check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreError {
    /// Another process has it.
    InUse(String),
    /// There is none where one is asked for.
    Missing(String),
    /// It cannot be opened, read or written now: tried again, it may.
    Unavailable(String),
    /// What it keeps cannot have been written by this program: trying again does not mend it, a person must.
    Damaged(String),
    /// Somebody else has the work since: who held it writes nothing more of it.
    LostClaim,
    /// What was to be changed has been changed since it was read: it is read again.
    Conflict(String),
}

impl StoreError {
    /// An intent that is to be settled was settled already, or never opened.
    pub(super) fn no_open_intent(number: i64) -> Self {
        Self::Conflict(format!("intent {number} is not open any more"))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(what) => write!(out, "the store is in use by a running service: {what}"),
            Self::Missing(what) => write!(out, "there is no store `{what}`"),
            Self::Unavailable(what) => write!(out, "the store cannot be used: {what}"),
            Self::LostClaim => out.write_str("the claim is lost: somebody else has the work now"),
            Self::Conflict(what) => write!(out, "the store has changed since: {what}"),
            Self::Damaged(what) => write!(out, "the store is damaged: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}
