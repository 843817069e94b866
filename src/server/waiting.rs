//! What waits, for `status`: work that was put off, with its next try, and what a person has wait.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use crate::store::{Counts, PutOff, Standing, Store, StoreError};
use crate::value::timestamp;

/// Records that are named of those that were put off, and of those that rules have wait.
pub(super) const NAMED_MAX: usize = 20;

/// `queue`, `waiting`, `retrying` and `holds`.
pub struct Waiting {
    /// How much there is to do, as the contract names it.
    pub queue: Json,
    /// How much of it was put off, and how much a person has wait.
    pub waiting: Json,
    /// What was put off: the first ones.
    pub retrying: Json,
    /// What a person has wait.
    pub holds: Json,
}

/// What waits in a store.
///
/// # Errors
/// Where it cannot be read.
pub async fn waiting(store: &dyn Store, counts: Counts, now: Timestamp) -> Result<Waiting, StoreError> {
    let put_off = store.put_off(NAMED_MAX).await?;
    let holds = store.halts().await?;
    Ok(Waiting {
        queue: json!({
            "pending": counts.pending, "in_flight": counts.in_flight, "parked": counts.parked,
        }),
        waiting: json!({ "retrying": counts.retrying, "held": counts.held }),
        retrying: put_off.iter().map(|one| of_put_off(one, now)).collect(),
        holds: holds.iter().map(Standing::to_json).collect(),
    })
}

fn of_put_off(one: &PutOff, now: Timestamp) -> Json {
    let next = now.checked_add(one.due_in).unwrap_or(now);
    json!({
        "record": one.target.to_string(), "attempts": one.attempts, "reason": one.reason,
        "since": timestamp::text(one.since), "next_try": timestamp::text(next),
    })
}
