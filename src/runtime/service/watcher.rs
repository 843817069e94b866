//! Watches the rules folder; any change only means "look again".
//!
//! Waits for a quiet moment, since editors save in several steps, then reloads. That files are read
//! is no change, and neither is what else happens beside the folder, such as writes to the store.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc;

use crate::runtime::runtime::Runtime;

/// How long files must be quiet before they are read.
const QUIET: Duration = Duration::from_millis(150);

/// How long a row of changes is waited out at most.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// A watch that notes changes from its beginning on.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    tell: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
}

impl Watch {
    /// Begins to note changes; begin before the files are read, so that none falls in between.
    pub fn begin(folder: &Path) -> Self {
        let (tell, changes) = mpsc::channel(1);
        Self { watcher: open(folder, &tell), tell, changes }
    }

    /// Reloads on changes until the runtime stops.
    pub async fn serve(mut self, runtime: Arc<Runtime>) {
        let mut stopping = runtime.stopping();
        loop {
            tokio::select! {
                biased;
                _ = stopping.changed() => return,
                _ = self.changes.recv() => {}
            }
            self.settle(&runtime).await;
            // Another folder may stand in the place of the old one; the old watch ends once the new
            // one is there, and what changes from here on is another change.
            let renewed = open(&runtime.rules.folder, &self.tell);
            drop(std::mem::replace(&mut self.watcher, renewed));
            let _ = runtime.reload().await;
        }
    }

    async fn settle(&mut self, runtime: &Runtime) {
        let rounds = QUIET_MAX.as_millis() / QUIET.as_millis();
        for _ in 0..rounds {
            runtime.world.clock.sleep(QUIET).await;
            if self.changes.try_recv().is_err() {
                return;
            }
        }
    }
}

/// Watches the folder with all below it, and the folder's own place: it may be replaced by rename or symlink.
fn open(folder: &Path, tell: &mpsc::Sender<()>) -> Option<RecommendedWatcher> {
    let places = places(folder);
    let tell = tell.clone();
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.as_ref().is_ok_and(|event| !concerns(event, &places)) {
            return;
        }
        // A full channel already says that something changed.
        let _ = tell.try_send(());
    });
    let blind = |error| tracing::warn!(%error, "rule files are not watched; use SIGHUP");
    let mut watcher = watcher.map_err(blind).ok()?;
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = watcher.watch(parent.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive);
    if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive)
        && (parent.is_err() || folder.exists())
    {
        blind(error);
    }
    Some(watcher)
}

/// The folder's names: as it was given, and where its links lead.
fn places(folder: &Path) -> Vec<PathBuf> {
    let given = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let parent = given.parent().and_then(|parent| parent.canonicalize().ok());
    let beside = parent.zip(given.file_name()).map(|(parent, name)| parent.join(name));
    [Some(given), beside, folder.canonicalize().ok()].into_iter().flatten().collect()
}

fn concerns(event: &Event, places: &[PathBuf]) -> bool {
    let read = match event.kind {
        EventKind::Access(kind) => kind != AccessKind::Close(AccessMode::Write),
        _ => false,
    };
    let inside = |path: &PathBuf| places.iter().any(|place| path.starts_with(place));
    event.need_rescan() || !read && (event.paths.is_empty() || event.paths.iter().any(inside))
}
