//! How far a person's word reaches: a record, a pipeline or an account, and how that is kept and written.
//!
//! Knows names only.

use std::fmt;

use serde_json::json;

use super::record::RecordRef;

/// How far a halt reaches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// One record, and whatever is written to its counterparts for it.
    Record(RecordRef),
    /// All that a pipeline does.
    Pipeline(String),
    /// All that is done for an account's records or written to them.
    Account(String),
}

impl Reach {
    /// As it is kept: a list of texts.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Record(RecordRef { account, record, id }) => json!(["record", account, record, id]),
            Self::Pipeline(name) => json!(["pipeline", name]),
            Self::Account(name) => json!(["account", name]),
        }
        .to_string()
    }

    /// What [`Self::key`] wrote; none: it is nothing of that.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let parts: Vec<String> = serde_json::from_str(text).ok()?;
        match parts.as_slice() {
            [word, account, record, id] if word == "record" => {
                let (account, record, id) = (account.clone(), record.clone(), id.clone());
                Some(Self::Record(RecordRef { account, record, id }))
            }
            [word, name] if word == "pipeline" => Some(Self::Pipeline(name.clone())),
            [word, name] if word == "account" => Some(Self::Account(name.clone())),
            _ => None,
        }
    }

    /// What kind of thing it is: `record`, `pipeline` or `account`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Pipeline(_) => "pipeline",
            Self::Account(_) => "account",
        }
    }

    /// Its name, as a person writes it.
    pub fn name(&self) -> String {
        match self {
            Self::Record(record) => record.to_string(),
            Self::Pipeline(name) | Self::Account(name) => name.clone(),
        }
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(record) => record.fmt(out),
            Self::Pipeline(name) => write!(out, "pipeline {name}"),
            Self::Account(name) => write!(out, "account {name}"),
        }
    }
}
