//! The node that this process is: it says that it lives, keeps its roles, and joins anew where it was fenced.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::json;

use super::membership::Membership;
use crate::runtime::runtime::Runtime;
use crate::store::{Hold, Lead, Node, Role, Store, StoreError};
use crate::world::Clock;

/// How long a node lives that does not say that it does, and how long a role is had that is not renewed.
pub(super) const TTL: Duration = Duration::from_secs(30);

/// How often it says so.
pub(super) const BEAT: Duration = Duration::from_secs(5);

/// In how many of these it keeps its roles once: often enough, and half as much to say while there is nothing to do.
const BEATS_PER_ROLE: u64 = 2;

/// Says that the node lives, and keeps what it has, until the runtime stops.
pub async fn live_on(runtime: Arc<Runtime>) {
    for number in 0_u64.. {
        if let Err(error) = runtime.beat(number.is_multiple_of(BEATS_PER_ROLE)).await {
            tracing::warn!(%error, "the store cannot be told that this process lives; \
                 what it has may be given to others until it can");
        }
        if runtime.pause(BEAT).await {
            return;
        }
    }
}

impl Membership {
    /// The node that this process is: the one that it was, as long as others have not given it up.
    pub(super) async fn node(&self, store: &dyn Store, clock: &dyn Clock) -> Result<Node, StoreError> {
        let mut known = self.node.lock().await;
        let now = clock.steady();
        if let Some((node, beaten)) = *known {
            if now.duration_since(beaten) < SignedDuration::try_from(BEAT).unwrap_or_default() {
                return Ok(node);
            }
            match store.beat(node, TTL).await {
                Ok(()) => {
                    *known = Some((node, now));
                    return Ok(node);
                }
                Err(StoreError::LostClaim) => {
                    tracing::warn!(
                        "this process said too late that it lives, and others took over what it had; it goes on anew. \
                         Look at whether the machine or the store stood still"
                    );
                }
                Err(error) => return Err(error),
            }
        }
        let node = store.join(TTL).await?;
        *known = Some((node, now));
        Ok(node)
    }

    /// Forgets which node it was: others have given it up.
    pub(super) async fn was_given_up(&self) {
        self.node.lock().await.take();
    }
}

impl Runtime {
    async fn beat(&self, with_roles: bool) -> Result<(), StoreError> {
        let node = self.node().await?;
        self.say(node).await?;
        for role in self.membership.kept().into_iter().filter(|_| with_roles) {
            if self.lead(&role).await?.is_none() {
                self.membership.keep(&role, false);
            }
        }
        for hold in self.membership.left_behind() {
            self.give_back_hold(hold).await;
        }
        for node in self.store.fence().await? {
            tracing::warn!(
                node = node.0,
                "another process has not said for a while that it lives; its work is taken over. \
                 Look at why it stands still"
            );
        }
        Ok(())
    }

    /// Says for people what this process is, where that is not known yet.
    async fn say(&self, node: Node) -> Result<(), StoreError> {
        let host = self.world.environment.variable("HOSTNAME");
        let generation = self.live.load().generation;
        let version = env!("CARGO_PKG_VERSION");
        let url = self.membership.served_at();
        let about = json!({ "url": url, "host": host, "version": version, "generation": generation });
        let about = about.to_string();
        if !self.store.is_shared() || !self.membership.is_news(node, &about) {
            return Ok(());
        }
        let told = self.store.tell(node, &about).await;
        if told.is_err() {
            self.membership.was_not_heard();
        }
        // Who is fenced joins anew with the next beat.
        if told == Err(StoreError::LostClaim) { Ok(()) } else { told }
    }

    /// This process is spoken to here.
    ///
    /// # Errors
    /// [`StoreError`] where others on this machine cannot be told.
    pub async fn is_served_at(&self, url: &str) -> Result<(), StoreError> {
        self.membership.is_served_at(url);
        self.store.serve_at(url).await
    }

    /// The node that this process is.
    async fn node(&self) -> Result<Node, StoreError> {
        self.membership.node(self.store.as_ref(), self.world.clock.as_ref()).await
    }

    /// Takes a role, or keeps it; none: another process has it. Kept until it is given back.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot say.
    pub(crate) async fn lead(&self, role: &Role) -> Result<Option<Lead>, StoreError> {
        let mut led = self.store.lead(self.node().await?, role, TTL).await;
        if led == Err(StoreError::LostClaim) {
            self.membership.was_given_up().await;
            led = self.store.lead(self.node().await?, role, TTL).await;
        }
        self.membership.keep(role, matches!(led, Ok(Some(_))));
        led
    }

    /// Gives a role back, so that another process may have it at once.
    pub(crate) async fn resign(&self, lead: &Lead) {
        self.membership.keep(&lead.role, false);
        if let Err(error) = self.store.resign(lead).await {
            tracing::debug!(%error, "a role was not given back; it ends by itself");
        }
    }

    /// Takes a pair; none: another process has it.
    pub(super) async fn hold(&self, pair: &str) -> Result<Option<Hold>, StoreError> {
        let held = self.store.hold(self.node().await?, pair).await;
        if held == Err(StoreError::LostClaim) {
            self.membership.was_given_up().await;
            return self.store.hold(self.node().await?, pair).await;
        }
        held
    }

    /// Gives a pair back; where the store cannot take it now, later.
    pub(super) async fn give_back_hold(&self, hold: Hold) {
        if self.store.release(hold).await.is_err() {
            self.membership.leave_behind(hold);
        }
    }

    /// Gives back all that this process has: its work has ended.
    pub async fn leave(&self) {
        let node = self.membership.node.lock().await.take();
        if let Some((node, _)) = node
            && let Err(error) = self.store.leave(node).await
        {
            tracing::debug!(%error, "what this process had was not given back; it ends by itself");
        }
    }
}
