//! Looks for changes at every interval, each account by a task of its own: a slow peer delays nobody else's.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::look::look_at_one;
use super::schedule;
use crate::runtime::runtime::Runtime;
use crate::store::Role;
use crate::world::Tasks;

/// Looks for changes at every interval until the runtime stops. The first start is a sweep.
pub async fn poll(runtime: Arc<Runtime>) {
    schedule::first(&runtime).await;
    let mut looks = Tasks::default();
    let mut accounts = BTreeMap::new();
    loop {
        // Accounts come and go with the rules.
        while looks.try_join_next().is_some() {}
        accounts.retain(|_, task| looks.is_open(*task));
        for account in runtime.live.load().plan.accounts.keys() {
            if !accounts.contains_key(account) {
                let look = poll_account(Arc::clone(&runtime), account.clone());
                let task = looks.start(runtime.world.spawner.as_ref(), look);
                accounts.insert(account.clone(), task);
            }
        }
        if runtime.pause(runtime.poll_interval).await {
            break;
        }
    }
    // A look that breaks off here has moved no cursor past what it listed, so that the next start lists it again.
    looks.shutdown().await;
}

/// Looks for an account's changes for as long as the rules have it.
async fn poll_account(runtime: Arc<Runtime>, account: String) {
    loop {
        let live = runtime.live.load_full();
        if !live.plan.accounts.contains_key(&account) {
            return;
        }
        let looked = match runtime.lead(&Role::Poll(account.clone())).await {
            Ok(Some(_)) => {
                let looked = look_at_one(&runtime, &live, &account).await;
                runtime.meter.polled(&account, looked.is_err(), runtime.world.clock.now());
                looked
            }
            // Another process does.
            Ok(None) => {
                runtime.meter.polls_no_more(&account);
                Ok(())
            }
            Err(error) => Err(error.into()),
        };
        if let Err(trouble) = looked {
            tracing::warn!(%trouble, account, "changes could not be looked for");
        }
        drop(live);
        if runtime.pause(runtime.poll_interval).await {
            return;
        }
    }
}
