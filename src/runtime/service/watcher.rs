//! Watches the rules folder; any change only means "look again".
//!
//! Waits for a quiet moment, since editors save in several steps, then reloads. What the files say is compiled while it
//! waits, and counts if they say the same in the end. That files are read is no change.
//! Whether another folder stands in the folder's place is looked at now and then: a watch of what lies beside it would
//! wake for each write of a store there.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::reload::Early;
use crate::runtime::runtime::Runtime;
use crate::world::Files;
use crate::world::files::{self, Identity};

/// How long files must be quiet before they are read.
const QUIET: Duration = Duration::from_millis(150);

/// How long files must be quiet before they are compiled, in case nothing more changes.
const EARLY: Duration = Duration::from_millis(60);

/// How long a row of changes is waited out at most.
const QUIET_MAX: Duration = Duration::from_secs(2);

/// How often it is looked whether the folder is still the same.
const LOOK: Duration = Duration::from_millis(500);

/// A watch that notes changes from its beginning on.
pub struct Watch {
    open: files::Watch,
    /// The folder that is watched, whatever its name leads to by now.
    watched: Option<Identity>,
    tell: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
}

impl Watch {
    /// Begins to note changes; begin before the files are read, so that none falls in between.
    pub fn begin(files: &dyn Files, folder: &Path) -> Self {
        let (tell, changes) = mpsc::channel(1);
        let watched = files.identity(folder);
        Self { open: open(files, folder, &tell), watched, tell, changes }
    }

    /// Reloads on changes until the runtime stops.
    pub async fn serve(mut self, runtime: Arc<Runtime>) {
        let mut stopping = runtime.stopping();
        let (files, folder) = (runtime.world.files.as_ref(), &runtime.rules.folder);
        loop {
            tokio::select! {
                biased;
                _ = stopping.changed() => return,
                _ = self.changes.recv() => {}
                () = runtime.world.clock.sleep(LOOK) => {
                    if files.identity(folder) == self.watched {
                        continue;
                    }
                }
            }
            let early = self.settle(&runtime).await;
            // Another folder may stand in the place of the old one; the old watch ends once the new
            // one is there, and what changes from here on is another change.
            self.watched = files.identity(folder);
            let renewed = open(files, folder, &self.tell);
            drop(std::mem::replace(&mut self.open, renewed));
            let _ = runtime.reload_from(early).await;
        }
    }

    /// Waits until nothing has changed for [`QUIET`], for [`QUIET_MAX`] at most; what the files were compiled to
    /// meanwhile, once in a row of changes at most.
    async fn settle(&mut self, runtime: &Runtime) -> Option<Early> {
        let clock = &runtime.world.clock;
        let mut patience = clock.sleep(QUIET_MAX);
        let (mut early, mut is_whole) = (None, false);
        loop {
            let rest = if is_whole { QUIET.saturating_sub(EARLY) } else { EARLY };
            tokio::select! {
                biased;
                () = &mut patience => return early,
                changed = self.changes.recv() => {
                    if changed.is_none() {
                        return early;
                    }
                    is_whole = false;
                }
                () = clock.sleep(rest) => {
                    if is_whole {
                        return early;
                    }
                    is_whole = true;
                    early.get_or_insert_with(|| runtime.compile_early());
                }
            }
        }
    }
}

/// Watches the folder with all below it.
fn open(files: &dyn Files, folder: &Path, tell: &mpsc::Sender<()>) -> files::Watch {
    let tell = tell.clone();
    // A full channel already says that something changed.
    let changed = Box::new(move || _ = tell.try_send(()));
    let watch = files.watch(folder, changed);
    if let Some(error) = &watch.blind {
        tracing::warn!(error, "rule files are not watched; use SIGHUP");
    }
    watch
}
