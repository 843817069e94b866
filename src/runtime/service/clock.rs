//! Steps of the machine's clock: NTP sets it, a virtual machine is resumed. What is put off in the store is kept by
//! that clock, and moves back with it; where it steps forward, what is put off comes early.
//!
//! A step while no process ran is not seen here; the store bounds what it gives out.

use crate::runtime::runtime::Runtime;

impl Runtime {
    /// Moves what is due by as much as the clock was set back since the last look.
    pub(crate) async fn heed_clock(&self) {
        let Some(step) = self.clock_step.taken(self.world.clock.as_ref()) else { return };
        tracing::warn!(seconds = step.as_secs(), "the machine's clock was set back; what is put off moves with it");
        if let Err(error) = self.store.clock_moved(step).await {
            tracing::warn!(%error, "what is put off could not be moved; it is due within a quarter of an hour");
        }
    }
}
