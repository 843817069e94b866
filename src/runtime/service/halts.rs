//! Ends what a person has wait until a time, when that has come, and hears of what other processes were told.
//!
//! Rests for good while nothing is held and nobody else has the store.

use std::sync::Arc;
use std::time::Duration;

use super::sweep_marks;
use crate::runtime::runtime::Runtime;
use crate::store::{Standing, StoreError};

/// How long a word of another process may take to be heard by work that was begun before it.
const LOOK: Duration = Duration::from_secs(5);

/// The shortest rest.
const REST_MIN: Duration = Duration::from_millis(20);

/// Lifts what is over until the runtime stops.
pub async fn lift(runtime: Arc<Runtime>) {
    let mut stopping = runtime.stopping();
    while !*stopping.borrow() {
        let rest = match lift_what_is_over(&runtime).await {
            Ok(rest) => rest,
            Err(error) => {
                tracing::warn!(%error, "it cannot be seen what a person has wait");
                Some(LOOK)
            }
        };
        let rested = async {
            match rest {
                Some(rest) => runtime.world.clock.sleep(rest.max(REST_MIN)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            _ = stopping.changed() => {}
            () = runtime.halts_wake.notified() => {}
            () = rested => {}
        }
    }
}

/// Lifts what is over; how long to rest, none where nothing is to come.
///
/// # Errors
/// Where the store cannot be read or written.
pub(crate) async fn lift_what_is_over(runtime: &Runtime) -> Result<Option<Duration>, StoreError> {
    let standing = runtime.store.halts().await?;
    runtime.ask_halts().await?;
    let now = runtime.world.clock.now();
    let ends = |one: &Standing| one.halt.until;
    if standing.iter().filter_map(ends).any(|until| until <= now) {
        for lifted in runtime.store.lift(None).await? {
            if lifted.owes_sweep {
                sweep_marks::note_owed_in(runtime.store.as_ref(), now).await?;
            }
            runtime.has_lifted(&lifted).await?;
        }
    }
    let next = standing.iter().filter_map(ends).filter(|until| *until > now).min();
    let next = next.map(|until| Duration::try_from(until.duration_since(now)).unwrap_or_default().min(LOOK));
    let others = runtime.store.is_shared().then_some(LOOK);
    Ok([next, others].into_iter().flatten().min())
}
