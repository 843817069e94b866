//! Reads every rule file below the given paths.
//!
//! What editors leave behind is passed over. Whatever cannot be read is a finding; nothing stops
//! the rest from being read.

use std::path::Path;

use super::source_map::{SourceFile, SourceMap};
use crate::diagnostic::{Code, Diagnostic, Span};

/// The largest rule file, in bytes.
pub const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The most rule files.
pub const FILES_MAX: usize = 2_000;

/// How deep folders may nest.
pub const FOLDER_DEPTH_MAX: usize = 16;

/// Reads the rule files at these paths; folders are read with all that is below them.
pub fn load(paths: &[std::path::PathBuf]) -> (SourceMap, Vec<Diagnostic>) {
    let mut names = Vec::new();
    let mut map = SourceMap::default();
    let mut found = Vec::new();
    let mut unread = Vec::new();
    for path in paths {
        if path.exists() {
            walk(path, 0, &mut names, &mut unread);
        } else {
            let message = format!("there is no `{}`", path.display());
            refuse(&mut map, &mut found, path, Code("unreadable-file"), message);
        }
    }
    for (path, code, message) in unread {
        refuse(&mut map, &mut found, &path, code, message);
    }
    names.sort();
    names.dedup();
    for path in names.iter().take(FILES_MAX) {
        read(path, &mut map, &mut found);
    }
    if names.len() > FILES_MAX {
        let message = format!("{} rule files are more than the {FILES_MAX} that are read", names.len());
        refuse(&mut map, &mut found, Path::new("."), Code("too-many-files"), message);
    }
    if names.is_empty() && found.is_empty() {
        let folder = paths.first().map_or(Path::new("rules"), |path| path.as_path());
        let message = format!("no rule files (*.yaml) in `{}`", folder.display());
        refuse(&mut map, &mut found, folder, Code("no-rules"), message);
    }
    (map, found)
}

/// A folder that is not read, and why.
type Unread = (std::path::PathBuf, Code, String);

fn walk(path: &Path, depth: usize, names: &mut Vec<std::path::PathBuf>, unread: &mut Vec<Unread>) {
    if path.is_file() {
        names.push(path.to_owned());
        return;
    }
    if depth > FOLDER_DEPTH_MAX {
        let message = format!("folders nest deeper than the {FOLDER_DEPTH_MAX} that are read");
        return unread.push((path.to_owned(), Code("too-many-files"), message));
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("`{}` cannot be read: {error}", path.display());
            return unread.push((path.to_owned(), Code("unreadable-file"), message));
        }
    };
    for entry in entries.flatten() {
        let inner = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let skipped = name.starts_with('.') || [".swp", ".tmp", "~"].iter().any(|end| name.ends_with(end));
        let rules = [".yaml", ".yml", ".rhai"].iter().any(|end| name.ends_with(end));
        if !skipped && (inner.is_dir() || rules) {
            walk(&inner, depth + 1, names, unread);
        }
    }
}

fn read(path: &Path, map: &mut SourceMap, found: &mut Vec<Diagnostic>) {
    let size = std::fs::metadata(path).map_or(0, |data| data.len());
    if size > FILE_BYTES_MAX {
        let message = format!("`{}` has {size} bytes, a rule file may have {FILE_BYTES_MAX}", path.display());
        return refuse(map, found, path, Code("file-too-large"), message);
    }
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("`{}` cannot be read: {error}", path.display());
            return refuse(map, found, path, Code("unreadable-file"), message);
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
fn refuse(map: &mut SourceMap, found: &mut Vec<Diagnostic>, path: &Path, code: Code, message: String) {
    let file = map.add(SourceFile { name: path.display().to_string(), text: String::new() });
    found.push(Diagnostic::error(code, message, Span::new(file, 0, 0), ""));
}
