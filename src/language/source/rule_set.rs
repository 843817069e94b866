//! Which rule set some paths mean: a file or a folder of a set is judged with the rest of it.
//!
//! Knows the names of rule files and how a set's folder looks, not what is in them.

use std::path::{Path, PathBuf};

use super::source_map::SourceMap;
use crate::diagnostic::{Diagnostic, FileId, Sources as _};
use crate::world::Files;
use crate::world::files::Entry;

/// How many folders above a path the folder of its set may be.
const FOLDERS_ABOVE_MAX: usize = 3;

/// What rule files end in.
const ENDINGS: [&str; 3] = ["yaml", "yml", "rhai"];

/// What is read, and what of it was asked for.
pub struct RuleSet<'f> {
    files: &'f dyn Files,
    /// What to compile.
    pub paths: Vec<PathBuf>,
    /// What was named of it; none: all of it.
    named: Option<Vec<PathBuf>>,
}

impl<'f> RuleSet<'f> {
    /// The set of these paths, or of the rules folder where none is given.
    ///
    /// # Errors
    /// Names a file that is no rule file.
    pub fn of(files: &'f dyn Files, paths: &[PathBuf], rules: &Path) -> Result<Self, String> {
        if let Some(other) = paths.iter().find(|path| is_file(files, path) && !is_rule_file(path)) {
            return Err(format!("`{}` is no rule file; rule files end in .yaml, .yml or .rhai", other.display()));
        }
        if paths.is_empty() {
            return Ok(Self { files, paths: vec![rules.to_owned()], named: None });
        }
        let mut whole: Vec<PathBuf> = Vec::new();
        let mut is_part = false;
        for path in paths {
            let folder = folder_of(files, path, rules);
            is_part |= folder.is_some();
            let read = folder.unwrap_or_else(|| path.clone());
            if !whole.iter().any(|known| real(files, known) == real(files, &read)) {
                whole.push(read);
            }
        }
        Ok(Self { files, paths: whole, named: is_part.then(|| paths.to_vec()) })
    }

    /// Whether a file was asked for.
    pub fn names(&self, file: &str) -> bool {
        self.named.as_ref().is_none_or(|named| named.iter().any(|path| is_inside(self.files, Path::new(file), path)))
    }

    /// How many files were asked for.
    ///
    /// # Errors
    /// Names a path of which the set has nothing.
    pub fn count(&self, sources: &SourceMap) -> Result<usize, String> {
        let files: Vec<&str> = sources.files().map(|(_, file)| file.name.as_str()).collect();
        for path in self.named.iter().flatten() {
            if !files.iter().any(|file| is_inside(self.files, Path::new(file), path)) {
                let why = "names that begin with a dot or end in .swp, .tmp or ~ are passed over";
                return Err(format!("`{}` holds no rule file; {why}", path.display()));
            }
        }
        Ok(files.iter().filter(|file| self.names(file)).count())
    }

    /// The findings that concern what was asked for, and those of the rest of the set.
    pub fn divide(&self, findings: Vec<Diagnostic>, sources: &SourceMap) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        let is_named = |file: FileId| self.names(sources.name(file));
        findings.into_iter().partition(|one| {
            is_named(one.primary.span.file) || one.labels.iter().any(|label| is_named(label.span.file))
        })
    }

    /// The set's folders, for people.
    pub fn told(&self) -> String {
        self.paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" ")
    }
}

/// The folder of the set that a path is only a part of.
fn folder_of(files: &dyn Files, path: &Path, rules: &Path) -> Option<PathBuf> {
    let entry = files.entry(path)?;
    if is_inside(files, rules, path) {
        return None;
    }
    if is_inside(files, path, rules) {
        return Some(rules.to_owned());
    }
    let above = above(files, path);
    let own = (entry == Entry::Folder).then(|| path.to_owned());
    let chain = || own.iter().chain(&above);
    let found = chain().find(|folder| holds_accounts(files, folder));
    let found = found.or_else(|| chain().find(|folder| holds_settings(files, folder)));
    found.filter(|folder| real(files, folder) != real(files, path)).cloned()
}

/// The folders above a path, the nearest first, as the user would write them.
fn above(files: &dyn Files, path: &Path) -> Vec<PathBuf> {
    let written = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    let mut folders: Vec<PathBuf> = written.map(Path::to_owned).collect();
    if path.is_relative() {
        folders.push(PathBuf::from("."));
        folders.extend((1..=FOLDERS_ABOVE_MAX).map(|up| std::iter::repeat_n("..", up).collect()));
    }
    let own = real(files, path);
    // Where a path begins with `..`, not all of these are above it.
    folders.retain(|folder| own.starts_with(real(files, folder)) && own != real(files, folder));
    folders.sort_by_key(|folder| std::cmp::Reverse(real(files, folder).components().count()));
    folders.truncate(FOLDERS_ABOVE_MAX);
    folders
}

fn holds_accounts(files: &dyn Files, folder: &Path) -> bool {
    files.entry(&folder.join("systems")) == Some(Entry::Folder) || begins_with(files, folder, &["accounts:"])
}

fn holds_settings(files: &dyn Files, folder: &Path) -> bool {
    begins_with(files, folder, &["settings:", "ownership:"])
}

/// Whether a rule file right in a folder has one of these at the beginning of a line.
fn begins_with(files: &dyn Files, folder: &Path, words: &[&str]) -> bool {
    let Ok(inside) = files.list(folder) else { return false };
    let rule_files = inside.iter().filter(|path| is_rule_file(path) && is_file(files, path));
    rule_files
        .filter_map(|path| String::from_utf8(files.read(path).ok()?).ok())
        .any(|text| text.lines().any(|line| words.iter().any(|word| line.starts_with(word))))
}

fn is_file(files: &dyn Files, path: &Path) -> bool {
    matches!(files.entry(path), Some(Entry::File(_)))
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
}

/// Whether a path is a folder or in it.
fn is_inside(files: &dyn Files, path: &Path, folder: &Path) -> bool {
    real(files, path).starts_with(real(files, folder))
}

fn real(files: &dyn Files, path: &Path) -> PathBuf {
    files.real(path).unwrap_or_else(|_| path.to_owned())
}
