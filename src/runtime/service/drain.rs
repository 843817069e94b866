//! How the service ends: what is under way goes on to its end, for as long as the setting `drain.within` says, and what
//! is not done by then is given back to the store, so that whoever comes next does it at once.

use std::time::Duration;

use super::under_way::Running;
use crate::runtime::limits::DRAIN_MAX;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::value::duration;
use crate::world::Tasks;

/// The setting that says how long work under way may take to end when the service stops, such as `20s`.
pub const SETTING: &str = "drain.within";

/// How much longer a part of the service may take, which gives back what it has then.
const GRACE: Duration = Duration::from_secs(2);

/// How long work under way may take to end.
fn within(live: &Live) -> Duration {
    live.setting(SETTING).and_then(|value| duration::parse(value.as_text()?)).unwrap_or(DRAIN_MAX)
}

/// Waits for what is under way, and gives back what is not done in time.
pub(super) async fn drain(runtime: &Runtime, running: &mut Running) {
    let late = runtime.world.clock.sleep(within(&runtime.live.load()));
    tokio::pin!(late);
    loop {
        tokio::select! {
            biased;
            ended = running.tasks.join_next() => match ended {
                None => return,
                Some(ended) => running.ended(runtime, ended).await,
            },
            () = &mut late => return running.give_back(runtime).await,
        }
    }
}

/// Waits until all parts of the service and the pass under way have ended, and ends those that do not in time.
pub async fn end(runtime: &Runtime, parts: &mut Tasks<()>) {
    let late = runtime.world.clock.sleep(within(&runtime.live.load()).saturating_add(GRACE));
    let ended = async {
        while parts.join_next().await.is_some() {}
        drop(runtime.sweep_turn.lock().await);
    };
    tokio::select! {
        biased;
        () = ended => {}
        () = late => {
            tracing::warn!("not all that was under way came to its end in time; the next start goes on with it. \
                 The setting `drain.within` gives it longer");
            parts.shutdown().await;
        }
    }
}
