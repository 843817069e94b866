//! What is kept of the tokens that open accounts.

use async_trait::async_trait;

use super::memory_store::MemoryStore;
use crate::store::error::StoreError;
use crate::store::tokens::{KeptToken, Tokens};

#[async_trait]
impl Tokens for MemoryStore {
    async fn kept_token(&self, account: &str) -> Result<Option<KeptToken>, StoreError> {
        Ok(self.with(|state, _| state.tokens.get(account).cloned()))
    }

    async fn keep_token(&self, token: KeptToken) -> Result<bool, StoreError> {
        Ok(self.with(|state, _| {
            let over = state.tokens.get(&token.account).map_or(0, |known| known.number);
            if over != token.over() {
                return false;
            }
            state.tokens.insert(token.account.clone(), token);
            true
        }))
    }
}
