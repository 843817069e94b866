//! Near names for a name that nothing has: only near ones, never far ones.

use strsim::damerau_levenshtein;

/// Known names near a written one, nearest first. A name is near where at most a third of the
/// letters differ; letters that differ only in case count as equal.
pub fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let small = written.to_lowercase();
    let limit = (written.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &str)> = known
        .into_iter()
        .map(|name| (damerau_levenshtein(&small, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().map(|(_, name)| name).collect()
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
