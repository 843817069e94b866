//! Places in source files, as byte ranges.
//!
//! A span names a file by number; [`Sources`] gives back its name and text when a finding is
//! shown. Lines and columns are worked out only then.

/// A source file's number in the set it was loaded with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A range of bytes in one file; `end` is not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Span {
    /// A span of this file from `start` up to, not including, `end`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start, end }
    }

    /// Whether another place lies in this one.
    pub fn holds(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that covers both; the first one where the files differ.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A place as people count it: both from 1, columns in Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// The place of a byte offset in a text. An offset past the end is the end.
pub fn place_of(text: &str, offset: usize) -> Place {
    let mut line = 1;
    let mut column = 1;
    for (at, letter) in text.char_indices() {
        if at >= offset {
            break;
        }
        if letter == '\n' {
            line += 1;
            column = 1;
        } else if letter != '\u{feff}' || at != 0 {
            column += 1;
        }
    }
    Place { line, column }
}

/// The files that spans point into.
pub trait Sources {
    /// The file's name as the user would write it.
    fn name(&self, file: FileId) -> &str;
    /// The file's whole text.
    fn text(&self, file: FileId) -> &str;
}
