//! Answers that no JSON parser takes because of single values: half a surrogate, NaN, a broken byte.
//!
//! Pure. Reads such an answer with a mark in place of each value, so that one record does not take the others with
//! it; which records hold a mark is told, and a marked value is never given on.

use serde_json::Value as Json;

use crate::value::{Path, Segment};

/// Stands where a value could not be read: a code point that Unicode keeps for no text.
const MARK: char = '\u{FDD0}';

/// The same body with marks in place of what is no JSON.
pub(super) fn marked(body: &[u8]) -> String {
    let text: Vec<char> = String::from_utf8_lossy(body).chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_slice();
    let mut in_text = false;
    while let Some((first, after)) = rest.split_first() {
        let taken = if in_text { in_string(rest, &mut out) } else { outside(rest, &mut out) };
        if taken == 0 {
            in_text ^= *first == '"';
            out.push(*first);
            rest = after;
        } else {
            rest = rest.get(taken..).unwrap_or_default();
        }
    }
    out
}

/// What of the beginning of a text inside quotes was taken; 0: it is an ordinary character.
fn in_string(rest: &[char], out: &mut String) -> usize {
    match rest {
        ['\\', 'u', ..] => {
            let (first, second) = (unit(rest), rest.get(6..).and_then(unit));
            match (first, second) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => keep(rest, 12, out),
                (Some(0xD800..=0xDFFF), _) => mark(6, out),
                (Some(_), _) => keep(rest, 6, out),
                (None, _) => mark(2, out),
            }
        }
        ['\\', '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't', ..] => keep(rest, 2, out),
        ['\\', ..] => mark(1, out),
        [char::REPLACEMENT_CHARACTER, ..] => mark(1, out),
        [control, ..] if control.is_ascii_control() && *control != '\u{7F}' => mark(1, out),
        _ => 0,
    }
}

/// The same outside of quotes: words for numbers that JSON does not have.
fn outside(rest: &[char], out: &mut String) -> usize {
    for word in ["-Infinity", "Infinity", "NaN"] {
        let length = word.chars().count();
        if rest.get(..length).is_some_and(|begin| begin.iter().copied().eq(word.chars())) {
            out.push('"');
            mark(length, out);
            out.push('"');
            return length;
        }
    }
    0
}

/// The UTF-16 unit of an escape of four hexadecimal digits at the beginning.
fn unit(rest: &[char]) -> Option<u32> {
    let digits = rest.strip_prefix(&['\\', 'u'])?.get(..4)?;
    digits.iter().try_fold(0, |sum: u32, digit| Some(sum * 16 + digit.to_digit(16)?))
}

fn keep(rest: &[char], length: usize, out: &mut String) -> usize {
    out.extend(rest.iter().take(length));
    length
}

fn mark(length: usize, out: &mut String) -> usize {
    out.push(MARK);
    length
}

/// Takes marked values out of a record, null in their place; where the first one stood.
pub(super) fn take_marks(raw: &mut Json) -> Option<Path> {
    match raw {
        Json::String(text) if text.contains(MARK) => {
            *raw = Json::Null;
            Some(Path::default())
        }
        Json::Array(items) => {
            let places = items.iter_mut().enumerate().filter_map(|(at, item)| below(Segment::Index(at), item));
            places.reduce(|first, _| first)
        }
        Json::Object(fields) => {
            let places = fields.iter_mut().filter_map(|(name, item)| below(Segment::Field(name.as_str().into()), item));
            places.reduce(|first, _| first)
        }
        _ => None,
    }
}

fn below(step: Segment, item: &mut Json) -> Option<Path> {
    let inner = take_marks(item)?;
    Some(Path(std::iter::once(step).chain(inner.0).collect()))
}
