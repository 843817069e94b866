//! An account with everything resolved: where the peer is and what opens it.
//!
//! The only type of this room that holds secrets. They leave it only into request headers and
//! signatures; what prints it shows their names, and `redact` strikes them from foreign texts.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::masking;

/// The most secrets that a peer gave which are kept from texts, the latest ones.
const ISSUED_MAX: usize = 16;

/// An account, ready for calls.
#[derive(Clone, Default)]
pub struct ResolvedAccount {
    /// Its name in the rules.
    pub name: String,
    /// Where the peer is, scheme and host and any path before the calls' own.
    pub base_url: String,
    /// Secrets by name.
    pub secrets: BTreeMap<String, String>,
    /// Variables of the environment that secrets came from, by the secrets' names.
    pub variables: BTreeMap<String, String>,
    /// Other properties by name.
    pub properties: BTreeMap<String, String>,
    /// Lists of settings for which calls are repeated, by dotted name.
    pub lists: BTreeMap<String, Vec<String>>,
    /// Secrets that the peer gave since.
    pub issued: Issued,
}

/// Secrets that a peer gave, the latest few: no text shows them.
#[derive(Clone, Default)]
pub struct Issued(Arc<Mutex<VecDeque<String>>>);

impl Issued {
    /// One more.
    pub(super) fn add(&self, secret: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.iter().any(|one| one == secret) {
            if known.len() >= ISSUED_MAX {
                known.pop_front();
            }
            known.push_back(secret.to_owned());
        }
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

impl ResolvedAccount {
    /// Where the peer is, without secrets.
    pub fn shown_url(&self) -> String {
        let bare = self.base_url.split(['?', '#']).next().unwrap_or_default();
        without_user(&self.redact(bare))
    }

    /// An address of this account's peer, without secrets.
    pub(super) fn shown_of(&self, url: &str) -> String {
        without_user(&self.redact(url))
    }

    /// The variable that a secret came from; its own name where it came from none.
    pub(super) fn variable_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.variables.get(name).map_or(name, String::as_str)
    }

    /// A secret as people are told of it: `$` and the variable that it came from.
    pub(super) fn name_of(&self, secret: &str) -> String {
        format!("${{{}}}", self.variable_of(secret))
    }

    /// A text with every secret in it replaced by `$` and the variable that it came from; by its own name where it came
    /// from none.
    pub(super) fn by_name(&self, text: &str) -> String {
        let mut named: Vec<(&String, &String)> = self.secrets.iter().filter(|(_, secret)| !secret.is_empty()).collect();
        // What stands in another is replaced after that.
        named.sort_by_key(|(_, secret)| std::cmp::Reverse(secret.len()));
        let replaced = named
            .into_iter()
            .fold(text.to_owned(), |text, (name, secret)| text.replace(secret.as_str(), &self.name_of(name)));
        self.redact(&replaced)
    }

    /// The text with every secret of this account struck out, however it is spelt: peers sometimes repeat a key they
    /// refuse.
    pub fn redact(&self, text: &str) -> String {
        let password = user_of(&self.base_url).and_then(|user| user.split_once(':')).map(|(_, password)| password);
        let issued = self.issued.all();
        let secrets = self.secrets.values().chain(&issued).map(String::as_str).chain(password);
        masking::mask(text, secrets)
    }
}

impl fmt::Debug for ResolvedAccount {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets: Vec<&String> = self.secrets.keys().collect();
        out.debug_struct("ResolvedAccount")
            .field("name", &self.name)
            .field("base_url", &self.shown_url())
            .field("secrets", &secrets)
            .field("variables", &self.variables)
            .field("properties", &self.properties.keys().collect::<Vec<_>>())
            .field("lists", &self.lists)
            .finish_non_exhaustive()
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
