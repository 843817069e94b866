//! What is nearly a word that may stand behind the two sides of a rule, or half of one.
//!
//! Looks at the letters of a line that could not be read, or that was read as what no rule says; knows no meaning.

use super::expression::{Expression, ExpressionKind, Operator};
use super::rule_advice::CODE;
use super::yaml::Scalar;
use crate::diagnostic::{Diagnostic, suggest};

/// What may stand there, but for what is too short to be near anything.
const MODIFIERS: [&str; 10] = [
    "also when gone",
    "on create",
    "or clear",
    "reported once",
    "via pipeline",
    "via table",
    "always",
    "because",
    "unless",
    "when",
];

/// Words that say only half of it, with the whole.
const HALVES: [(&str, &str); 6] = [
    ("clear", "or clear"),
    ("or_clear", "or clear"),
    ("or-clear", "or clear"),
    ("create", "on create"),
    ("on_create", "on create"),
    ("gone", "also when gone"),
];

/// Words of the longest of them.
const WORDS_MAX: usize = 3;

/// What behind the target of a rule is nearly one of these words.
pub(super) fn odd_modifier(scalar: &Scalar) -> Option<Diagnostic> {
    let text = scalar.text.as_str();
    let begin = [" -> ", " <-> "].iter().filter_map(|arrow| Some(text.find(arrow)? + arrow.len())).min()?;
    let words = words(text, begin);
    // The first is the target.
    let mut at = 1;
    while at < words.len() {
        let parts = (1..=WORDS_MAX).rev().filter_map(|count| Some((count, words.get(at..at + count)?)));
        let said = |part: &[(usize, &str)]| part.iter().map(|(_, word)| *word).collect::<Vec<_>>().join(" ");
        let parts: Vec<(usize, String)> = parts.map(|(count, part)| (count, said(part))).collect();
        if let Some((count, known)) = parts.iter().find(|(_, said)| MODIFIERS.contains(&said.as_str())) {
            if matches!(known.as_str(), "when" | "unless" | "because") {
                return None;
            }
            at += count;
            continue;
        }
        if let Some((count, help)) = parts.iter().find_map(|(count, said)| Some((*count, doubtful(said)?))) {
            let (first, last) = (words.get(at)?, words.get(at + count - 1)?);
            let span = scalar.part(first.0, last.0 + last.1.len());
            let message = format!("`{}` does not fit here", text.get(first.0..last.0 + last.1.len())?);
            return Some(Diagnostic::error(CODE, message, span, "not understood").help(help));
        }
        if let Some((count, meant)) = parts.iter().find_map(|(count, said)| Some((*count, meant(said)?))) {
            let (first, last) = (words.get(at)?, words.get(at + count - 1)?);
            let span = scalar.part(first.0, last.0 + last.1.len());
            let message = format!("`{}` does not fit here", text.get(first.0..last.0 + last.1.len())?);
            return Some(Diagnostic::error(CODE, message, span, "not understood").write(meant));
        }
        at += 1;
    }
    None
}

/// What was meant by words that are none of these.
fn meant(said: &str) -> Option<&'static str> {
    let count = said.split(' ').count();
    let half = HALVES.iter().find(|(half, _)| *half == said).map(|(_, whole)| *whole);
    let known = MODIFIERS.iter().copied().filter(|known| known.split(' ').count() == count);
    // Each word by itself: `on update` is as near to `on create` as a slip is, and says the opposite.
    let each = |known: &&str| {
        said.split(' ').zip(known.split(' ')).all(|(one, other)| one == other || suggest::is_near(one, other))
    };
    half.or_else(|| suggest::nearest(said, known).into_iter().find(each))
}

/// What may be meant by words that several of these could stand for.
fn doubtful(said: &str) -> Option<&'static str> {
    match said {
        "once" => Some(
            "write `on create` where it is written once, when the record is made; `reported once` where what the peer \
             refuses of it is told once",
        ),
        "on update" | "on change" => Some("take it out: a rule writes whenever its value changed"),
        _ => None,
    }
}

/// The words of a text from a place on, each with its own; none behind a quote.
fn words(text: &str, begin: usize) -> Vec<(usize, &str)> {
    let rest = text.get(begin..).unwrap_or_default();
    let mut next = begin;
    let placed = rest.split('"').next().unwrap_or_default().split(' ').map(|word| {
        let at = next;
        next = at + word.len() + 1;
        (at, word)
    });
    placed.filter(|(_, word)| !word.is_empty()).collect()
}

/// An `or` behind the target: it would make a condition of a field.
pub(super) fn odd_or(scalar: &Scalar, target: &Expression) -> Option<Diagnostic> {
    let ExpressionKind::Binary(Operator::Or, _, last) = &target.kind else { return None };
    let told = || {
        let message = "an arrow points at one field, and this `or` makes a condition of it";
        let help = "write `or clear` where null or \"\" may take the place of a value, else take it out";
        Diagnostic::error(CODE, message, last.span, "not understood").help(help)
    };
    Some(odd_modifier(scalar).unwrap_or_else(told))
}
