//! What can be taken in at a glance: lines of 120 columns, functions of five parameters, a tuple counted by its names.

use crate::tidy::files;

/// The longest line, in letters.
const LINE_MAX: usize = 120;

/// The most parameters.
const PARAMETERS_MAX: usize = 5;

#[test]
fn lines_fit_into_120_columns() {
    let mut found = Vec::new();
    for (path, text) in files("src") {
        for (at, line) in text.lines().enumerate().filter(|(_, line)| line.chars().count() > LINE_MAX) {
            found.push(format!("{}:{}: {} columns", path.display(), at + 1, line.chars().count()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn functions_have_at_most_five_parameters_and_no_tuple_hides_more() {
    let mut found = Vec::new();
    for (path, text) in files("src") {
        for (name, count) in arities(&text).into_iter().filter(|(_, count)| *count > PARAMETERS_MAX) {
            found.push(format!("{}: {name} has {count}", path.display()));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Every function with its parameters: `self` is none, and a tuple pattern is as many as it names.
fn arities(text: &str) -> Vec<(String, usize)> {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let code = code.join("\n").replace("->", " ");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let before = code[..at].chars().next_back();
        let rest = &code[at + 3..];
        let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_')).unwrap_or(rest.len());
        let name = &rest[..end];
        if name.is_empty() || before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
            continue;
        }
        let rest = if rest[end..].starts_with('<') { &rest[end + closed(&rest[end..])..] } else { &rest[end..] };
        if rest.starts_with('(') {
            let inside = &rest[1..closed(rest) - 1];
            found.push((name.to_owned(), parts(inside).into_iter().map(leaves).sum()));
        }
    }
    found
}

/// Where the bracket with which a text begins is closed.
fn closed(text: &str) -> usize {
    let mut depth = 0;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' | '[' | '<' | '{' => depth += 1,
            ')' | ']' | '>' | '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    text.len()
}

/// What stands between commas that stand in no bracket.
fn parts(text: &str) -> Vec<&str> {
    let (mut depth, mut begin, mut found) = (0, 0, Vec::new());
    for (at, letter) in text.char_indices().chain([(text.len(), ',')]) {
        match letter {
            '(' | '[' | '<' | '{' => depth += 1,
            ')' | ']' | '>' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    found.into_iter().filter(|part| !part.is_empty()).collect()
}

fn leaves(parameter: &str) -> usize {
    if let Some(tuple) = parameter.strip_prefix('(') {
        let pattern = &tuple[..closed(parameter) - 2];
        return parts(pattern).into_iter().map(leaves).sum();
    }
    let name = parameter.split(':').next().unwrap_or_default().trim();
    let is_self = name.trim_start_matches('&').split_whitespace().next_back() == Some("self");
    usize::from(!is_self)
}

#[test]
fn parameters_are_counted_by_the_names_in_them() {
    let one = |text: &str| arities(text).into_iter().map(|(_, count)| count).collect::<Vec<_>>();
    assert_eq!(one("fn none() {}"), [0]);
    assert_eq!(one("pub fn own(&'a mut self, at: usize) -> (u8, u8) {}"), [1]);
    assert_eq!(one("fn pair((left, right): (&str, &str), at: &BTreeMap<String, u8>) {}"), [3]);
    assert_eq!(one("fn deep((a, (b, c)): (u8, (u8, u8)), [d, e]: [u8; 2]) {}"), [4]);
    assert_eq!(one("fn of<T: Fn(u8, u8) -> u8>(\n    apply: T, // as it is\n    (a, b): (u8, u8),\n) {}"), [3]);
    assert_eq!(one("let call = |a, b, c| a; fn after(x: fn(u8, u8)) {}"), [1]);
}
