//! Names of findings: kebab-case, stable, never reused.
//!
//! A code is made where its finding is made; the registry of lints lists the ones with pages.

use std::fmt;

/// The name of a kind of finding, such as `unknown-field`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub &'static str);

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.0)
    }
}
