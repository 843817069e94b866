//! Rule lines in a line for people: each file named once.
//!
//! Knows lines as `FILE:LINE`, and no rule.

/// The first rule lines of each file, at most `most`, and how many more there are: `rules/a.yaml:4,7 and 20 more`.
/// Several files stand apart by two blanks.
pub fn places<'l>(lines: impl IntoIterator<Item = &'l str>, most: usize) -> String {
    let mut files: Vec<(&str, Vec<&str>)> = Vec::new();
    for (file, number) in lines.into_iter().filter_map(|line| line.rsplit_once(':')) {
        match files.iter_mut().find(|(known, _)| *known == file) {
            Some((_, numbers)) => numbers.push(number),
            None => files.push((file, vec![number])),
        }
    }
    let place = |(file, numbers): &(&str, Vec<&str>)| {
        let shown: Vec<&str> = numbers.iter().take(most).copied().collect();
        let more = numbers.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{file}:{}{more}", shown.join(","))
    };
    files.iter().map(place).collect::<Vec<_>>().join("  ")
}
