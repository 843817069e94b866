//! An account with its secrets, which never print.

use std::collections::BTreeMap;
use std::fmt;

/// An account as calls need it.
#[derive(Clone)]
pub struct ResolvedAccount {
    /// Its name.
    pub name: String,
    /// Where the peer is, without a slash at the end.
    pub base_url: String,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Other properties by name.
    pub properties: BTreeMap<String, String>,
}

impl fmt::Debug for ResolvedAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ResolvedAccount")
            .field("name", &self.name)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
