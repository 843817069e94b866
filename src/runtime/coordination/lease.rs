//! As which node work was claimed, and for how long that node may write at its peers before others take over what it
//! has.
//!
//! A process that stood still does not know it: it may have been given up, and what it was about to send may be sent by
//! another. So whatever writes outside asks right before whether its node still lives, and lets no call last longer
//! than that.

use std::future::Future;
use std::time::Duration;

use super::membership::Membership;
use super::node::{BEAT, TTL};
use crate::store::{Node, Store, StoreError};
use crate::world::Clock;

tokio::task_local! {
    static CLAIMED_AS: Option<Node>;
}

/// Does work that was claimed as this node.
pub(crate) async fn as_node<Done>(node: Option<Node>, work: impl Future<Output = Done>) -> Done {
    CLAIMED_AS.scope(node, work).await
}

impl Membership {
    /// For how long at least nobody takes over what this process has, from now. None: it has nothing any more, or
    /// nobody can say.
    pub(super) async fn lasts(&self, store: &dyn Store, clock: &dyn Clock) -> Option<Duration> {
        let claimed_as = CLAIMED_AS.try_with(|node| *node).ok();
        let mut known = self.node.lock().await;
        let (node, beaten) = (*known)?;
        if claimed_as.is_some_and(|claimed| claimed != Some(node)) {
            return None;
        }
        let now = clock.steady();
        let since = now.duration_since(beaten).unsigned_abs();
        if since < BEAT.saturating_mul(2) {
            return TTL.checked_sub(since);
        }
        match store.beat(node, TTL).await {
            Ok(()) => {
                *known = Some((node, now));
                TTL.checked_sub(clock.steady().duration_since(now).unsigned_abs())
            }
            Err(error) => {
                if error == StoreError::LostClaim {
                    known.take();
                }
                None
            }
        }
    }
}
