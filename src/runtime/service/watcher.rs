//! Watches the rules folder; any change only means "look again".
//!
//! Waits for a quiet moment, since editors save in several steps, then reloads. That files are read is no change. Whether
//! another folder stands in the folder's place is looked at now and then: a watch of what lies beside it would wake for
//! each write of a store there.

use std::os::unix::fs::MetadataExt as _;
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

/// How often it is looked whether the folder is still the same.
const LOOK: Duration = Duration::from_millis(500);

/// A watch that notes changes from its beginning on.
pub struct Watch {
    watcher: Option<RecommendedWatcher>,
    /// The folder that is watched, whatever its name leads to by now.
    watched: Option<Identity>,
    tell: mpsc::Sender<()>,
    changes: mpsc::Receiver<()>,
}

impl Watch {
    /// Begins to note changes; begin before the files are read, so that none falls in between.
    pub fn begin(folder: &Path) -> Self {
        let (tell, changes) = mpsc::channel(1);
        let watched = Identity::of(folder);
        Self { watcher: open(folder, &tell), watched, tell, changes }
    }

    /// Reloads on changes until the runtime stops.
    pub async fn serve(mut self, runtime: Arc<Runtime>) {
        let mut stopping = runtime.stopping();
        loop {
            tokio::select! {
                biased;
                _ = stopping.changed() => return,
                _ = self.changes.recv() => {}
                () = runtime.world.clock.sleep(LOOK) => {
                    if Identity::of(&runtime.rules.folder) == self.watched {
                        continue;
                    }
                }
            }
            self.settle(&runtime).await;
            // Another folder may stand in the place of the old one; the old watch ends once the new
            // one is there, and what changes from here on is another change.
            self.watched = Identity::of(&runtime.rules.folder);
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

/// What tells a folder from another one of the same name: device and number, and, since numbers are given again, when it
/// was last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity([i128; 4]);

impl Identity {
    /// Of what a name leads to; `None` where there is nothing.
    fn of(folder: &Path) -> Option<Self> {
        let known = std::fs::metadata(folder).ok()?;
        Some(Self([known.dev().into(), known.ino().into(), known.ctime().into(), known.ctime_nsec().into()]))
    }
}

/// Watches the folder with all below it.
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
    if let Err(error) = watcher.watch(folder, RecursiveMode::Recursive)
        && folder.exists()
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::fs;

    use super::*;

    /// The numbers of the folders that this process is told changes of.
    fn watched() -> Vec<u64> {
        let descriptors = fs::read_dir("/proc/self/fdinfo").into_iter().flatten().flatten();
        let texts = descriptors.filter_map(|one| fs::read_to_string(one.path()).ok());
        let numbers = |text: String| {
            let watches = text.lines().filter(|line| line.starts_with("inotify"));
            let number =
                |line: &str| line.split_whitespace().find_map(|word| word.strip_prefix("ino:")).map(str::to_owned);
            watches.filter_map(number).filter_map(|ino| u64::from_str_radix(&ino, 16).ok()).collect::<Vec<_>>()
        };
        texts.flat_map(numbers).collect()
    }

    #[test]
    fn what_is_written_beside_the_folder_wakes_nobody() -> std::io::Result<()> {
        let place = std::env::temp_dir().join(format!("petiole-watch-{}-{}", std::process::id(), fastrand::u64(..)));
        let folder = place.join("rules");
        fs::create_dir_all(folder.join("pipelines"))?;
        let watch = Watch::begin(&folder);
        let number = |path: &Path| fs::metadata(path).map(|known| known.ino());
        let (seen, inside, beside) = (watched(), number(&folder.join("pipelines"))?, number(&place)?);
        drop(watch);
        fs::remove_dir_all(&place)?;
        assert!(seen.contains(&inside) && !seen.contains(&beside), "{seen:?} {inside} {beside}");
        Ok(())
    }
}
