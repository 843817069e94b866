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
}

impl fmt::Display for StoreError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(what) => write!(out, "the store is in use by a running service: {what}"),
            Self::Missing(what) => write!(out, "there is no store `{what}`"),
            Self::Unavailable(what) => write!(out, "the store cannot be used: {what}"),
            Self::Damaged(what) => write!(out, "the store is damaged: {what}"),
        }
    }
}

impl std::error::Error for StoreError {}
