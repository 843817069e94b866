//! Generations of rules, and the texts of the last good one.

use jiff::Timestamp;

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
