//! What is open in the editor: texts with the addresses and versions that the client gave them.
//!
//! Texts are replaced, never changed in place: whoever has one keeps it as it was.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use super::address::path_of;
use super::encoding::Encoding;
use crate::language::source::loader::FILE_BYTES_MAX;
use crate::language::source::overlay::OpenTexts;

/// An open file, as the client calls it.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its address in the client's spelling.
    pub address: Uri,
    /// Its version.
    pub version: i32,
}

/// What is open.
#[derive(Debug, Default)]
pub struct Documents {
    texts: OpenTexts,
    known: BTreeMap<PathBuf, Document>,
}

impl Documents {
    /// Opens a text; nothing where its address is no file's. Gives its path.
    pub fn open(&mut self, address: Uri, version: i32, text: String) -> Option<PathBuf> {
        let path = path_of(&address)?;
        self.texts.insert(path.clone(), text.into());
        self.known.insert(path.clone(), Document { address, version });
        Some(path)
    }

    /// Applies changes in their order. Gives the path of what was changed.
    pub fn change(
        &mut self,
        (address, version): (&Uri, i32),
        changes: Vec<TextDocumentContentChangeEvent>,
        encoding: Encoding,
    ) -> Option<PathBuf> {
        let path = path_of(address)?;
        let text = self.texts.get_mut(&path)?;
        let mut changed = text.to_string();
        for change in changes {
            let (start, end) = match change.range {
                Some(range) => (encoding.offset(&changed, range.start), encoding.offset(&changed, range.end)),
                None => (0, changed.len()),
            };
            changed.replace_range(start..end.max(start), &change.text);
            // What nobody would read is not kept either.
            let limit = usize::try_from(FILE_BYTES_MAX).unwrap_or(usize::MAX);
            if changed.len() > limit {
                return None;
            }
        }
        *text = changed.into();
        if let Some(document) = self.known.get_mut(&path) {
            document.version = version;
        }
        Some(path)
    }

    /// Closes a text. Gives its path.
    pub fn close(&mut self, address: &Uri) -> Option<PathBuf> {
        let path = path_of(address)?;
        self.texts.remove(&path);
        self.known.remove(&path).map(|_| path)
    }

    /// The texts.
    pub fn texts(&self) -> &OpenTexts {
        &self.texts
    }

    /// The text at a path.
    pub fn text(&self, path: &Path) -> Option<&Arc<str>> {
        self.texts.get(path)
    }

    /// What is open at a path, as the client calls it.
    pub fn at(&self, path: &Path) -> Option<&Document> {
        self.known.get(path)
    }

    /// The paths of all that is open.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.known.keys()
    }
}
