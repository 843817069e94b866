//! The files of a rule set with their texts, immutable once loaded.

use crate::diagnostic::{FileId, Sources, Span};
use crate::value::digest;

/// A file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its name as the user would write it.
    pub name: String,
    /// Its whole text.
    pub text: String,
}

/// All files of a rule set, in name order.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
    /// Of each file, where its lines end.
    ends: Vec<Vec<usize>>,
}

impl SourceMap {
    /// Strikes out places that must never be shown, letter for letter, so that every other place stays where it is.
    pub fn hide(&mut self, places: &[Span]) {
        for place in places {
            let Some(file) = usize::try_from(place.file.0).ok().and_then(|at| self.files.get_mut(at)) else { continue };
            let (Some(before), Some(secret), Some(after)) =
                (file.text.get(..place.start), file.text.get(place.start..place.end), file.text.get(place.end..))
            else {
                continue;
            };
            let struck: String = secret.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
            file.text = format!("{before}{struck}{after}");
        }
    }

    /// A set of these files.
    pub fn new(files: Vec<SourceFile>) -> Self {
        let ends = files.iter().map(line_ends).collect();
        Self { files, ends }
    }

    /// The files with their numbers.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), file))
    }

    /// Adds a file and gives its number.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.ends.push(line_ends(&file));
        self.files.push(file);
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// SHA-256 over names and texts.
    pub fn hash(&self) -> String {
        let mut whole = Vec::new();
        for file in &self.files {
            whole.extend_from_slice(digest::of_bytes(file.name.as_bytes()).as_bytes());
            whole.extend_from_slice(digest::of_bytes(file.text.as_bytes()).as_bytes());
        }
        digest::of_bytes(&whole)
    }

    /// The line that a place begins in, from 1.
    pub fn line_of(&self, place: Span) -> usize {
        let ends = usize::try_from(place.file.0).ok().and_then(|at| self.ends.get(at));
        ends.map_or(1, |ends| ends.partition_point(|end| *end < place.start) + 1)
    }

    fn file(&self, file: FileId) -> Option<&SourceFile> {
        self.files.get(usize::try_from(file.0).ok()?)
    }
}

fn line_ends(file: &SourceFile) -> Vec<usize> {
    file.text.match_indices('\n').map(|(at, _)| at).collect()
}

impl Sources for SourceMap {
    fn name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| file.name.as_str())
    }

    fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| file.text.as_str())
    }
}
