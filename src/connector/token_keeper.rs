//! Tokens that outlive the process and are shared with others: what asking for them needs of whoever keeps them.
//!
//! Knows no store and no key.

use async_trait::async_trait;
use jiff::Timestamp;

use super::failure::Failure;

/// What is kept of an account's tokens.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The token by which the next one is asked for.
    pub refresh: String,
    /// The token that opens the account, with the end of its use, if that is known.
    pub access: Option<(String, Option<Timestamp>)>,
    /// When `refresh` was sent, where it is not known what came of that.
    pub asked: Option<Timestamp>,
}

/// Where tokens are kept that all processes share.
#[async_trait]
pub trait TokenKeeper: Send + Sync {
    /// What is kept, for whoever does not ask; none where nobody can tell.
    async fn look(&self, first: &str) -> Option<Chain>;

    /// Takes the turn of asking, which one process has at a time. What is kept now; at first, or where people gave
    /// another one since, that is the token that they gave.
    ///
    /// # Errors
    /// Why nothing may be asked now.
    async fn begin(&self, first: &str) -> Result<Chain, Failure>;

    /// Keeps what is known now, past the end of the process.
    ///
    /// # Errors
    /// Why it is not kept, in words.
    async fn keep(&self, chain: &Chain) -> Result<(), String>;

    /// Gives the turn back.
    async fn end(&self);
}
