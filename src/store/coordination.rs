//! What processes tell each other through the store that they share.

use async_trait::async_trait;

use super::error::StoreError;

/// Who serves from this store.
#[async_trait]
pub trait Coordination: Send + Sync {
    /// Says where the process that has this store is spoken to, for others on the same machine; see
    /// [`open::served_at`](super::open::served_at). Of no store but one in a file anything is kept.
    async fn serve_at(&self, url: &str) -> Result<(), StoreError>;
}
