//! What a file declares, told by its name and its first word, as it is or as it was meant.

use crate::diagnostic::suggest;
use crate::language::syntax::field_spec::FILE_KINDS;

/// What a file declares, which others use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Declares {
    Settings,
    System,
    Accounts,
    Ownership,
    Table,
    Script,
    Pipeline,
    Tests,
    Nothing,
}

/// By the file's first word, as it is or as it was meant.
pub(super) fn declares(name: &str, text: &str) -> Declares {
    if name.ends_with(".rhai") {
        return Declares::Script;
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    let word = line.split(':').next().unwrap_or_default();
    match suggest::nearest(word, FILE_KINDS).first() {
        Some(&"settings") => Declares::Settings,
        Some(&"system") => Declares::System,
        Some(&"accounts") => Declares::Accounts,
        Some(&"ownership") => Declares::Ownership,
        Some(&"table") => Declares::Table,
        Some(&"pipeline") => Declares::Pipeline,
        Some(&"tests") => Declares::Tests,
        _ => Declares::Nothing,
    }
}
