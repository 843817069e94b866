//! Watches the rules folder; any event only means "look again".
//!
//! Waits for a quiet moment, since editors save in several steps, then reloads.

use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{EventKind, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use super::runtime::Runtime;

/// How long files must be quiet before they are read.
const QUIET: Duration = Duration::from_millis(150);

/// How long a row of changes is waited out at most.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// Reloads on changes until the runtime stops.
pub async fn watch(runtime: Arc<Runtime>) {
    let (tell, mut changes) = mpsc::channel(1);
    let folder = runtime.rules.folder.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // Our own reading opens files; only what may have changed one counts. Trouble of the watch itself does too.
        if event.map_or(true, |event| !event.kind.is_access() || is_close_of_write(&event)) {
            // A full channel already says that something changed.
            let _ = tell.try_send(());
        }
    });
    let mut watcher = match watcher {
        Ok(watcher) => watcher,
        Err(error) => return tracing::warn!(%error, "rule files are not watched; use SIGHUP"),
    };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    if let Err(error) = watcher.watch(&folder, RecursiveMode::Recursive) {
        tracing::warn!(%error, "rule files are not watched; use SIGHUP");
    }
    // The folder itself may be replaced by rename or symlink.
    let _ = watcher.watch(parent.unwrap_or(std::path::Path::new(".")), RecursiveMode::NonRecursive);
    let mut stopping = runtime.stopping();
    loop {
        tokio::select! {
            biased;
            _ = stopping.changed() => return,
            change = changes.recv() => if change.is_none() { return },
        }
        settle(&runtime, &mut changes).await;
        let _ = runtime.reload().await;
    }
}

fn is_close_of_write(event: &notify::Event) -> bool {
    matches!(event.kind, EventKind::Access(AccessKind::Close(AccessMode::Write)))
}

async fn settle(runtime: &Runtime, changes: &mut mpsc::Receiver<()>) {
    let rounds = QUIET_MAX.as_millis() / QUIET.as_millis();
    for _ in 0..rounds {
        runtime.world.clock.sleep(QUIET).await;
        if changes.try_recv().is_err() {
            return;
        }
    }
}
