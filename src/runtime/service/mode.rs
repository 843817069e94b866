//! `settings.mode`: whether what is decided is written outside, and what was only observed so far.
//!
//! What an account only observes is owed: once it is live again, everything is compared. That it was so is kept in
//! the store, so that a restart forgets nothing.

use jiff::Timestamp;

use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;

/// Under which name the store keeps when an account observed last. No record is called so.
const OBSERVED: &str = "*observed";

impl Runtime {
    /// Keeps that accounts observe now, and says so.
    ///
    /// # Errors
    /// [`Trouble::Store`] where it cannot be kept.
    pub(crate) async fn note_observing(&self, live: &Live) -> Result<(), Trouble> {
        let at = self.world.clock.now();
        for account in live.observing() {
            self.store.mark(account, OBSERVED, at, None).await?;
        }
        Ok(())
    }

    /// Whether an account that is live was only observed at some time after this instant.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read.
    pub(crate) async fn observed_since(&self, live: &Live, whole: Option<Timestamp>) -> Result<bool, Trouble> {
        let observing = live.observing();
        for account in live.plan.accounts.keys().filter(|account| !observing.contains(&account.as_str())) {
            let observed = self.store.cursor(account, OBSERVED).await?;
            if observed.is_some_and(|observed| whole.is_none_or(|whole| observed > whole)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Says in the log that nothing is written, where that is so.
    pub(crate) fn say_mode(live: &Live) {
        let observing = live.observing();
        if observing.is_empty() {
            tracing::info!(mode = live.mode(), "what is decided is written");
        } else {
            let accounts = observing.join(", ");
            tracing::warn!(mode = live.mode(), accounts, "only observed: what is decided is told and not written");
        }
    }
}
