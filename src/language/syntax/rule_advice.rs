//! What to write instead where a rule, a row or a `with:` entry is written as it is elsewhere, or not to its end.
//!
//! Looks at the letters of a line that could not be read; knows no meaning.

use super::yaml::Scalar;
use crate::diagnostic::{Code, Diagnostic, suggest};

/// The code of lines that are not well formed.
pub(super) const CODE: Code = Code("syntax-rule");

/// How else arrows are written, and what is meant; those that are signs of expressions last.
const ODD_ARROWS: [(&str, &str); 23] = [
    ("<=>", "<->"),
    ("<-->", "<->"),
    ("< ->", "<->"),
    ("<- >", "<->"),
    ("< - >", "<->"),
    ("\u{2194}", "<->"),
    ("\u{21d4}", "<->"),
    ("-->", "->"),
    ("=>", "->"),
    ("\u{2192}", "->"),
    ("\u{21d2}", "->"),
    ("\u{2013}>", "->"),
    ("\u{2014}>", "->"),
    ("- >", "->"),
    ("~>", "->"),
    ("|->", "->"),
    ("<--", "<-"),
    ("\u{2190}", "<-"),
    ("\u{21d0}", "<-"),
    ("< -", "<-"),
    (":=", "<-"),
    ("<=", "<-"),
    ("<>", "<->"),
];

/// An arrow that is written otherwise, with blanks around it and outside quotes.
pub(super) fn odd_arrow(scalar: &Scalar) -> Option<Diagnostic> {
    let text = scalar.text.as_str();
    let has_one = [" -> ", " <- ", " <-> "].iter().any(|arrow| text.contains(arrow));
    let told = |(odd, meant): &(&str, &str)| {
        let is_sign = matches!(*odd, ":=" | "<=" | "<>");
        if is_sign && has_one {
            return None;
        }
        let stands = |at: &usize| {
            let (before, after) = (text.get(..*at).unwrap_or_default(), text.get(at + odd.len()..).unwrap_or_default());
            let apart = before.ends_with(' ') && (after.is_empty() || after.starts_with(' '));
            apart && before.matches('"').count().is_multiple_of(2)
        };
        let at = text.match_indices(odd).map(|(at, _)| at).find(stands)?;
        let span = scalar.part(at, at + odd.len());
        let message = "arrows are written `->`, `<-` or `<->`";
        Some(Diagnostic::error(CODE, message, span, "no arrow").write(*meant))
    };
    ODD_ARROWS.iter().find_map(told)
}

/// How an entry of `with:` reads.
pub(super) const ENTRY: &str = "an entry reads `system.record where CONDITION, at most one`, or `system.record[] where \
                                CONDITION` for several; behind it may stand `or made by FUNCTION(…)`";

/// The words of an entry of `with:`.
pub(super) const ENTRY_WORDS: [&str; 8] = ["where", "at", "most", "one", "or", "made", "by", "every"];

/// An arrow without a blank on one of its sides.
pub(super) fn squeezed_arrow(scalar: &Scalar) -> Option<Diagnostic> {
    let text = scalar.text.as_str();
    let (at, arrow) = ["<->", "->", "<-"].iter().find_map(|arrow| text.find(arrow).map(|at| (at, *arrow)))?;
    let (before, behind) = (text.get(..at)?, text.get(at + arrow.len()..)?);
    let blank = |is_there: bool| if is_there { "" } else { " " };
    let apart = format!("{}{arrow}{}", blank(before.ends_with(' ')), blank(behind.starts_with(' ')));
    let span = scalar.part(at, at + arrow.len());
    let finding = Diagnostic::error(CODE, "an arrow has a blank on both sides", span, "here");
    Some(finding.help("put blanks around it").edit(span, apart))
}

/// The word where a line is not understood any more, or the one behind it, where it is nearly one that may stand there.
pub(super) fn misspelt(scalar: &Scalar, at: usize, known: &[&str]) -> Option<Diagnostic> {
    let (start, end, meant) = suggest::slip(&scalar.text, at, known)?;
    let message = format!("`{}` does not fit here", scalar.text.get(start..end)?);
    Some(Diagnostic::error(CODE, message, scalar.part(start, end), "not understood").write(meant))
}

/// What must follow the word or sign that a line ends with.
pub(super) fn unfinished(text: &str) -> Option<String> {
    let said = text.trim_end();
    let ends = |word: &str| said == word || said.ends_with(&format!(" {word}"));
    let what = match () {
        () if ends("->") || ends("<->") => "the target: `source -> target`",
        () if ends("<-") => "the constant or the source: `target <- \"…\"`",
        () if ends("via table") => "the name of the table: `via table NAME`",
        () if ends("via pipeline") => "the name of the pipeline: `via pipeline NAME`",
        () if ends("via") => "`table NAME` or `pipeline NAME`",
        () if ends("from") => "the states in which it applies: `from STATE, STATE`",
        () if ends("because") => "the reason: `because …`",
        () if ends("on") => "`create`: `on create`",
        () if ends("where") => "the condition: `where .field == …`",
        () if ends("when") || ends("unless") => "a condition",
        () if ends("by [") || ends("by") => "the fields of the key, and close it: `by [FIELD]`",
        () => return None,
    };
    Some(format!("write {what}"))
}

/// A bracket that closes nothing.
pub(super) fn surplus(scalar: &Scalar) -> Option<Diagnostic> {
    let text = scalar.text.as_str();
    let (mut open, mut is_quoted) = (Vec::new(), false);
    for (at, letter) in text.char_indices() {
        let opening = match letter {
            '"' => {
                is_quoted = !is_quoted;
                continue;
            }
            '(' | '[' | '{' if !is_quoted => {
                open.push(letter);
                continue;
            }
            ')' => '(',
            ']' => '[',
            '}' => '{',
            _ => continue,
        };
        if !is_quoted && open.pop() != Some(opening) {
            let message = format!("a `{letter}` closes nothing");
            let finding = Diagnostic::error(CODE, message, scalar.part(at, at + 1), "nothing is open here");
            let help = format!("take the `{letter}` out, or open it with `{opening}`");
            return Some(finding.help(help));
        }
    }
    None
}
