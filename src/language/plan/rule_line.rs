//! Where in the rules something is said: whatever happens can name the line that caused it.

use std::fmt;

use ecow::EcoString;
use serde::{Deserialize, Serialize};

/// A line in a rule file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleLine {
    /// The file as the user named it.
    pub file: EcoString,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for RuleLine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}", self.file, self.line)
    }
}
