//! Reads every rule file below the given paths.
//!
//! What editors leave behind is passed over. Whatever cannot be read is a finding; nothing stops
//! the rest from being read.

use std::path::{Path, PathBuf};

use super::source_map::{SourceFile, SourceMap};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::world::Files;
use crate::world::files::Entry;

/// The largest rule file, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The most rule files.
pub const FILES_MAX: usize = 2_000;

/// How deep folders may nest.
pub const FOLDER_DEPTH_MAX: usize = 16;

/// Reads the rule files at these paths; folders are read with all that is below them.
pub fn load(files: &dyn Files, paths: &[PathBuf]) -> (SourceMap, Vec<Diagnostic>) {
    let mut walk = Walk { files, names: Vec::new(), unread: Vec::new() };
    let mut map = SourceMap::default();
    let mut found = Vec::new();
    for path in paths {
        match files.entry(path) {
            Some(entry) => walk.below(path, entry, 0),
            None => {
                let message = format!("there is no `{}`", path.display());
                let help = "name a file or folder that is there, or start in the folder that holds `rules`";
                refuse(&mut map, &mut found, Unread::new(path, Code("unreadable-file"), message, help));
            }
        }
    }
    let Walk { mut names, unread, .. } = walk;
    for unread in unread {
        refuse(&mut map, &mut found, unread);
    }
    names.sort();
    names.dedup();
    for path in names.iter().take(FILES_MAX) {
        read(files, path, &mut map, &mut found);
    }
    if names.len() > FILES_MAX {
        let message = format!("{} rule files are more than the {FILES_MAX} that are read", names.len());
        let help = "name the folders of one rule set; what is left out here was not read";
        refuse(&mut map, &mut found, Unread::new(Path::new("."), Code("too-many-files"), message, help));
    }
    if names.is_empty() && found.is_empty() {
        let folder = paths.first().map_or(Path::new("rules"), |path| path.as_path());
        let message = format!("no rule files (*.yaml) in `{}`", folder.display());
        let help = "name the folder that holds them, or start in the folder that holds `rules`";
        refuse(&mut map, &mut found, Unread::new(folder, Code("no-rules"), message, help));
    }
    (map, found)
}

/// What has no text to point at: a file or folder that is not read, and why.
struct Unread {
    path: PathBuf,
    code: Code,
    message: String,
    help: &'static str,
}

impl Unread {
    fn new(path: &Path, code: Code, message: String, help: &'static str) -> Self {
        Self { path: path.to_owned(), code, message, help }
    }
}

/// Said of what is there and does not open.
const LET_IT_BE_READ: &str = "let the user that petiole runs as read it";

/// Collects the rule files below some paths.
struct Walk<'f> {
    files: &'f dyn Files,
    names: Vec<PathBuf>,
    /// Folders that are not read.
    unread: Vec<Unread>,
}

impl Walk<'_> {
    fn below(&mut self, path: &Path, entry: Entry, depth: usize) {
        if matches!(entry, Entry::File(_)) {
            self.names.push(path.to_owned());
            return;
        }
        if depth > FOLDER_DEPTH_MAX {
            let message = format!("folders nest deeper than the {FOLDER_DEPTH_MAX} that are read");
            let help = "move the rules further up, or look whether a link leads back to a folder around it";
            return self.unread.push(Unread::new(path, Code("too-many-files"), message, help));
        }
        let inner = match self.files.list(path) {
            Ok(inner) => inner,
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                return self.unread.push(Unread::new(path, Code("unreadable-file"), message, LET_IT_BE_READ));
            }
        };
        for inner in inner {
            let name = inner.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let skipped = name.starts_with('.') || [".swp", ".tmp", "~"].iter().any(|end| name.ends_with(end));
            let rules = [".yaml", ".yml", ".rhai"].iter().any(|end| name.ends_with(end));
            // A name that leads nowhere is read where it is a rule file's, and found wanting.
            let entry = self.files.entry(&inner).unwrap_or(Entry::Other);
            if !skipped && (entry == Entry::Folder || rules) {
                self.below(&inner, entry, depth + 1);
            }
        }
    }
}

fn read(files: &dyn Files, path: &Path, map: &mut SourceMap, found: &mut Vec<Diagnostic>) {
    if let Some(Entry::File(size)) = files.entry(path)
        && size > FILE_BYTES_MAX
    {
        let message = format!("`{}` has {size} bytes, a rule file may have {FILE_BYTES_MAX}", path.display());
        let help = "make several files of it";
        return refuse(map, found, Unread::new(path, Code("file-too-large"), message, help));
    }
    let bytes = match files.read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("`{}` cannot be read: {error}", path.display());
            return refuse(map, found, Unread::new(path, Code("unreadable-file"), message, LET_IT_BE_READ));
        }
    };
    match String::from_utf8(bytes) {
        Ok(text) => {
            map.add(SourceFile { name: path.display().to_string(), text });
        }
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let file = map.add(SourceFile { name: path.display().to_string(), text });
            let span = Span::new(file, at, at);
            found.push(
                Diagnostic::error(Code("not-utf-8"), format!("byte {at} is no UTF-8 text"), span, "here")
                    .help("save the file as UTF-8"),
            );
        }
    }
}

/// A finding about a file that has no text to point at.
fn refuse(map: &mut SourceMap, found: &mut Vec<Diagnostic>, unread: Unread) {
    let file = map.add(SourceFile { name: unread.path.display().to_string(), text: String::new() });
    found.push(Diagnostic::error(unread.code, unread.message, Span::new(file, 0, 0), "").help(unread.help));
}
