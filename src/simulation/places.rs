//! Where peers are, and whose a request is: by the beginning of its address, and where several accounts are at one
//! place, by the secret that it shows.
//!
//! Knows no system: a secret is looked for in the address and in every header.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::world::Request;

/// Where peers are.
#[derive(Default)]
pub(super) struct Places {
    /// The beginning of the addresses of a place, with the accounts there.
    accounts: BTreeMap<String, Vec<String>>,
    /// Secrets, with whose they are.
    secrets: BTreeMap<String, String>,
}

/// Whose a request is.
pub(super) enum Whose<'a> {
    /// An account's, with its address below the place.
    Account(&'a str, String),
    /// Nobody's: what it shows opens nothing there.
    Nobody,
    /// It goes to no peer.
    Elsewhere,
}

impl Places {
    /// An account is at a place.
    pub(super) fn add(&mut self, place: &str, account: &str) {
        self.accounts.entry(place.to_owned()).or_default().push(account.to_owned());
    }

    /// A secret is an account's.
    pub(super) fn open(&mut self, secret: &str, account: &str) {
        self.secrets.insert(secret.to_owned(), account.to_owned());
    }

    /// Whose a request is.
    pub(super) fn whose(&self, request: &Request) -> Whose<'_> {
        let place = self.accounts.iter().find(|(begin, _)| request.url.starts_with(begin.as_str()));
        let Some((begin, accounts)) = place else { return Whose::Elsewhere };
        let path = request.url.get(begin.len()..).unwrap_or_default().to_owned();
        let sent: Vec<String> = request.headers.iter().flat_map(|(_, value)| said(value)).collect();
        let shown = |secret: &str| request.url.contains(secret) || sent.iter().any(|text| text.contains(secret));
        let opened = |account: &&String| self.secrets.iter().any(|(secret, of)| of == *account && shown(secret));
        let account = if let [only] = accounts.as_slice() { Some(only) } else { accounts.iter().find(opened) };
        account.map_or(Whose::Nobody, |account| Whose::Account(account, path))
    }
}

/// What a header says: itself, and the user and the password in it.
fn said(value: &str) -> Vec<String> {
    let basic = value.strip_prefix("Basic ").and_then(|text| STANDARD.decode(text).ok());
    let basic = basic.and_then(|bytes| String::from_utf8(bytes).ok());
    basic.into_iter().chain([value.to_owned()]).collect()
}
