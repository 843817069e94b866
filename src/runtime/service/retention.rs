//! Takes old entries out of the journal while the service runs, as the setting `journal.keep` says.
//!
//! Knows when, not what: the store keeps links, parks, cursors and everything open, however old.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::store::{Role, StoreError};
use crate::value::duration;

/// The setting that says how long decisions and history are kept, such as `30d`; empty: for ever.
pub const SETTING: &str = "journal.keep";

/// How long they are kept where the rules have no such setting.
const KEEP: Duration = Duration::from_hours(30 * 24);

/// The setting that says how long calls are kept, such as `7d`; empty: as long as there is room.
pub const CALLS_SETTING: &str = "journal.calls.keep";

/// How long they are kept where the rules have no such setting.
const CALLS_KEEP: Duration = Duration::from_hours(7 * 24);

/// How often the journal is looked at.
const LOOK: Duration = Duration::from_hours(1);

/// By how much the machine's clock may run ahead between two looks and be believed at once.
const SLACK: Duration = Duration::from_mins(10);

/// Keeps the journal short until the runtime stops.
pub async fn retain(runtime: Arc<Runtime>) {
    let mut known = Known::default();
    loop {
        let clock = &runtime.world.clock;
        let now = known.bounded((clock.now(), clock.steady()));
        let (before, calls_before) = {
            let live = runtime.live.load();
            (horizon(&live, (SETTING, KEEP), now), horizon(&live, (CALLS_SETTING, CALLS_KEEP), now))
        };
        if let Err(trouble) = prune_calls(&runtime, calls_before).await {
            tracing::debug!(%trouble, "old calls could not be taken out; tried again later");
        }
        if let Some(before) = before {
            match prune(&runtime, before).await {
                // Another process does it.
                Ok(0) | Err(StoreError::LostClaim) => {}
                Ok(taken) => tracing::info!(taken, %before, "old journal entries were taken out"),
                Err(trouble) => {
                    tracing::warn!(%trouble, "old journal entries could not be taken out; tried again later");
                }
            }
        }
        if runtime.pause(LOOK).await {
            return;
        }
    }
}

async fn prune(runtime: &Runtime, before: Timestamp) -> Result<usize, StoreError> {
    match runtime.lead(&Role::Prune).await? {
        Some(lead) => runtime.store.prune(before, Some(&lead)).await,
        None => Ok(0),
    }
}

/// Calls go by age and by how much of them is kept.
async fn prune_calls(runtime: &Runtime, before: Option<Timestamp>) -> Result<usize, StoreError> {
    match runtime.lead(&Role::Prune).await? {
        Some(lead) => runtime.store.prune_calls(before, runtime.calls_kept(), Some(&lead)).await,
        None => Ok(0),
    }
}

/// What the machine's clock showed at the last look, beside the steady one.
#[derive(Default)]
struct Known(Option<(Timestamp, Timestamp)>);

impl Known {
    /// The present instant, no later than as much time after the last look's as has passed: what a clock that is ahead
    /// for a moment would have taken out does not come back.
    fn bounded(&mut self, (now, steady): (Timestamp, Timestamp)) -> Timestamp {
        let passed = |(then, then_steady): (Timestamp, Timestamp)| then.checked_add(steady.duration_since(then_steady));
        let latest = self.0.and_then(|known| passed(known).ok()).unwrap_or(now);
        let bounded = now.min(forth(latest, SLACK));
        self.0 = Some((now, steady));
        bounded
    }
}

fn forth(instant: Timestamp, by: Duration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// What is older than this goes; `None`: nothing does.
fn horizon(live: &Live, (setting, usual): (&str, Duration), now: Timestamp) -> Option<Timestamp> {
    let keep = match live.setting(setting) {
        Some(value) => duration::parse(value.as_text()?)?,
        None => usual,
    };
    now.checked_sub(SignedDuration::try_from(keep).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_ahead_for_a_moment_takes_nothing_out() {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).unwrap_or_default();
        let mut known = Known::default();
        assert_eq!(known.bounded((at(1000), at(0))), at(1000));
        assert_eq!(known.bounded((at(1001), at(1))), at(1001));
        // A year ahead, and right again.
        assert_eq!(known.bounded((at(9761), at(2))), forth(at(1002), SLACK));
        assert_eq!(known.bounded((at(1003), at(3))), at(1003));
        // Set right for good: believed once it stood for as long as the looks are apart.
        assert_eq!(known.bounded((at(1204), at(4))), forth(at(1004), SLACK));
        assert_eq!(known.bounded((at(1205), at(5))), at(1205));
    }
}
