//! Places in a text as editors count them: lines from 0, columns from 0 in units of UTF-16 or of UTF-8, whichever both
//! sides agreed on.
//!
//! Places that are not in the text are moved into it; nothing here can fail.

use lsp_types::{Position, PositionEncodingKind, Range};

/// What a column counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Halves of surrogate pairs count each: what every client can do.
    #[default]
    Utf16,
}

impl Encoding {
    /// What is agreed on with a client that can do these: bytes where it can, since texts are kept so.
    pub fn agreed(offered: &[PositionEncodingKind]) -> Self {
        if offered.contains(&PositionEncodingKind::UTF8) { Self::Utf8 } else { Self::Utf16 }
    }

    /// As the protocol calls it.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, letter: char) -> usize {
        match self {
            Self::Utf8 => letter.len_utf8(),
            Self::Utf16 => letter.len_utf16(),
        }
    }

    /// How long a text is.
    pub fn measure(self, text: &str) -> u32 {
        let units: usize = text.chars().map(|letter| self.length(letter)).sum();
        u32::try_from(units).unwrap_or(u32::MAX)
    }

    /// The byte at a place of a text.
    pub fn offset(self, text: &str, place: Position) -> usize {
        let line = usize::try_from(place.line).unwrap_or(usize::MAX);
        let Some(start) = line_start(text, line) else { return text.len() };
        let rest = text.get(start..).unwrap_or_default();
        let rest = rest.split(['\n', '\r']).next().unwrap_or_default();
        let wanted = usize::try_from(place.character).unwrap_or(usize::MAX);
        let mut units = 0;
        for (at, letter) in rest.char_indices() {
            if units >= wanted {
                return start + at;
            }
            units += self.length(letter);
        }
        start + rest.len()
    }

    /// The place of a byte of a text.
    pub fn place(self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count();
        let column = before.rsplit('\n').next().unwrap_or_default();
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), character: self.measure(column) }
    }

    /// The place of some bytes of a text.
    pub fn range(self, text: &str, start: usize, end: usize) -> Range {
        Range { start: self.place(text, start), end: self.place(text, end) }
    }
}

/// Where a line begins, counted from 0.
fn line_start(text: &str, line: usize) -> Option<usize> {
    match line.checked_sub(1) {
        None => Some(0),
        Some(ends) => text.match_indices('\n').nth(ends).map(|(at, _)| at + 1),
    }
}

#[cfg(test)]
mod tests {
    use lsp_types::Position;

    use super::Encoding;

    #[test]
    fn columns_are_counted_as_agreed() {
        let text = "a\r\n→𝄞b\n";
        for (encoding, column) in [(Encoding::Utf8, 7), (Encoding::Utf16, 3)] {
            let place = Position { line: 1, character: column };
            let at = encoding.offset(text, place);
            assert_eq!(text.get(at..), Some("b\n"), "{encoding:?}");
            assert_eq!(encoding.place(text, at), place);
        }
    }

    #[test]
    fn a_place_outside_of_the_text_is_moved_into_it() {
        let text = "ab\r\nc";
        for (line, character, at) in [(0, 9, 2), (1, 9, 5), (7, 0, 5), (u32::MAX, u32::MAX, 5)] {
            assert_eq!(Encoding::Utf16.offset(text, Position { line, character }), at);
        }
        assert_eq!(Encoding::Utf16.place("→", 1), Position { line: 0, character: 0 });
    }
}
