//! Strikes secrets from foreign texts, however they are spelt there: in capitals, in hexadecimal or base64, escaped for
//! a URL, for JSON or for HTML, or one inside another.
//!
//! Pure. The text is read as what its escapes stand for, each byte with the place that it came from; what spells a
//! secret at any depth is struck out at its place.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// The shortest secret that is struck from texts, in bytes; shorter ones would strike common words.
const SECRET_BYTES_MIN: usize = 4;

/// The shortest spelling in base64 that is struck out, in letters, for the same reason.
const SPELLING_LETTERS_MIN: usize = 6;

/// How often escapes are read, one inside another.
const DEPTH_MAX: usize = 3;

/// The most of a text that is looked through, in bytes; the rest is left out.
const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The end of a text that was cut, in bytes, which is left out because the half of a secret may stand there.
const CUT_BYTES: usize = 8 * 1024;

/// What stands in the place of a secret.
const MASK: &str = "***";

/// The most letters between `&` and `;`.
const ENTITY_LETTERS_MAX: usize = 8;

/// How a secret may be spelt, letters small.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Spelling {
    text: Vec<u8>,
    /// Whether it is base64, whose neighbours may hold the rest of the secret.
    is_base64: bool,
}

/// A byte that a text stands for, and where in the text it came from.
#[derive(Clone, Copy)]
struct Read {
    byte: u8,
    from: usize,
    to: usize,
}

/// The text without the secrets.
pub(super) fn mask<'s>(text: &str, secrets: impl Iterator<Item = &'s str>) -> String {
    let spellings: Vec<Spelling> =
        secrets.filter(|secret| secret.len() >= SECRET_BYTES_MIN).flat_map(spellings_of).collect();
    if spellings.is_empty() || text.is_empty() {
        return text.to_owned();
    }
    let (text, was_cut) = match text.get(..text.floor_char_boundary(TEXT_BYTES_MAX)) {
        Some(beginning) if beginning.len() < text.len() => (beginning, true),
        _ => (text, false),
    };
    let mut read: Vec<Read> =
        text.bytes().enumerate().map(|(at, byte)| Read { byte, from: at, to: at.saturating_add(1) }).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    if was_cut {
        found.push(text.floor_char_boundary(text.len().saturating_sub(CUT_BYTES))..text.len());
    }
    for _ in 0..=DEPTH_MAX {
        spellings.iter().for_each(|spelling| find(&read, spelling, &mut found));
        let before = read.len();
        read = unescaped(&read);
        if read.len() == before {
            break;
        }
    }
    struck(text, found)
}

/// The spellings of a secret; in base64 one for each of the places where it may begin there.
fn spellings_of(secret: &str) -> Vec<Spelling> {
    let plain = secret.as_bytes();
    let spelling = |text: Vec<u8>, is_base64| Spelling { text: text.to_ascii_lowercase(), is_base64 };
    let mut spellings = vec![spelling(plain.to_vec(), false), spelling(hex::encode(plain).into_bytes(), false)];
    for (before, lost) in [(0, 0), (1, 2), (2, 3)] {
        let mut bytes = vec![0; before];
        bytes.extend_from_slice(plain);
        let whole = bytes.len() - bytes.len() % 3;
        // What is not whole depends on what follows.
        let encoded = STANDARD_NO_PAD.encode(bytes.get(..whole).unwrap_or_default());
        let letters = encoded.get(lost..).unwrap_or_default();
        if letters.len() >= SPELLING_LETTERS_MIN {
            spellings.push(spelling(letters.replace('+', "-").replace('/', "_").into_bytes(), true));
            spellings.push(spelling(letters.as_bytes().to_vec(), true));
        }
    }
    spellings.sort();
    spellings.dedup();
    spellings
}

fn find(read: &[Read], spelling: &Spelling, found: &mut Vec<Range<usize>>) {
    let wanted = &spelling.text;
    let same = |window: &[Read]| window.iter().zip(wanted).all(|(one, byte)| one.byte.eq_ignore_ascii_case(byte));
    for (at, _) in read.windows(wanted.len()).enumerate().filter(|(_, window)| same(window)) {
        let (mut begin, mut end) = (at, at.saturating_add(wanted.len()));
        if spelling.is_base64 {
            let is_letter = |one: &&Read| one.byte.is_ascii_alphanumeric() || b"+/-_".contains(&one.byte);
            begin -= read.iter().take(begin).rev().take_while(is_letter).count();
            end += read.iter().skip(end).take_while(|one| is_letter(one) || one.byte == b'=').count();
        }
        if let Some([first, .., last]) = read.get(begin..end) {
            found.push(first.from..last.to);
        }
    }
}

/// What a text stands for once its escapes are read.
fn unescaped(read: &[Read]) -> Vec<Read> {
    let mut out = Vec::with_capacity(read.len());
    let mut rest = read;
    while let Some((first, behind)) = rest.split_first() {
        let escape = match first.byte {
            b'%' => hexadecimal(behind, 2).map(|code| (code, 3)),
            b'\\' => backslash(behind),
            b'&' => entity(behind),
            _ => None,
        };
        let Some((code, length)) = escape else {
            out.push(*first);
            rest = behind;
            continue;
        };
        let to = rest.get(length.saturating_sub(1)).map_or(first.to, |last| last.to);
        let place = |byte| Read { byte, from: first.from, to };
        // Of a URL's escapes each is a byte, of the others a letter.
        match u8::try_from(code) {
            Ok(byte) if byte.is_ascii() || first.byte == b'%' => out.push(place(byte)),
            _ => {
                let letter = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend(letter.to_string().bytes().map(place));
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

/// What stands behind a backslash, and the length of the whole.
fn backslash(behind: &[Read]) -> Option<(u32, usize)> {
    let sign = behind.first()?.byte;
    match sign {
        b'u' => hexadecimal(behind.get(1..)?, 4).map(|code| (code, 6)),
        b'x' => hexadecimal(behind.get(1..)?, 2).map(|code| (code, 4)),
        b'n' => Some((u32::from(b'\n'), 2)),
        b't' => Some((u32::from(b'\t'), 2)),
        b'r' => Some((u32::from(b'\r'), 2)),
        sign if sign.is_ascii_punctuation() => Some((u32::from(sign), 2)),
        _ => None,
    }
}

/// What stands behind an ampersand, up to its semicolon.
fn entity(behind: &[Read]) -> Option<(u32, usize)> {
    let end = behind.iter().take(ENTITY_LETTERS_MAX).position(|one| one.byte == b';')?;
    let name: String = behind.get(..end)?.iter().map(|one| char::from(one.byte)).collect();
    let code = match (name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")), name.strip_prefix('#')) {
        (Some(digits), _) => u32::from_str_radix(digits, 16).ok()?,
        (None, Some(digits)) => digits.parse().ok()?,
        (None, None) => u32::from(match name.as_str() {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            _ => return None,
        }),
    };
    Some((code, end.saturating_add(2)))
}

fn hexadecimal(behind: &[Read], digits: usize) -> Option<u32> {
    let text: String = behind.get(..digits)?.iter().map(|one| char::from(one.byte)).collect();
    text.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u32::from_str_radix(&text, 16).ok())?
}

/// The text with a mask in each of the places.
fn struck(text: &str, mut found: Vec<Range<usize>>) -> String {
    found.sort_by_key(|place| (place.start, place.end));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for place in found {
        if place.start >= end {
            out.push_str(text.get(end..place.start).unwrap_or_default());
            out.push_str(MASK);
        }
        end = end.max(place.end);
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}
