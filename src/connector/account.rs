//! An account with everything resolved: where the peer is and what opens it.
//!
//! The only type of this room that holds secrets. They leave it only into request headers and
//! signatures; what prints it shows their names, and `redact` strikes them from foreign texts.

use std::collections::BTreeMap;
use std::fmt;

use super::masking;

/// An account, ready for calls.
#[derive(Clone, Default)]
pub struct ResolvedAccount {
    /// Its name in the rules.
    pub name: String,
    /// Where the peer is, scheme and host and any path before the calls' own.
    pub base_url: String,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Other properties by name.
    pub properties: BTreeMap<String, String>,
    /// Lists of settings for which calls are repeated, by dotted name.
    pub lists: BTreeMap<String, Vec<String>>,
}

impl ResolvedAccount {
    /// Where the peer is, without secrets.
    pub fn shown_url(&self) -> String {
        let bare = self.base_url.split(['?', '#']).next().unwrap_or_default();
        without_user(&self.redact(bare))
    }

    /// The text with every secret of this account struck out, however it is spelt: peers sometimes repeat a key they
    /// refuse.
    pub fn redact(&self, text: &str) -> String {
        let password = user_of(&self.base_url).and_then(|user| user.split_once(':')).map(|(_, password)| password);
        masking::mask(text, self.secrets.values().map(String::as_str).chain(password))
    }
}

impl fmt::Debug for ResolvedAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets: Vec<&String> = self.secrets.keys().collect();
        out.debug_struct("ResolvedAccount")
            .field("name", &self.name)
            .field("base_url", &self.shown_url())
            .field("secrets", &secrets)
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .field("lists", &self.lists)
            .finish()
    }
}

fn user_of(url: &str) -> Option<&str> {
    let host = url.split_once("://")?.1.split('/').next()?;
    host.rsplit_once('@').map(|(user, _)| user)
}

/// A URL may carry `user:password@` before the host.
fn without_user(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        None => url.to_owned(),
    }
}
