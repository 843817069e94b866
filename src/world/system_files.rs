//! The machine's own files, watched by the system's own means.

use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecursiveMode, Watcher as _};

use super::files::{Changed, Entry, Files, Identity, Watch};

/// The machine's own files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

impl Files for SystemFiles {
    fn entry(&self, path: &Path) -> Option<Entry> {
        let known = std::fs::metadata(path).ok()?;
        Some(if known.is_file() {
            Entry::File(known.len())
        } else if known.is_dir() {
            Entry::Folder
        } else {
            Entry::Other
        })
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(file)
    }

    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    /// Device and number, and, since numbers are given again, when it was last changed.
    fn identity(&self, folder: &Path) -> Option<Identity> {
        let known = std::fs::metadata(folder).ok()?;
        Some(Identity([known.dev().into(), known.ino().into(), known.ctime().into(), known.ctime_nsec().into()]))
    }

    fn watch(&self, folder: &Path, changed: Changed) -> Watch {
        let places = places(folder);
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, |event| concerns(event, &places)) {
                changed();
            }
        });
        let mut watcher = match watcher {
            Ok(watcher) => watcher,
            Err(error) => return Watch { held: Box::new(()), blind: Some(error.to_string()) },
        };
        // What could be watched of it goes on being watched.
        let blind = watcher.watch(folder, RecursiveMode::Recursive).err().filter(|_| folder.exists());
        Watch { held: Box::new(watcher), blind: blind.map(|error| error.to_string()) }
    }

    fn passing_folder(&self, name: &str) -> io::Result<PathBuf> {
        let path = std::env::temp_dir().join(format!("{name}-{}-{}", std::process::id(), fastrand::u64(..)));
        std::fs::create_dir(&path).map(|()| path)
    }

    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        std::fs::write(file, bytes)
    }

    fn replace(&self, file: &Path, held: Option<&[u8]>, bytes: &[u8]) -> io::Result<()> {
        let Some(held) = held else {
            return put_beside(file, bytes, None, || {
                let is_there = file.try_exists()?;
                if is_there { Err(io::Error::other("there is such a file by now")) } else { Ok(()) }
            });
        };
        // Through a link it is the file that changes, not the link.
        let file = file.canonicalize()?;
        // Another file in its place would not ask whether this one may be written.
        drop(std::fs::OpenOptions::new().write(true).open(&file)?);
        let rights = std::fs::metadata(&file)?.permissions();
        put_beside(&file, bytes, Some(rights), || {
            let holds = std::fs::read(&file)? == held;
            if holds { Ok(()) } else { Err(io::Error::other("it was changed meanwhile")) }
        })
    }

    fn may_replace(&self, file: &Path) -> io::Result<()> {
        let file = if file.try_exists()? { file.canonicalize()? } else { file.to_owned() };
        if file.try_exists()? {
            drop(std::fs::OpenOptions::new().write(true).open(&file)?);
        }
        // Rights alone do not tell what a mount or a full disk allows.
        let beside = beside(&file);
        let written = write_new(&beside, b"", None);
        let removed = std::fs::remove_file(&beside);
        written.and(removed)
    }

    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::create_dir_all(folder)
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        std::fs::remove_dir_all(folder)
    }
}

/// A new name beside a file.
fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.tmp", fastrand::u64(..)))
}

/// Writes a file beside another's place, whole and there after a power cut, then puts it there where that may be.
fn put_beside(
    file: &Path,
    bytes: &[u8],
    rights: Option<std::fs::Permissions>,
    may: impl FnOnce() -> io::Result<()>,
) -> io::Result<()> {
    let beside = beside(file);
    let written = write_new(&beside, bytes, rights).and_then(|()| may()).and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_new(file: &Path, bytes: &[u8], rights: Option<std::fs::Permissions>) -> io::Result<()> {
    let mut made = std::fs::OpenOptions::new().write(true).create_new(true).open(file)?;
    made.write_all(bytes)?;
    if let Some(rights) = rights {
        made.set_permissions(rights)?;
    }
    made.sync_all()
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
    fn what_is_written_beside_the_folder_wakes_nobody() -> io::Result<()> {
        let place = SystemFiles.passing_folder("petiole-watch")?;
        let folder = place.join("rules");
        fs::create_dir_all(folder.join("pipelines"))?;
        let watch = SystemFiles.watch(&folder, Box::new(|| {}));
        let number = |path: &Path| fs::metadata(path).map(|known| known.ino());
        let (seen, inside, beside) = (watched(), number(&folder.join("pipelines"))?, number(&place)?);
        drop(watch);
        SystemFiles.remove_folder(&place)?;
        assert!(seen.contains(&inside) && !seen.contains(&beside), "{seen:?} {inside} {beside}");
        Ok(())
    }
}
