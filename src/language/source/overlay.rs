//! What an editor has open, laid over the disk: an open file is what the editor holds, whatever is saved.
//!
//! Paths that do not begin at the top stand below one folder, as for a command that was started in it. Writes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::world::Files;
use crate::world::files::{Changed, Entry, Identity, Watch};

/// Texts that are open, by whole path.
pub type OpenTexts = BTreeMap<PathBuf, Arc<str>>;

/// Open files over those of the disk.
pub struct Overlay<'f> {
    /// The disk.
    pub files: &'f dyn Files,
    /// The folder that other paths begin in.
    pub root: &'f Path,
    /// What is open.
    pub open: &'f OpenTexts,
}

impl Overlay<'_> {
    /// A path from the top, without steps upward in it; links stay.
    pub fn whole(&self, path: &Path) -> PathBuf {
        let mut whole = PathBuf::new();
        for part in self.root.join(path).components() {
            match part {
                Component::ParentDir => {
                    whole.pop();
                }
                Component::CurDir => {}
                other => whole.push(other),
            }
        }
        whole
    }

    /// Whether something is open below a folder.
    fn holds(&self, folder: &Path) -> bool {
        self.open.keys().any(|path| path != folder && path.starts_with(folder))
    }
}

impl Files for Overlay<'_> {
    fn entry(&self, path: &Path) -> Option<Entry> {
        let whole = self.whole(path);
        match self.open.get(&whole) {
            Some(text) => Some(Entry::File(text.len().try_into().unwrap_or(u64::MAX))),
            None => self.files.entry(&whole).or_else(|| self.holds(&whole).then_some(Entry::Folder)),
        }
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let whole = self.whole(folder);
        let below = self.open.keys().filter_map(|path| path.strip_prefix(&whole).ok()?.components().next());
        let open: BTreeSet<PathBuf> = below.map(|name| folder.join(name)).collect();
        let saved = match self.files.list(&whole) {
            Ok(saved) => saved,
            Err(_) if !open.is_empty() => Vec::new(),
            Err(error) => return Err(error),
        };
        let saved = saved.iter().filter_map(|path| path.file_name()).map(|name| folder.join(name));
        Ok(open.iter().cloned().chain(saved).collect::<BTreeSet<_>>().into_iter().collect())
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let whole = self.whole(file);
        match self.open.get(&whole) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.files.read(&whole),
        }
    }

    /// Where a file that is open and was never saved will be is known by the folder above it that is there.
    fn real(&self, path: &Path) -> io::Result<PathBuf> {
        let whole = self.whole(path);
        let saved = self.files.real(&whole);
        if saved.is_ok() || !self.open.contains_key(&whole) && !self.holds(&whole) {
            return saved;
        }
        let above = whole.ancestors().find_map(|folder| Some((folder, self.files.real(folder).ok()?)));
        let Some((folder, real)) = above else { return saved };
        Ok(whole.strip_prefix(folder).map_or(real.clone(), |rest| real.join(rest)))
    }

    fn identity(&self, folder: &Path) -> Option<Identity> {
        self.files.identity(&self.whole(folder))
    }

    fn watch(&self, folder: &Path, changed: Changed) -> Watch {
        self.files.watch(&self.whole(folder), changed)
    }

    fn passing_folder(&self, _: &str) -> io::Result<PathBuf> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn remove_folder(&self, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
