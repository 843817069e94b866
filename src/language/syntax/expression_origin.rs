//! Where the text of an expression stands in its file.

use crate::diagnostic::{FileId, Span};

/// Where the text stands: byte offsets in it to byte offsets in the file.
pub struct Origin<'a> {
    /// The file.
    pub file: FileId,
    /// Offset in the text to offset in the file.
    pub map: &'a dyn Fn(usize) -> usize,
}

impl Origin<'_> {
    /// The place of a part of the text.
    pub fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, (self.map)(start), (self.map)(end))
    }
}
