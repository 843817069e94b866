//! Near names for a name that nothing has: only near ones, never far ones.

use strsim::damerau_levenshtein;

/// Known names near a written one, nearest first. A name is near where at most a third of the
/// letters differ, of a dotted name in each part; letters that differ only in case count as equal.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let small = written.to_lowercase();
    let limit = limit(written);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (damerau_levenshtein(&small, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= limit && parts_are_near(&small, &name.to_lowercase()))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, name)| name).collect()
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
pub fn help<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut names: Vec<&str> = known.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    match nearest(written, names.iter().copied()).first() {
        Some(near) => Some(format!("write `{near}`")),
        None if names.is_empty() || names.len() > NAMES_LISTED_MAX => None,
        None => {
            Some(format!("there are: {}", names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
        }
    }
}

/// More names than this are not listed.
const NAMES_LISTED_MAX: usize = 12;
