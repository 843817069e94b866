//! `errors:` of a system: which of its refusals mean what.

use super::place::paths;
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
            paths(&written, found)
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
        let text = line.text.trim();
        let (status, word) = match text.split_once(" when ").or(text.strip_suffix(" when").map(|status| (status, ""))) {
            Some((status, condition)) => (status.trim(), Some(condition)),
            None => (text, None),
        };
        let Some(number) = status.parse().ok().filter(|number| (100..=599).contains(number)) else {
            let message = format!("`{status}` is no HTTP status");
            let finding = Diagnostic::error(Code("type-number"), message, line.span, "no status");
            found.push(finding.help("write a number from 100 to 599, such as `429`"));
            return None;
        };
        let word = match word {
            Some(condition) => Some(worded(line, (status, condition), found)?),
            None => None,
        };
        Some(Self { status: number, word, span: line.span })
    }
}

/// `PATH == WORD`, the word with or without quotes.
fn worded(line: &Scalar, (status, condition): (&str, &str), found: &mut Found) -> Option<(Path, String)> {
    let signs = |sign: char| sign == '=' || sign.is_whitespace();
    let (place, word) = condition.split_once(['=', ' ']).unwrap_or((condition, ""));
    let (place, word) = (Path::parse(place.trim()), unquoted(word.trim_start_matches(signs).trim()));
    let is_said = condition.contains(" == ") && !word.is_empty();
    match place {
        Some(place) if is_said => return Some((place, word.to_owned())),
        place => {
            let message = "what stands in a refusal is said as `PATH == WORD`";
            let finding = Diagnostic::error(Code("syntax-system"), message, line.span, "not understood");
            let (place, word) = (place.map(|place| place.to_string()), Some(word).filter(|word| !word.is_empty()));
            let (place, word) = (place.as_deref().unwrap_or("errors[].code"), word.unwrap_or("WORD"));
            let help = format!("write `{status} when {place} == {word}`: where the word stands, and the whole word");
            found.push(finding.help(help));
        }
    }
    None
}

fn unquoted(word: &str) -> &str {
    let inner = |quote: char| word.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('\'')).unwrap_or(word)
}
