//! What to write instead: words for people, and the very text where there is one answer.
//!
//! Knows no place; a finding that is given an answer makes a change of its own place of it.

use std::fmt;

/// Help for a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// What people are told.
    pub text: String,
    /// What belongs where the finding stands, where that is sure.
    pub answer: Option<String>,
}

impl Advice {
    /// That this is what belongs there.
    pub fn write(answer: impl Into<String>) -> Self {
        let answer = answer.into();
        Self::sure(format!("write `{answer}`"), answer)
    }

    /// That this is what belongs there, told in other words.
    pub fn sure(text: impl Into<String>, answer: impl Into<String>) -> Self {
        Self { text: text.into(), answer: Some(answer.into()) }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl From<String> for Advice {
    fn from(text: String) -> Self {
        Self { text, answer: None }
    }
}

impl From<&str> for Advice {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}
