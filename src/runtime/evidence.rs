//! Keeps calls as they went over the wire, for people, when the work ends for which they were made.
//!
//! Nothing rests on them: what cannot be kept is let go.

use std::sync::Arc;

use crate::runtime::live::Live;
use crate::runtime::memory::evidence::Evidences;
use crate::runtime::runtime::Runtime;
use crate::value::Value;

/// The setting that says how much of them is kept, in MiB; 0: nothing is.
pub const MEGABYTES_SETTING: &str = "journal.calls.megabytes";

/// How much of them is kept where the rules have no such setting.
const MEGABYTES: u64 = 64;

impl Runtime {
    /// Keeps the calls that wait.
    pub(crate) async fn keep_calls(&self) {
        let waiting = self.evidences.taken();
        if waiting.is_empty() || self.calls_kept() == 0 {
            return;
        }
        if let Err(trouble) = self.store.keep_calls(waiting).await {
            tracing::debug!(%trouble, "calls were not kept");
        }
    }

    /// How many bytes of calls are kept.
    pub(crate) fn calls_kept(&self) -> u64 {
        let live = self.live.load();
        let asked = live.setting(MEGABYTES_SETTING).and_then(Value::to_key);
        let megabytes = asked.and_then(|text| text.parse().ok()).unwrap_or(MEGABYTES);
        megabytes.saturating_mul(1024 * 1024)
    }

    /// From here on the calls of a generation's peers are told of.
    pub(crate) fn watch_calls(&self, live: &Live) {
        for peer in live.peers.values() {
            peer.watched_by(Arc::<Evidences>::clone(&self.evidences));
        }
    }
}
