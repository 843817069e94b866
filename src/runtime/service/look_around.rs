//! Looks at several accounts side by side, at all they have or at some kinds of it.
//!
//! One account's trouble or slowness holds up no other. What a sweep found is taken up only once everything is listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::among::Among;
use super::look::{Look, Missed};
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::world::{BrokeOff, Tasks};

/// Looks at every account once. What could not be looked at comes back, by the accounts' names.
///
/// # Errors
/// [`Trouble`] where what was found cannot be kept.
pub async fn look(runtime: &Arc<Runtime>, how: Look) -> Result<Vec<Missed>, Trouble> {
    look_among(runtime, how, &Among::All).await
}

/// The same at some kinds of records.
///
/// # Errors
/// As [`look`].
pub async fn look_among(runtime: &Arc<Runtime>, how: Look, among: &Among) -> Result<Vec<Missed>, Trouble> {
    let live = runtime.live.load_full();
    let mut looks = Tasks::default();
    for account in live.plan.accounts.keys() {
        let (runtime, live, account) = (Arc::clone(runtime), Arc::clone(&live), account.clone());
        let (spawner, among) = (Arc::clone(&runtime.world.spawner), among.clone());
        looks.start(spawner.as_ref(), async move {
            let looked = runtime.look_at_account(&live, &account, (how, &among)).await;
            (account, looked)
        });
    }
    // A sweep lists everything before anything is worked on, so that both sides of a pair are known.
    let mut looked = BTreeMap::new();
    while let Some((_, ended)) = looks.join_next().await {
        let (account, ended) = ended.map_err(|error| broke_off(&error))?;
        looked.insert(account, ended);
    }
    let mut all = Vec::new();
    for (listed, missed) in looked.into_values() {
        for found in listed {
            runtime.take_up(found).await?;
        }
        all.extend(missed);
    }
    Ok(all)
}

fn broke_off(error: &BrokeOff) -> Trouble {
    Trouble::Later { reason: format!("the look broke off: {error}"), after: None }
}
