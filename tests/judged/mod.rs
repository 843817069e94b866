//! What lint says of small rule sets, each laid over two invented systems: refused with a code, or accepted in silence.

use std::path::Path;

use petiole::diagnostic::render::render;
use petiole::language;
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

mod creating;
mod knots;
mod limits;
mod owners;
mod reach;
mod tables;

/// A pipeline between orders and parcels whose records are created once they are paid.
const HEAD: &str = "pipeline: parcels
between: [shop.order, depot.parcel]
match: shop.number == depot.order_ref
create:
  depot: shop.state == \"Paid\"
fields:
  what:
    - shop.number -> depot.order_ref on create
";

/// Rules over the base.
pub(crate) struct Rules(Folder);

/// The base with these rules in the pipeline's one group, each on its line as under `what:`.
pub(crate) fn rules(lines: &str) -> Rules {
    pipeline(&format!("{HEAD}{lines}"))
}

/// The base with this pipeline.
pub(crate) fn pipeline(text: &str) -> Rules {
    let folder = Folder::new();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/judged/base"), &folder.0);
    Rules(folder).file("parcels.yaml", text)
}

impl Rules {
    /// The same with a file more, or another text of one.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        std::fs::write(self.0.0.join(name), text).unwrap();
        self
    }

    /// The same with a table between two fields.
    pub(crate) fn table(self, between: &str, rows: &str) -> Self {
        let text = format!("table: t\nbetween: [{between}]\nrows:\n{rows}");
        self.file("t.yaml", &text)
    }

    /// The same with other words in a file, which has them once.
    #[track_caller]
    pub(crate) fn with(self, name: &str, old: &str, new: &str) -> Self {
        let text = std::fs::read_to_string(self.0.0.join(name)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{name} has {old:?} once");
        self.file(name, &text.replace(old, new))
    }

    fn found(&self) -> (Vec<&'static str>, String) {
        let compiled = language::compile(&SystemFiles, std::slice::from_ref(&self.0.0));
        let text = render(&compiled.findings, &compiled.sources, false);
        (compiled.findings.iter().map(|one| one.code.0).collect(), text)
    }

    /// Lint says nothing at all.
    #[track_caller]
    pub(crate) fn accepted(self) {
        let (codes, text) = self.found();
        assert!(codes.is_empty(), "accepted: {text}");
    }

    /// Lint says this, one thing only, with these words.
    #[track_caller]
    pub(crate) fn refused(self, code: &str, words: &str) {
        let (codes, text) = self.found();
        assert_eq!(codes, [code], "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }

    /// Lint says this with these words, and perhaps what follows from it.
    #[track_caller]
    pub(crate) fn refused_with_more(self, code: &str, words: &str) {
        let (codes, text) = self.found();
        assert!(codes.contains(&code), "{text}");
        assert!(text.contains(words), "{words:?} is not in: {text}");
    }

    /// Lint says this and nothing else, and never shows these words.
    #[track_caller]
    pub(crate) fn refused_and_hidden(self, code: &str, words: &str) {
        let (codes, text) = self.found();
        assert_eq!(codes, [code], "{text}");
        assert!(!text.contains(words), "{text}");
    }
}
