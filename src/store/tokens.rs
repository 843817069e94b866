//! What is kept of the tokens that open accounts, where a peer gives another in the place of one that was used.
//!
//! Sealed by whoever keeps it: a store never sees a token. Each row is written over the one that its writer has read,
//! so that of two who change one at a time the second hears of it.

use async_trait::async_trait;
use jiff::Timestamp;

use super::error::StoreError;

/// What is kept of an account's tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptToken {
    /// The account.
    pub account: String,
    /// Which of those that were kept, counted up.
    pub number: i64,
    /// A digest of the first token, which people gave: another one begins anew.
    pub first: String,
    /// The tokens, sealed.
    pub sealed: String,
    /// Since when.
    pub at: Timestamp,
    /// When it was used last, where the answer to that was not kept.
    pub asked: Option<Timestamp>,
}

/// Tokens by account.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// What is kept of an account.
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError>;

    /// Keeps it in the place of what has the number before; false, and nothing is written, where that is not what is
    /// kept.
    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError>;
}

impl KeptToken {
    /// The number that it is written over; the first one is written where nothing is.
    pub(super) fn over(&self) -> i64 {
        self.number.saturating_sub(1)
    }
}
