//! Near names for a name that nothing has: only near ones, never far ones.

use strsim::damerau_levenshtein;

use super::Advice;

/// Known names near a written one, nearest first. A name is near where at most a third of the
/// letters differ, of a dotted name in each part; letters that differ only in case count as equal.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    ranked(written, known).into_iter().map(|(_, name)| name).collect()
}

/// Whether a known name is near a written one.
pub fn is_near(written: &str, known: &str) -> bool {
    !nearest(written, [known]).is_empty()
}

/// The nearest name, as what belongs there where no other is as near.
pub fn near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Advice> {
    let ranked = ranked(written, known);
    let (least, name) = *ranked.first()?;
    let is_alone = ranked.get(1).is_none_or(|(distance, _)| *distance > least);
    if is_another_word(written, name) {
        return None;
    }
    let advice = Advice::write(name);
    Some(if is_alone && !is_code(written) { advice } else { Advice::from(advice.text) })
}

/// Whether one is the other with more in front, which turns what is meant: `Unpaid` and `Paid`, `xor` and `or`. One
/// letter too many or too few in front of a long word is a slip.
fn is_another_word(written: &str, known: &str) -> bool {
    let (written, known) = (written.to_lowercase(), known.to_lowercase());
    let (long, short) = if written.len() > known.len() { (&written, &known) } else { (&known, &written) };
    let front = long.strip_suffix(short.as_str()).map_or(0, |front| front.chars().count());
    front > 1 || front == 1 && short.chars().count() < WORD_LETTERS_MIN
}

/// Whether it is too short to be sure what is meant: one size or unit is as near to the next as a slip is.
fn is_code(written: &str) -> bool {
    written.chars().count() < WORD_LETTERS_MIN && !written.chars().any(char::is_lowercase)
}

/// Letters from which on a word is told from others.
const WORD_LETTERS_MIN: usize = 4;

/// The word at a place of a text, or the one behind it, that is nearly one of these and none of them: where it begins
/// and ends, and what is meant.
pub fn slip<'a>(text: &str, at: usize, known: &[&'a str]) -> Option<(usize, usize, &'a str)> {
    let apart = |letter: char| !letter.is_alphanumeric() && letter != '_';
    let rest = text.get(at..)?;
    let place = |word: &str| text.len() - rest.len() + (word.as_ptr() as usize - rest.as_ptr() as usize);
    let words = rest.split(apart).filter(|word| !word.is_empty()).take(2);
    words.filter(|word| !known.contains(word)).find_map(|word| {
        let near = ranked(word, known.iter().copied());
        let (least, meant) = *near.first()?;
        let is_alone = near.get(1).is_none_or(|(distance, _)| *distance > least);
        (is_alone && !is_another_word(word, meant)).then(|| (place(word), place(word) + word.len(), meant))
    })
}

/// Near names, each with how many letters differ.
fn ranked<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let small = written.to_lowercase();
    let limit = limit(written);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (damerau_levenshtein(&small, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= limit && parts_are_near(&small, &name.to_lowercase()))
        .collect();
    near.sort_unstable();
    near.dedup();
    near
}

fn limit(written: &str) -> usize {
    (written.chars().count() / 3).max(1)
}

/// Whether names of as many parts are near in each: what they have in common brings no part nearer.
fn parts_are_near(written: &str, known: &str) -> bool {
    let same_length = written.split('.').count() == known.split('.').count();
    let mut pairs = written.split('.').zip(known.split('.'));
    !same_length || pairs.all(|(one, other)| damerau_levenshtein(one, other) <= limit(one))
}

/// What to write instead, as help: the nearest name, else all names where they are few.
pub fn help<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<Advice> {
    let mut names: Vec<&str> = known.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    let listed = || {
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let few = !names.is_empty() && names.len() <= NAMES_LISTED_MAX;
        few.then(|| Advice::from(format!("there are: {}", names.join(", "))))
    };
    near(written, names.iter().copied()).or_else(listed)
}

/// More names than this are not listed.
const NAMES_LISTED_MAX: usize = 12;
