//! Files: what is at a path, what is in it, and word of changes.
//!
//! Rule files are read through it and watched; what is made is a folder for a while, and the file of a plan. The
//! store's file is the store's. Knows no format.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// A file, and its length in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// Something that is neither, such as a pipe.
    Other,
}

/// What tells a folder from another one of the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity(pub [i128; 4]);

/// A watch of a folder; it ends where this is dropped.
pub struct Watch {
    /// What holds it.
    pub held: Box<dyn Any + Send + Sync>,
    /// Why not every change is told of, if so.
    pub blind: Option<String>,
}

/// Hears that something below a folder may have changed.
pub type Changed = Box<dyn Fn() + Send + Sync>;

/// Files and folders.
pub trait Files: Send + Sync {
    /// What a path leads to, through links; none where there is nothing.
    fn entry(&self, path: &Path) -> Option<Entry>;

    /// What stands in a folder, by whole path, in the order of the names.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// The bytes of a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// Where a path leads to, without links and steps upward.
    ///
    /// # Errors
    /// Where there is nothing.
    fn real(&self, path: &Path) -> io::Result<PathBuf>;

    /// What tells the folder at a path from one that takes its place; none where there is nothing.
    fn identity(&self, folder: &Path) -> Option<Identity>;

    /// Tells of changes of a folder and all below it, from now on. That files are read is no change. Where there is no
    /// folder, nothing is told of.
    fn watch(&self, folder: &Path, changed: Changed) -> Watch;

    /// Makes an empty folder of a new name that begins so, for a while.
    ///
    /// # Errors
    /// Where none can be made.
    fn passing_folder(&self, name: &str) -> io::Result<PathBuf>;

    /// Writes a file whole, in the place of one that is there.
    ///
    /// # Errors
    /// Where it cannot be, as where nothing is written at all.
    fn write(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        let _ = (file, bytes);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Writes a file whole in the place of one that still holds what it held, or where there was none and is none.
    /// Whoever reads it meanwhile finds the one or the other, and whoever might read it may do so still.
    ///
    /// # Errors
    /// Where it holds something else by now, or cannot be written.
    fn replace(&self, file: &Path, held: Option<&[u8]>, bytes: &[u8]) -> io::Result<()> {
        let _ = (file, held, bytes);
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Whether a file could be replaced, or made where there is none; what it holds stays as it is.
    ///
    /// # Errors
    /// Why it could not be.
    fn may_replace(&self, file: &Path) -> io::Result<()> {
        let _ = file;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Makes a folder with all that are missing above it; one that is there is left as it is.
    ///
    /// # Errors
    /// Where it cannot be.
    fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let _ = folder;
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Takes a folder away, with all below it.
    ///
    /// # Errors
    /// Where it cannot be.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;
}
