//! Every single change that a hand may make on a line of a rule: an arrow turned, a condition or a value left out, a
//! sign or a constant changed, a row or a statement dropped. Knows lines as text; knows nothing of what they mean.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// A line as it is after one change, and the change in words; a line that is gone is empty.
pub(super) type Change = (String, String);

/// What a word or sign may be taken for.
const SIGNS: [(&str, &str); 22] = [
    (" == ", " != "),
    (" != ", " == "),
    (" < ", " <= "),
    (" > ", " >= "),
    (" >= ", " > "),
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " / "),
    (" / ", " * "),
    (" and ", " or "),
    (" or ", " and "),
    (" && ", " || "),
    (" || ", " && "),
    (" += ", " = "),
    ("not ", ""),
    ("lower(", "("),
    ("trim(", "("),
    ("max(", "min("),
    ("[0]", "[1]"),
    ("true", "false"),
    ("false", "true"),
    ("at most one", "any"),
];

/// What stands between two parts of a condition, of which one may be left out.
const BETWEEN: [&str; 5] = [" and ", " or ", " ?? ", " && ", " || "];

/// What a part of a condition cannot reach across.
const APART: [&str; 15] = [
    " and ", " or ", " && ", " || ", " ?? ", " then ", " else ", " where ", " when ", " -> ", ", ", ": ", "if ",
    "return ", "not ",
];

static ARROW: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r" (<->|->|<-) ").ok());
static SIGN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(<->|->|<-)").ok());
static LAST: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\s+(on create|also when gone|reported once|(when|unless|from) .*)$").ok());
static SAID: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"\s+(on create|also when gone|reported once)\b").ok());
static TEXTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\[("[^"\]]*"(, )?)+\]"#).ok());
static BEHIND: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s+(from |on create)").ok());
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b\d+(\.\d+)?\b").ok());

/// Where a pattern stands in a text.
fn places(pattern: &LazyLock<Option<Regex>>, text: &str) -> Vec<Range<usize>> {
    pattern.iter().flat_map(|pattern| pattern.find_iter(text)).map(|found| found.range()).collect()
}

/// A part of a text; nothing where it has no such part.
fn cut(text: &str, range: Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

fn is_apart(code: &str, at: usize) -> bool {
    APART.iter().any(|apart| cut(code, at..code.len()).starts_with(apart))
}

/// All changes of a line, the reason behind it left alone; `texts` are the constants of its file.
pub(super) fn of_line(line: &str, is_script: bool, texts: &[String]) -> Vec<Change> {
    let behind = if is_script { line.find(" // ") } else { line.find("  because ").or_else(|| line.find(" because ")) };
    let (code, rest) = line.split_at(behind.unwrap_or(line.len()));
    let mut found = Vec::new();
    if is_script {
        found.extend(statement_dropped(code));
    } else {
        found.extend(arrows(code));
        found.extend(modifiers_dropped(code));
        found.extend(values_dropped(code));
    }
    found.extend(signs(code));
    found.extend(parts_dropped(code));
    found.extend(numbers(code));
    found.extend(constants(code, texts));
    let mut made = BTreeSet::from([code.to_owned()]);
    found.retain(|(new, _)| made.insert(new.clone()));
    let mut found: Vec<Change> = found.into_iter().map(|(new, told)| (new + rest, told)).collect();
    if line.trim_start().starts_with("- ") {
        found.push((String::new(), "dropped".to_owned()));
    }
    found
}

/// The constants in quotes.
pub(super) fn texts(line: &str) -> Vec<(Range<usize>, &str)> {
    let marks: Vec<usize> = line.match_indices('"').map(|(at, _)| at).collect();
    let inside = marks.chunks_exact(2).filter_map(|pair| match pair {
        [open, close] => Some(open + 1..*close),
        _ => None,
    });
    inside.map(|range| (range.clone(), cut(line, range))).collect()
}

fn with(code: &str, at: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", cut(code, 0..at.start), cut(code, at.end..code.len()))
}

fn is_quoted(code: &str, at: usize) -> bool {
    texts(code).iter().any(|(range, _)| range.contains(&at))
}

fn arrows(code: &str) -> Vec<Change> {
    let Some(found) = places(&ARROW, code).into_iter().next() else { return Vec::new() };
    let at = found.start + 1..found.end - 1;
    let arrow = cut(code, at.clone());
    let others = ["->", "<-", "<->"].into_iter().filter(|other| *other != arrow);
    others.map(|other| (with(code, at.clone(), other), format!("`{arrow}` becomes `{other}`"))).collect()
}

/// What is said behind a rule or row is left out.
fn modifiers_dropped(code: &str) -> Vec<Change> {
    let all = places(&LAST, code).into_iter().chain(places(&SAID, code)).filter(|found| !is_quoted(code, found.start));
    let mut all: Vec<Change> =
        all.map(|found| (with(code, found.clone(), ""), format!("`{}` dropped", cut(code, found).trim()))).collect();
    all.sort();
    all.dedup();
    all
}

/// One of several values of a row or list is left out.
fn values_dropped(code: &str) -> Vec<Change> {
    let mut found = Vec::new();
    for list in places(&TEXTS, code) {
        let values: Vec<&str> = cut(code, list.clone()).trim_matches(['[', ']']).split(", ").collect();
        found.extend(
            without_one(&values, ", ")
                .into_iter()
                .map(|(new, gone)| (with(code, list.clone(), &format!("[{new}]")), format!("{gone} dropped"))),
        );
    }
    let is_row = !code.contains(['.', '"', '(']);
    let Some(arrow) = places(&SIGN, code).into_iter().next().filter(|_| is_row) else { return found };
    let Some(start) = code.find("- ").map(|at| at + 2).filter(|at| *at <= arrow.start) else { return found };
    let end = places(&BEHIND, code).first().map_or(code.len(), |end| end.start);
    let states = code.find(" from ").map(|at| at + 6..code.len());
    for side in [Some(start..arrow.start), Some(arrow.end..end.max(arrow.end)), states].into_iter().flatten() {
        for between in [", ", " | "] {
            let values: Vec<&str> = cut(code, side.clone()).trim().split(between).collect();
            found.extend(
                without_one(&values, between)
                    .into_iter()
                    .map(|(new, gone)| (with(code, side.clone(), &format!(" {new} ")), format!("`{gone}` dropped"))),
            );
        }
    }
    found
}

fn without_one<'a>(values: &[&'a str], between: &str) -> Vec<(String, &'a str)> {
    let rest = |at: usize| {
        let rest = values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| *one);
        rest.collect::<Vec<_>>().join(between)
    };
    let each = values.iter().enumerate().filter(|_| values.len() > 1);
    each.map(|(at, gone)| (rest(at), *gone)).collect()
}

fn signs(code: &str) -> Vec<Change> {
    let mut found = Vec::new();
    for (old, new) in SIGNS {
        for (at, _) in code.match_indices(old).filter(|(at, _)| !is_quoted(code, *at)) {
            let near: String = cut(code, at..code.len()).chars().take(old.len() + 24).collect();
            found.push((
                with(code, at..at + old.len(), new),
                format!("`{}` becomes `{}` at `{}`", old.trim(), new.trim(), near.trim()),
            ));
        }
    }
    found
}

/// Of two parts of a condition one is left out.
fn parts_dropped(code: &str) -> Vec<Change> {
    let mut found = Vec::new();
    for between in BETWEEN {
        for (at, _) in code.match_indices(between).filter(|(at, _)| !is_quoted(code, *at)) {
            let (start, end) = (start_of(code, at), end_of(code, at + between.len()));
            let told = |part: &str| format!("`{}` dropped", part.trim());
            found.push((with(code, at..end, ""), told(cut(code, at..end))));
            found.push((with(code, start..at + between.len(), ""), told(cut(code, start..at + between.len()))));
        }
    }
    found
}

fn end_of(code: &str, from: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in cut(code, from..code.len()).char_indices().map(|(at, letter)| (from + at, letter)) {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return at,
            ')' | ']' => depth -= 1,
            '{' | ';' if depth == 0 => return cut(code, 0..at).trim_end().len(),
            _ if depth == 0 && at > from && is_apart(code, at) => return at,
            _ => {}
        }
    }
    code.trim_end().len()
}

fn start_of(code: &str, until: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in cut(code, 0..until).char_indices().rev() {
        match letter {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => return at + 1,
            '(' | '[' => depth -= 1,
            _ => {}
        }
        let apart = APART.iter().find(|apart| depth == 0 && cut(code, at..until).starts_with(**apart));
        if let Some(apart) = apart {
            return at + apart.len();
        }
    }
    code.find("- ").map_or(0, |at| at + 2)
}

fn numbers(code: &str) -> Vec<Change> {
    let is_own = |found: &Range<usize>| !cut(code, 0..found.start).ends_with('[') && !is_quoted(code, found.start);
    let changed = |found: Range<usize>| {
        let old = cut(code, found.clone());
        let (whole, part) = old.split_once('.').map_or((old, None), |(whole, part)| (whole, Some(part)));
        let more = whole.parse::<u64>().ok()?.checked_add(1)?;
        let new = part.map_or(more.to_string(), |part| format!("{more}.{part}"));
        Some((with(code, found, &new), format!("`{old}` becomes `{new}`")))
    };
    places(&NUMBER, code).into_iter().filter(is_own).filter_map(changed).collect()
}

/// A constant becomes another one of its file.
fn constants(code: &str, others: &[String]) -> Vec<Change> {
    let next = |text: &str| {
        let at = others.iter().position(|other| other == text)?;
        others.get(at + 1).or_else(|| others.first()).filter(|other| *other != text)
    };
    let each = texts(code).into_iter().filter_map(|(at, text)| {
        let new = next(text)?;
        Some((with(code, at, new), format!("\"{text}\" becomes \"{new}\"")))
    });
    each.collect()
}

/// A statement of one line is left out.
fn statement_dropped(code: &str) -> Option<Change> {
    let bare = code.trim();
    let is_whole = bare.ends_with(';') || bare.starts_with("if ") && bare.ends_with('}');
    (is_whole && !bare.starts_with("let ")).then(|| (String::new(), "dropped".to_owned()))
}
