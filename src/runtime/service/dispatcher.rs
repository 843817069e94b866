//! Claims due work and has it done, many records side by side, until the runtime stops.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::SignedDuration;

use super::drain::drain;
use super::under_way::Running;
use crate::runtime::limits::{CLAIM_LEASE, RECORDS_AT_ONCE};
use crate::runtime::runtime::Runtime;

/// How long to rest where the store gives no work and no due time, while claims are held.
const REST: Duration = Duration::from_secs(5);

/// The same while none is: new work and the end of every wait wake whoever rests.
const LONG_REST: Duration = Duration::from_secs(30);

/// The same where the store cannot give any.
const REST_IN_TROUBLE: Duration = Duration::from_secs(1);

/// Runs until the runtime stops; what is in flight is finished first.
pub async fn dispatch(runtime: Arc<Runtime>) {
    runtime.serving.store(true, Ordering::Release);
    let mut running = Running::default();
    let mut stopping = runtime.stopping();
    while !*stopping.borrow() {
        let claimed = fill(&runtime, &mut running).await;
        let rest = if claimed { Duration::ZERO } else { until_due(&runtime, running.tasks.len()).await };
        if rest.is_zero() && running.tasks.len() < RECORDS_AT_ONCE && claimed {
            continue;
        }
        tokio::select! {
            biased;
            _ = stopping.changed() => {}
            Some(ended) = running.tasks.join_next() => running.ended(&runtime, ended).await,
            () = runtime.wake.notified() => {}
            () = runtime.store.told() => {}
            () = runtime.world.clock.sleep(rest.max(Duration::from_millis(1))) => {}
        }
    }
    drain(&runtime, &mut running).await;
}

/// Works until nothing is due any more and nothing is in flight; put-off work that is due within
/// `patience` is waited for, but not the next try of what is parked. Ends early where the runtime stops.
pub async fn settle(runtime: &Arc<Runtime>, patience: Duration) {
    let mut running = Running::default();
    let mut stopping = runtime.stopping();
    let deadline = later_by(runtime, patience);
    loop {
        if runtime.is_stopping() {
            return drain(runtime, &mut running).await;
        }
        if fill(runtime, &mut running).await {
            continue;
        }
        if !running.tasks.is_empty() {
            tokio::select! {
                biased;
                _ = stopping.changed() => {}
                Some(ended) = running.tasks.join_next() => running.ended(runtime, ended).await,
            }
            continue;
        }
        match runtime.store.next_due(false).await {
            Ok(Some(wait)) if later_by(runtime, wait) <= deadline => {
                runtime.waits.store(Some(Arc::new(wait)));
                runtime.pause(wait.max(Duration::from_millis(1))).await;
                runtime.waits.store(None);
            }
            _ => return,
        }
    }
}

fn later_by(runtime: &Runtime, patience: Duration) -> jiff::Timestamp {
    let now = runtime.world.clock.now();
    now.checked_add(SignedDuration::try_from(patience).unwrap_or_default()).unwrap_or(now)
}

/// Claims work for the free places. True: some was claimed.
async fn fill(runtime: &Arc<Runtime>, running: &mut Running) -> bool {
    runtime.heed_clock().await;
    running.hold_on(runtime).await;
    runtime.lift_in_time().await;
    let free = RECORDS_AT_ONCE.saturating_sub(running.tasks.len());
    if free == 0 {
        return false;
    }
    // Whoever is given up before it claims is not taken for who it is afterwards.
    let node = runtime.membership.now().await;
    match runtime.store.claim(free, CLAIM_LEASE).await {
        Ok(work) => {
            if runtime.store_trouble.swap(None).is_some() {
                tracing::info!("work can be claimed again");
            }
            let claimed = !work.is_empty();
            for one in work {
                running.start(runtime, (one, node));
            }
            claimed
        }
        Err(error) => {
            // Said once: the log may lie on the same disk.
            if runtime.store_trouble.swap(Some(Arc::new(error.to_string()))).is_none() {
                tracing::error!(%error, "work cannot be claimed");
            }
            false
        }
    }
}

async fn until_due(runtime: &Runtime, running: usize) -> Duration {
    if running >= RECORDS_AT_ONCE {
        return REST;
    }
    if runtime.store_trouble.load().is_some() {
        return REST_IN_TROUBLE;
    }
    // What others make of work is told, and looked for where a word was lost.
    let rest = if running > 0 || runtime.store.is_shared() { REST } else { LONG_REST };
    let rest = runtime.next_lift().map_or(rest, |wait| wait.min(rest));
    match runtime.store.next_due(true).await {
        Ok(Some(wait)) => wait.min(rest),
        _ => rest,
    }
}
