//! What the compiler made of a rule set at one instant, and how its places stand in the texts as they were typed.
//!
//! A value: whoever answers from it answers from one state of the texts. The compiler reads some letters as those that
//! they look like and strikes secrets out, so its texts are no measure of columns.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use lsp_types::{Location, Position, Range, Uri};

use super::address::address_of;
use super::documents::Documents;
use super::encoding::Encoding;
use super::names::Index;
use crate::diagnostic::span::place_of;
use crate::diagnostic::{FileId, Sources as _, Span};
use crate::language::source::{Overlay, SourceMap, load};
use crate::language::{Compilation, compile_noting};
use crate::world::Files;
use crate::world::files::Entry;

/// What was made of a rule set.
pub struct Study {
    /// All that the compiler says.
    pub compiled: Compilation,
    /// The texts as they were typed.
    typed: SourceMap,
    /// The files' whole paths and addresses, in their order.
    files: Vec<(PathBuf, Option<Uri>)>,
    /// The page of all codes, where it is kept beside the rules.
    pub page: Option<PathBuf>,
    encoding: Encoding,
    index: OnceCell<Index>,
    hash: OnceCell<String>,
}

/// What the page of all codes is called.
const PAGE: &str = "LINTS.md";

impl Study {
    /// Compiles the rule set at some paths below a folder, what is open over what is saved.
    pub fn of(
        files: &dyn Files,
        (root, paths): (&Path, &[PathBuf]),
        documents: &Documents,
        encoding: Encoding,
    ) -> Self {
        let overlay = Overlay { files, root, open: documents.texts() };
        let (typed, unread) = load(&overlay, paths);
        let compiled = compile_noting(typed.clone(), unread);
        let address = |name: &str| {
            let path = overlay.whole(Path::new(name));
            let open = documents.at(&path).map(|document| document.address.clone());
            let address = open.or_else(|| address_of(&path));
            (path, address)
        };
        let page = paths.first().map(|folder| overlay.whole(&folder.join(PAGE)));
        let page = page.filter(|page| matches!(overlay.entry(page), Some(Entry::File(_))));
        let files = typed.files().map(|(_, file)| address(&file.name)).collect();
        Self { compiled, typed, files, page, encoding, index: OnceCell::new(), hash: OnceCell::new() }
    }

    /// All places of all names.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(&self.compiled))
    }

    /// What tells this state of the texts from others.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| self.typed.hash())
    }

    /// The number of the file at a path.
    pub fn file(&self, path: &Path) -> Option<FileId> {
        let at = self.files.iter().position(|(known, _)| known == path)?;
        u32::try_from(at).ok().map(FileId)
    }

    /// All files with their paths and addresses.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &Path, Option<&Uri>)> {
        let numbered = self.files.iter().zip(0..).map(|((path, address), at)| (FileId(at), path, address));
        numbered.map(|(file, path, address)| (file, path.as_path(), address.as_ref()))
    }

    /// The address of a file.
    pub fn address(&self, file: FileId) -> Option<&Uri> {
        self.files.get(usize::try_from(file.0).ok()?)?.1.as_ref()
    }

    /// The text of a file as it was typed.
    pub fn text(&self, file: FileId) -> &str {
        self.typed.text(file)
    }

    /// Where a place of the compiler stands in the text.
    pub fn range(&self, span: Span) -> Range {
        let (read, typed) = (self.compiled.sources.text(span.file), self.text(span.file));
        let [start, end] = [span.start, span.end].map(|offset| {
            if typed.is_ascii() {
                return self.encoding.place(typed, offset);
            }
            // Letter for letter the texts are the same, byte for byte they may not be.
            let place = place_of(read, offset);
            let line = typed.split('\n').nth(place.line - 1).unwrap_or_default();
            let line = line.strip_prefix('\u{feff}').unwrap_or(line);
            let before: String = line.chars().take(place.column - 1).collect();
            let line = u32::try_from(place.line - 1).unwrap_or(u32::MAX);
            Position { line, character: self.encoding.measure(&before) }
        });
        Range { start, end }
    }

    /// The same with the file's address.
    pub fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.address(span.file)?.clone(), range: self.range(span) })
    }

    /// Where some bytes of a file as it was typed stand.
    pub fn typed_range(&self, file: FileId, (start, end): (usize, usize)) -> Range {
        self.encoding.range(self.text(file), start, end)
    }

    /// The byte of the compiler's text at a place of a file.
    pub fn offset(&self, file: FileId, place: Position) -> usize {
        self.encoding.offset(self.compiled.sources.text(file), place)
    }
}
