//! The token that opens an account, as it is kept: in memory, and looked for by one call at a time.
//!
//! Knows nothing of how a token is asked for.

use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::{Mutex, MutexGuard};

use super::failure::Failure;
use super::token_keeper::TokenKeeper;
use crate::world::{Request, Transport};

/// What is kept of an account's tokens.
pub(super) struct Tokens {
    /// The account's own way out: that of somebody who only looks takes nothing but GET.
    pub(super) transport: Arc<dyn Transport>,
    /// Who keeps what outlives the process, if anybody does.
    pub(super) keeper: OnceLock<Arc<dyn TokenKeeper>>,
    held: Mutex<Known>,
}

/// What is known of an account's token.
#[derive(Default)]
pub(super) struct Known {
    /// The token.
    pub(super) held: Option<Held>,
    /// Why there is none.
    pub(super) refused: Option<Refused>,
}

/// That the peer gives no token, which it is not asked again at once: some shut out who asks too often.
pub(super) struct Refused {
    pub(super) asked: Asked,
    pub(super) why: Failure,
    /// Until when that stands, by the steady clock.
    pub(super) until: Timestamp,
}

/// A token.
pub(super) struct Held {
    pub(super) token: String,
    /// What it was the answer to: other rules, or another secret, ask for another.
    pub(super) asked: Asked,
    /// Until when it is used, by the steady clock; none: until it is refused.
    pub(super) until: Option<Timestamp>,
}

/// What tells requests for tokens apart.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Asked(String, Vec<(String, String)>, Vec<u8>);

impl Asked {
    /// What is asked by a request.
    pub(super) fn by(request: &Request) -> Self {
        Self(request.url.clone(), request.headers.clone(), request.body.clone())
    }
}

impl Tokens {
    /// None yet.
    pub(super) fn new(transport: Arc<dyn Transport>) -> Self {
        Self { transport, keeper: OnceLock::new(), held: Mutex::default() }
    }

    /// What is held: whoever waits here is let on by the one who asks for all.
    pub(super) async fn turn(&self) -> MutexGuard<'_, Known> {
        self.held.lock().await
    }
}

impl Refused {
    /// Whether the same is not to be asked again yet.
    pub(super) fn stands(&self, asked: &Asked, steady: Timestamp) -> bool {
        self.until > steady && self.asked == *asked
    }
}

impl Held {
    /// Whether it opens the account still, as far as is known.
    pub(super) fn is_good(&self, asked: &Asked, refused: Option<&str>, steady: Timestamp) -> bool {
        let lasts = self.until.is_none_or(|until| until > steady);
        lasts && self.asked == *asked && refused != Some(self.token.as_str())
    }
}
