//! All parts of the service, each begun as a task of its own. Whoever serves, the command line or a simulation, begins
//! the same ones.

use std::sync::Arc;

use super::watcher::Watch;
use super::{dispatcher, notifier, poller, retention, schedule};
use crate::runtime::coordination::node;
use crate::runtime::runtime::Runtime;
use crate::world::Tasks;
use crate::world::spawner::Job;

/// Begins every part; each ends where the runtime stops. One that ends before is a fault of petiole's own.
pub fn begin(runtime: &Arc<Runtime>, watch: Option<Watch>) -> Tasks<()> {
    let own = || Arc::clone(runtime);
    let mut parts: Vec<Job> = vec![
        Box::pin(node::live_on(own())),
        Box::pin(dispatcher::dispatch(own())),
        Box::pin(poller::poll(own())),
        Box::pin(schedule::schedule(own())),
        Box::pin(notifier::notify(own())),
        Box::pin(retention::retain(own())),
    ];
    if let Some(watch) = watch {
        parts.push(Box::pin(watch.serve(own())));
    }
    let mut tasks = Tasks::default();
    for part in parts {
        tasks.start(runtime.world.spawner.as_ref(), part);
    }
    tasks
}
