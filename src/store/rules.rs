//! Generations of rules, and the texts of the last good one.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::StoreError;

/// A rule file as it was when it served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleText {
    /// The file's name as the user would write it.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// A generation of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generation {
    /// Its number; survives restarts.
    pub number: i64,
    /// SHA-256 of the rule tree.
    pub hash: String,
    /// When it first served.
    pub since: Timestamp,
}

/// Generations of rules.
#[async_trait]
pub trait Rules: Send + Sync {
    /// The generation of a rule tree: the same number for the hash that served last, else the next number.
    /// The texts are kept as the last good set.
    async fn serve(&self, hash: &str, texts: &[RuleText]) -> Result<Generation, StoreError>;

    /// The last good set, if any ever served.
    async fn last_good(&self) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError>;
}
