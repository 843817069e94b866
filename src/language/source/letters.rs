//! Letters that nobody sees, or that look like others: each file that has some is read as it looks, and one finding
//! says where they stand.
//!
//! Knows where rule files hold prose and quoted text, in which every letter may stand; knows nothing of rules.

use std::collections::BTreeSet;

use super::source_map::{SourceFile, SourceMap};
use crate::diagnostic::{Code, Diagnostic, FileId, Span};

const CODE: Code = Code("syntax-letter");

/// How many more places a finding shows.
const SHOWN_MAX: usize = 5;

/// Letters of other scripts, each with the Latin one that it looks like.
const ALIKE: [(char, char); 34] = [
    ('а', 'a'),
    ('е', 'e'),
    ('о', 'o'),
    ('р', 'p'),
    ('с', 'c'),
    ('у', 'y'),
    ('х', 'x'),
    ('і', 'i'),
    ('ј', 'j'),
    ('ѕ', 's'),
    ('ԁ', 'd'),
    ('һ', 'h'),
    ('А', 'A'),
    ('В', 'B'),
    ('Е', 'E'),
    ('К', 'K'),
    ('М', 'M'),
    ('Н', 'H'),
    ('О', 'O'),
    ('Р', 'P'),
    ('С', 'C'),
    ('Т', 'T'),
    ('Х', 'X'),
    ('І', 'I'),
    ('Ѕ', 'S'),
    ('Ј', 'J'),
    ('ο', 'o'),
    ('Α', 'A'),
    ('Β', 'B'),
    ('Ε', 'E'),
    ('Κ', 'K'),
    ('Ο', 'O'),
    ('Ρ', 'P'),
    ('Τ', 'T'),
];

/// A letter that is none of those it looks like.
struct Odd {
    /// Where it stands in the text as it is read.
    at: usize,
    message: String,
    help: String,
}

/// What a line is part of.
#[derive(Clone, Copy)]
struct Place {
    is_script: bool,
    is_test: bool,
}

/// The files as they look, and what they looked otherwise.
pub fn as_they_look(sources: SourceMap) -> (SourceMap, Vec<Diagnostic>) {
    let (mut found, mut files) = (Vec::new(), Vec::new());
    for (id, file) in sources.files() {
        let (text, odd) = if file.text.is_ascii() { (file.text.clone(), Vec::new()) } else { read(file) };
        found.extend(told(id, &odd, &text));
        files.push(SourceFile { name: file.name.clone(), text });
    }
    if found.is_empty() { (sources, found) } else { (SourceMap::new(files), found) }
}

fn told(file: FileId, odd: &[Odd], text: &str) -> Option<Diagnostic> {
    let (first, more) = odd.split_first()?;
    let span = |one: &Odd| {
        let length = text.get(one.at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        Span::new(file, one.at, one.at + length)
    };
    let finding = Diagnostic::error(CODE, first.message.clone(), span(first), "here").help(first.help.clone());
    // Each line as it looks, up to where the next begins: so the change means the same in the text that is not read
    // as it looks, whatever its lines have too many.
    let line_start = |one: &Odd| text.get(..one.at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let starts: BTreeSet<usize> = odd.iter().map(line_start).collect();
    let finding = starts.into_iter().fold(finding, |finding, start| {
        let line = text.get(start..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or_default();
        finding.edit(Span::new(file, start, start + line.len()), line)
    });
    Some(more.iter().take(SHOWN_MAX).fold(finding, |finding, one| finding.label(span(one), one.message.clone())))
}

fn read(file: &SourceFile) -> (String, Vec<Odd>) {
    let mut place = Place { is_script: file.name.ends_with(".rhai"), is_test: false };
    let (mut text, mut odd) = (String::with_capacity(file.text.len()), Vec::new());
    let mut told = None;
    // A mark of the file's encoding may stand before everything.
    let said = file.text.strip_prefix('\u{feff}').unwrap_or(&file.text);
    text.push_str(file.text.strip_suffix(said).unwrap_or_default());
    for line in said.split_inclusive('\n') {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        place.is_test |= line.trim_end() == "tests:";
        // A description may go on over deeper lines.
        told = told.filter(|above| indent > *above || bare.is_empty());
        if told.is_some() || line.is_ascii() {
            text.push_str(line);
        } else {
            let (said, prose) = line.split_at(prose_start(line, place));
            read_line(said, place, (&mut text, &mut odd));
            text.push_str(prose);
        }
        if bare.starts_with("about:") {
            told = Some(indent);
        }
    }
    (text, odd)
}

/// Where a comment, a reason or the text of a key for people begins.
fn prose_start(line: &str, place: Place) -> usize {
    let bare = line.trim_start();
    let keys = ["about:", "- name:", "parked:"];
    if let Some(key) = keys.iter().find(|key| bare.starts_with(**key)) {
        return line.len() - bare.len() + key.len();
    }
    let marks: &[&str] = if place.is_script { &["//"] } else { &[" #", " because "] };
    let outside = |at: &usize| line.get(..*at).is_some_and(|before| before.matches('"').count().is_multiple_of(2));
    let starts = marks.iter().filter_map(|mark| line.match_indices(mark).map(|(at, _)| at).find(outside));
    let whole = if bare.starts_with('#') { 0 } else { line.len() };
    starts.min().unwrap_or(whole).min(whole)
}

fn read_line(line: &str, place: Place, (text, odd): (&mut String, &mut Vec<Odd>)) {
    let (mut quote, mut last) = (None, ' ');
    let mut printed: Option<String> = None;
    let mut rest = line;
    while let Some(letter) = rest.chars().next() {
        let length = rest.find(|letter: char| !is_word(letter)).unwrap_or(rest.len()).max(letter.len_utf8());
        let (part, behind) = rest.split_at(length);
        rest = behind;
        let seen = if is_word(letter) {
            latin(part).filter(|_| !place.is_test || quote.is_none())
        } else if quote.is_some() && quote != Some(letter) {
            None
        } else if let ('\u{2019}', Some(plain)) = (letter, &printed) {
            text.push_str(plain);
            printed = None;
            continue;
        } else {
            unlike(letter, (last, behind), place)
        };
        if quote == Some(letter) {
            quote = None;
        } else if quote.is_none() && matches!(letter, '"' | '\'') && opens(last) {
            quote = Some(letter);
        }
        if let Some((plain, ..)) = seen.as_ref().filter(|_| ('\u{2018}'..='\u{201b}').contains(&letter)) {
            printed = Some(plain.clone());
        }
        last = part.chars().next_back().unwrap_or(letter);
        let at = text.len();
        match seen {
            Some((plain, message, help)) => {
                text.push_str(&plain);
                odd.push(Odd { at, message, help });
            }
            None => text.push_str(part),
        }
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

/// Whether a quote behind this letter begins a text.
fn opens(last: char) -> bool {
    last.is_whitespace() || "[{(,".contains(last)
}

/// How it looks, what it is, and what to do.
type Seen = (String, String, String);

/// A word of Latin letters in which others stand that look like them.
fn latin(word: &str) -> Option<Seen> {
    let plain = |letter: char| ALIKE.iter().find(|(other, _)| *other == letter).map(|(_, plain)| *plain);
    let odd = word.chars().find(|letter| !letter.is_ascii())?;
    let alike = plain(odd)?;
    let is_mixed = word.chars().any(|letter| letter.is_ascii_alphabetic());
    let all: Option<String> =
        word.chars().map(|letter| if letter.is_ascii() { Some(letter) } else { plain(letter) }).collect();
    let all = all.filter(|_| is_mixed)?;
    let script = if ('\u{400}'..='\u{52f}').contains(&odd) { "Cyrillic" } else { "Greek" };
    let code = u32::from(odd);
    let message = format!("a {script} letter (U+{code:04X}) in `{all}` looks like `{alike}`");
    Some((all.clone(), message, format!("write `{all}` in Latin letters, its `{alike}` too")))
}

/// A sign that is none where it stands.
fn unlike(letter: char, (last, behind): (char, &str), place: Place) -> Option<Seen> {
    let code = u32::from(letter);
    let seen = |plain: &str, what: &str, help: &str| {
        Some((plain.to_owned(), format!("{what} (U+{code:04X}) stands here"), help.to_owned()))
    };
    match letter {
        '\u{a0}' | '\u{202f}' => seen(" ", "a no-break space", "write a plain blank, or put the text into quotes"),
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => {
            seen(" ", "a wide or narrow space", "write a plain blank, or put the text into quotes")
        }
        '\u{ad}' => seen("", "a soft hyphen, which nobody sees,", "take it out: it is no letter of the name"),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            seen("", "a sign that turns letters around, which nobody sees,", "take it out: it is no letter of the name")
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
            seen("", "a zero-width sign, which nobody sees,", "take it out: it is no letter of the name")
        }
        _ if place.is_test || place.is_script => None,
        '\u{ff01}'..='\u{ff5e}' => {
            let plain = char::from_u32(code - 0xfee0)?.to_string();
            seen(&plain, "a full-width sign", &format!("write a plain `{plain}`"))
        }
        '\u{201c}'..='\u{201f}' if opens(last) || closes(behind) => {
            seen("\"", "a printed quote", "write straight quotes: `\"…\"`")
        }
        '\u{2018}'..='\u{201b}' if opens(last) && behind.contains('\u{2019}') => {
            // What has no double quote in it stands between two.
            let inner = behind.split('\u{2019}').next().unwrap_or_default();
            let plain = if inner.contains(['"', '\\']) { "'" } else { "\"" };
            seen(plain, "a printed quote", "write straight quotes: `\"…\"` or `'…'`")
        }
        _ => None,
    }
}

/// Whether a text may end before this.
fn closes(behind: &str) -> bool {
    behind.trim_end().is_empty() || behind.starts_with([' ', ')', ']', '}', ','])
}
