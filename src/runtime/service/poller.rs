//! Looks for changes at every interval, each account by a task of its own: a slow peer delays nobody else's.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::look::look_at_one;
use super::schedule;
use crate::runtime::runtime::Runtime;

/// Looks for changes at every interval until the runtime stops. The first start is a sweep.
pub async fn poll(runtime: Arc<Runtime>) {
    schedule::first(&runtime).await;
    let mut looks = JoinSet::new();
    let mut accounts = BTreeMap::new();
    loop {
        // Accounts come and go with the rules.
        accounts.retain(|_, task: &mut tokio::task::AbortHandle| !task.is_finished());
        for account in runtime.live.load().plan.accounts.keys() {
            if !accounts.contains_key(account) {
                let task = looks.spawn(poll_account(Arc::clone(&runtime), account.clone()));
                accounts.insert(account.clone(), task);
            }
        }
        while looks.try_join_next().is_some() {}
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
        if let Err(trouble) = look_at_one(&runtime, &live, &account).await {
            tracing::warn!(%trouble, account, "changes could not be looked for");
        }
        drop(live);
        if runtime.pause(runtime.poll_interval).await {
            return;
        }
    }
}
