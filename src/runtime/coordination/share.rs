//! The budgets of accounts, where other processes call the same peers: kept in the store, and drawn from for a moment
//! at a time.
//!
//! Knows no peer. While the store cannot say what is left, nothing is granted: what cannot be settled is not begun.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::membership::Membership;
use crate::connector::budget::{Granted, SharedBudget};
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::store::{Draw, Rate, Store, StoreError};
use crate::world::Clock;

/// How long a peer is not called where the store cannot say how often it may be.
const STORE_SILENT: Duration = Duration::from_secs(1);

/// In which stretch of time a peer counts.
const STRETCH: Duration = Duration::from_mins(1);

/// The budget of one account.
struct Share {
    account: String,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    membership: Arc<Membership>,
}

#[async_trait]
impl SharedBudget for Share {
    async fn draw(&self, calls: u32, per_minute: u32) -> Result<Granted, Duration> {
        let rate = Rate { calls: per_minute, per: STRETCH };
        let mut drawn = self.drawn((calls, rate)).await;
        if drawn == Err(StoreError::LostClaim) {
            self.membership.was_given_up().await;
            drawn = self.drawn((calls, rate)).await;
        }
        let Draw { number, calls, lasts, wait } = drawn.map_err(|error| {
            tracing::warn!(account = %self.account, %error, "no call is made: the store cannot say how many may be");
            STORE_SILENT
        })?;
        Ok(Granted { number, calls, lasts, wait })
    }

    async fn give_back(&self, Granted { number, calls, lasts, wait }: Granted, unused: u32) {
        let draw = Draw { number, calls, lasts, wait };
        if let Err(error) = self.store.give_back(&self.account, &draw, unused).await {
            tracing::debug!(account = %self.account, %error, "calls were not given back; they are gone after a while");
        }
    }

    async fn lasts(&self) -> Result<Duration, Duration> {
        self.membership.lasts(self.store.as_ref(), self.clock.as_ref()).await.ok_or(STORE_SILENT)
    }

    async fn pause(&self, length: Duration) {
        if let Err(error) = self.store.pause(&self.account, length).await {
            let account = &self.account;
            tracing::warn!(%account, %error, "other processes do not know that the peer asked for silence");
        }
    }
}

impl Share {
    async fn drawn(&self, (calls, rate): (u32, Rate)) -> Result<Draw, StoreError> {
        let node = self.membership.node(self.store.as_ref(), self.clock.as_ref()).await?;
        self.store.draw(node, &self.account, calls, rate).await
    }
}

impl Runtime {
    /// Has the accounts of a generation share their budgets with other processes, where there may be any.
    pub(crate) fn share_budgets(&self, live: &Live) {
        if !self.store.is_shared() {
            return;
        }
        for (account, peer) in &live.peers {
            peer.share(Arc::new(Share {
                account: account.clone(),
                store: Arc::clone(&self.store),
                clock: Arc::clone(&self.world.clock),
                membership: Arc::clone(&self.membership),
            }));
        }
    }
}
