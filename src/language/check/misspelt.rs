//! A declaration that is misspelt is told where it stands, once; so is a name that several places use and nothing has.
//!
//! Works on the names that were not found and on the words of the files; knows no kind of name. A word that stands
//! in one place only, where others use one like it, is the one that slipped.

use std::collections::BTreeMap;

use super::checker::Checker;
use crate::diagnostic::{Code, Diagnostic, FileId, Span};
use crate::language::resolve::Stray;
use crate::language::source::SourceMap;

/// How many places that use a name are shown.
const USES_SHOWN_MAX: usize = 3;

/// A declaration with the name that its users have for it.
#[derive(Clone, Debug)]
struct Slip {
    code: &'static str,
    place: Span,
    uses: Vec<Span>,
}

/// The wrong word, and the right one.
type Words = (String, String);

/// Tells misspelt declarations where they stand, in place of all their uses.
pub(super) fn tell(checker: &mut Checker<'_>) {
    let strays = std::mem::take(&mut checker.sink.strays);
    if strays.is_empty() {
        return;
    }
    let words = Said::of(checker.names.sources);
    let declared: Vec<Span> = checker.names.declared.values().copied().collect();
    let mut slips: BTreeMap<Words, Slip> = BTreeMap::new();
    for stray in &strays {
        if let Some((pair, place)) = judged(stray, &strays, &words, &declared) {
            slips.entry(pair).or_insert(Slip { code: stray.code, place, uses: Vec::new() });
        }
    }
    let mut merged = Vec::new();
    for stray in &strays {
        for (written, near) in pairs(stray) {
            if let Some(slip) = slips.get_mut(&(near.to_owned(), written.to_owned())) {
                slip.uses.push(stray.span);
                merged.push((stray.code, stray.span));
                break;
            }
            if slips.contains_key(&(written.to_owned(), near.to_owned())) {
                merged.push((stray.code, stray.span));
                break;
            }
        }
    }
    checker.sink.found.retain(|one| !merged.contains(&(one.code.0, one.primary.span)));
    checker.sink.found.extend(slips.into_iter().filter(|(_, slip)| !slip.uses.is_empty()).map(told));
    gather(checker);
}

/// The written word and each near one, where the names differ in one word.
fn pairs(stray: &Stray) -> impl Iterator<Item = (&str, &str)> {
    stray.near.iter().filter_map(|near| {
        let mut differing = stray.written.split('.').zip(near.split('.')).filter(|(one, other)| one != other);
        let same_length = stray.written.split('.').count() == near.split('.').count();
        differing.next().filter(|_| same_length && differing.next().is_none())
    })
}

/// The declaration that slipped, if it is one: the words, and where the wrong one stands.
fn judged(stray: &Stray, strays: &[Stray], words: &Said<'_>, declared: &[Span]) -> Option<(Words, Span)> {
    // What differs in case alone from a known name is a slip of its user.
    if stray.near.iter().any(|near| near.to_lowercase() == stray.written.to_lowercase()) {
        return None;
    }
    pairs(stray).find_map(|(written, near)| {
        let others = words.places(near);
        let users = strays.iter().filter(|other| other.written == stray.written).count();
        if let [place] = others.as_slice()
            && (users > 1 || !is_plural(written, near))
            && (words.places(written).len() > 1 || words.commoner(written, near))
        {
            return Some(((near.to_owned(), written.to_owned()), *place));
        }
        // What is declared here is looked for as the near one elsewhere.
        let asked = strays.iter().any(|other| pairs(other).any(|pair| pair == (near, written)));
        let alone = words.places(written).len() == 1 || declared.contains(&stray.span);
        (asked && alone).then(|| ((written.to_owned(), near.to_owned()), stray.span))
    })
}

/// Whether one of two words is the other for several: both may be meant, and a single use says nothing.
fn is_plural(one: &str, other: &str) -> bool {
    one.strip_suffix('s') == Some(other) || other.strip_suffix('s') == Some(one)
}

fn told(((wrong, right), slip): (Words, Slip)) -> Diagnostic {
    let times = match slip.uses.len() {
        1 => String::new(),
        count => format!(" {count} times"),
    };
    let message = format!("declared as `{wrong}`; used as `{right}`{times}");
    let finding = Diagnostic::error(Code(slip.code), message, slip.place, "declared here");
    let finding = finding.help(format!("write `{right}` here, or `{wrong}` where it is used"));
    labelled(finding.edit(slip.place, right.clone()), &slip.uses, "used here")
}

/// One name that nothing has, in several places, is one finding.
fn gather(checker: &mut Checker<'_>) {
    checker.sink.found.sort_by_key(|one| (one.primary.span.file, one.primary.span.start));
    let mut first: BTreeMap<(&'static str, String), usize> = BTreeMap::new();
    let mut kept: Vec<(Diagnostic, Vec<Span>)> = Vec::new();
    for one in std::mem::take(&mut checker.sink.found) {
        if one.code.0.starts_with("unknown-") && one.code.0 != "unknown-key" {
            match first.get(&(one.code.0, one.message.clone())).and_then(|at| kept.get_mut(*at)) {
                Some((told, others)) => {
                    told.fix.extend(one.fix);
                    others.push(one.primary.span);
                    continue;
                }
                None => drop(first.insert((one.code.0, one.message.clone()), kept.len())),
            }
        }
        kept.push((one, Vec::new()));
    }
    checker.sink.found = kept.into_iter().map(|(one, others)| labelled(one, &others, "and here")).collect();
}

fn labelled(mut finding: Diagnostic, places: &[Span], text: &str) -> Diagnostic {
    for place in places.iter().take(USES_SHOWN_MAX) {
        finding = finding.label(*place, text);
    }
    match places.len().checked_sub(USES_SHOWN_MAX) {
        Some(more) if more > 0 => finding.note(format!("in {more} more places")),
        _ => finding,
    }
}

/// The texts of all files, comments blanked out.
struct Said<'a> {
    texts: Vec<(FileId, String)>,
    whole: Vec<&'a str>,
}

impl<'a> Said<'a> {
    fn of(sources: &'a SourceMap) -> Self {
        let texts = sources.files().map(|(id, file)| (id, without_comments(&file.text, file.name.ends_with(".rhai"))));
        let whole = sources.files().map(|(_, file)| file.text.as_str());
        Self { texts: texts.collect(), whole: whole.collect() }
    }

    /// Where a word stands, comments left out.
    fn places(&self, word: &str) -> Vec<Span> {
        let in_file = |(file, text): &(FileId, String)| {
            whole_words(text, word).map(|at| Span::new(*file, at, at + word.len())).collect::<Vec<_>>()
        };
        self.texts.iter().flat_map(in_file).collect()
    }

    /// Whether the parts in which the one differs from the other are better known than the other's.
    fn commoner(&self, one: &str, other: &str) -> bool {
        let parts = |name: &str, beside: &str| -> Vec<String> {
            let known: Vec<&str> = beside.split(['_', '-']).collect();
            name.split(['_', '-']).filter(|part| !known.contains(part)).map(str::to_lowercase).collect()
        };
        let rarest = |parts: Vec<String>| {
            let count = |part: &String| self.whole.iter().map(|text| parts_like(text, part)).sum::<usize>();
            parts.iter().map(count).min().unwrap_or(usize::MAX)
        };
        rarest(parts(one, other)) > rarest(parts(other, one))
    }
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn whole_words<'t>(text: &'t str, word: &'t str) -> impl Iterator<Item = usize> + 't {
    text.match_indices(word).map(|(at, _)| at).filter(move |at| {
        let before = text.get(..*at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        !word.is_empty() && !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn parts_like(text: &str, part: &str) -> usize {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|one| one.eq_ignore_ascii_case(part)).count()
}

/// The text with its comments blanked, so that places stay.
fn without_comments(text: &str, is_script: bool) -> String {
    let mut said = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let begins = |at: &usize| {
            let before = line.get(..*at).unwrap_or_default();
            let outside = before.matches('"').count().is_multiple_of(2);
            outside && (is_script || before.is_empty() || before.ends_with([' ', '\t']))
        };
        let mark = if is_script { "//" } else { "#" };
        let end = line.match_indices(mark).map(|(at, _)| at).find(begins).unwrap_or(line.len());
        said.push_str(line.get(..end).unwrap_or_default());
        said.push_str(&" ".repeat(line.len() - end));
    }
    said
}
