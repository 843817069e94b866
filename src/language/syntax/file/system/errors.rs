//! `errors:` of a system: which of its refusals mean what.

use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::syntax::mapping::{Found, Mapping, names, text};
use crate::language::syntax::yaml::Scalar;
use crate::value::Path;

/// `errors:`
#[derive(Clone, Debug, Default)]
pub struct ErrorsTree {
    /// `message:`
    pub message: Vec<Path>,
    /// `refused:`
    pub refused: Vec<Path>,
    /// `gone:`
    pub gone: Option<Vec<RefusalLine>>,
    /// `later:`
    pub later: Option<Vec<RefusalLine>>,
    /// `stale:`
    pub stale: Option<Vec<RefusalLine>>,
}

/// `STATUS` or `STATUS when PATH == WORD`
#[derive(Clone, Debug)]
pub struct RefusalLine {
    /// The status.
    pub status: u16,
    /// What stands in the answer, and where.
    pub word: Option<(Path, String)>,
    /// The whole line.
    pub span: Span,
}

impl ErrorsTree {
    pub(super) fn of(map: &Mapping<'_>, found: &mut Found) -> Self {
        let mut places = |name: &str| -> Vec<Path> {
            let written = names(map.list(name, name, found), name, found);
            written.iter().filter_map(|path| Path::parse(&path.text)).collect()
        };
        let (message, refused) = (places("message"), places("refused"));
        Self {
            message,
            refused,
            gone: refusals(map, "gone", found),
            later: refusals(map, "later", found),
            stale: refusals(map, "stale", found),
        }
    }
}

fn refusals(map: &Mapping<'_>, name: &str, found: &mut Found) -> Option<Vec<RefusalLine>> {
    if !map.has(name) {
        return None;
    }
    let lines = map.list(name, name, found).into_iter();
    Some(lines.filter_map(|node| RefusalLine::of(text(node, name, found)?, found)).collect())
}

impl RefusalLine {
    fn of(line: &Scalar, found: &mut Found) -> Option<Self> {
        let (status, word) = match line.text.split_once(" when ") {
            Some((status, condition)) => (status.trim(), Some(condition)),
            None => (line.text.trim(), None),
        };
        let Some(number) = status.parse().ok().filter(|number| (100..=599).contains(number)) else {
            let message = format!("`{status}` is no HTTP status");
            let finding = Diagnostic::error(Code("type-number"), message, line.span, "no status");
            found.push(finding.help("write a number from 100 to 599, such as `429`"));
            return None;
        };
        let word = match word {
            Some(condition) => Some(worded(line, condition, found)?),
            None => None,
        };
        Some(Self { status: number, word, span: line.span })
    }
}

/// `PATH == WORD`, the word with or without quotes.
fn worded(line: &Scalar, condition: &str, found: &mut Found) -> Option<(Path, String)> {
    let parts = condition.split_once(" == ").map(|(place, word)| (Path::parse(place.trim()), unquoted(word.trim())));
    match parts {
        Some((Some(place), word)) if !word.is_empty() => Some((place, word.to_owned())),
        _ => {
            let message = "what stands in a refusal is said as `PATH == WORD`";
            let finding = Diagnostic::error(Code("syntax-system"), message, line.span, "not understood");
            found.push(finding.help("write `400 when errors[].code == 5010`"));
            None
        }
    }
}

fn unquoted(word: &str) -> &str {
    let inner = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(word)
}
