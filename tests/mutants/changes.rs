//! Every single change that a hand may make on a line of a rule. Knows lines as text; knows nothing of what they mean.

use std::ops::Range;

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
    let mut made = std::collections::BTreeSet::from([code.to_owned()]);
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
    marks.chunks_exact(2).map(|pair| (pair[0] + 1..pair[1], &line[pair[0] + 1..pair[1]])).collect()
}

fn with(code: &str, at: Range<usize>, new: &str) -> String {
    format!("{}{new}{}", &code[..at.start], &code[at.end..])
}

fn is_quoted(code: &str, at: usize) -> bool {
    texts(code).iter().any(|(range, _)| range.contains(&at))
}

fn arrows(code: &str) -> Vec<Change> {
    let Some(at) = Regex::new(r" (<->|->|<-) ").unwrap().captures(code).and_then(|found| found.get(1)) else {
        return Vec::new();
    };
    let others = ["->", "<-", "<->"].into_iter().filter(|other| *other != at.as_str());
    others.map(|other| (with(code, at.range(), other), format!("`{}` becomes `{other}`", at.as_str()))).collect()
}

/// What is said behind a rule or row is left out.
fn modifiers_dropped(code: &str) -> Vec<Change> {
    let modifier = Regex::new(r"\s+(on create|also when gone|reported once|(when|unless|from) .*)$").unwrap();
    let row = Regex::new(r"\s+(on create|also when gone|reported once)\b").unwrap();
    let all = modifier.find_iter(code).chain(row.find_iter(code)).filter(|found| !is_quoted(code, found.start()));
    let mut all: Vec<Change> =
        all.map(|found| (with(code, found.range(), ""), format!("`{}` dropped", found.as_str().trim()))).collect();
    all.sort();
    all.dedup();
    all
}

/// One of several values of a row or list is left out.
fn values_dropped(code: &str) -> Vec<Change> {
    let mut found = Vec::new();
    for list in Regex::new(r#"\[("[^"\]]*"(, )?)+\]"#).unwrap().find_iter(code) {
        let values: Vec<&str> = list.as_str().trim_matches(['[', ']']).split(", ").collect();
        found.extend(
            without_one(&values, ", ")
                .map(|(new, gone)| (with(code, list.range(), &format!("[{new}]")), format!("{gone} dropped"))),
        );
    }
    let Some(arrow) = Regex::new(r"(<->|->|<-)").unwrap().find(code).filter(|_| !code.contains(['.', '"', '('])) else {
        return found;
    };
    let Some(start) = code.find("- ").map(|at| at + 2).filter(|at| *at <= arrow.start()) else { return found };
    let end = Regex::new(r"\s+(from |on create)").unwrap().find(code).map_or(code.len(), |end| end.start());
    let states = code.find(" from ").map(|at| at + 6..code.len());
    for side in [Some(start..arrow.start()), Some(arrow.end()..end.max(arrow.end())), states].into_iter().flatten() {
        for between in [", ", " | "] {
            let values: Vec<&str> = code[side.clone()].trim().split(between).collect();
            found.extend(
                without_one(&values, between)
                    .map(|(new, gone)| (with(code, side.clone(), &format!(" {new} ")), format!("`{gone}` dropped"))),
            );
        }
    }
    found
}

fn without_one<'a>(values: &[&'a str], between: &str) -> impl Iterator<Item = (String, &'a str)> {
    let several = values.len() > 1;
    let each = values.iter().enumerate().filter(|_| several).map(|(at, gone)| {
        let rest: Vec<&str> =
            values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, one)| *one).collect();
        (rest.join(between), *gone)
    });
    each.collect::<Vec<_>>().into_iter()
}

fn signs(code: &str) -> Vec<Change> {
    let mut found = Vec::new();
    for (old, new) in SIGNS {
        for (at, _) in code.match_indices(old).filter(|(at, _)| !is_quoted(code, *at)) {
            let near: String = code[at..].chars().take(old.len() + 24).collect();
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
            found.push((with(code, at..end, ""), told(&code[at..end])));
            found.push((with(code, start..at + between.len(), ""), told(&code[start..at + between.len()])));
        }
    }
    found
}

fn end_of(code: &str, from: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in code[from..].char_indices().map(|(at, letter)| (from + at, letter)) {
        match letter {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => return at,
            ')' | ']' => depth -= 1,
            '{' | ';' if depth == 0 => return code[..at].trim_end().len(),
            _ if depth == 0 && at > from && APART.iter().any(|apart| code[at..].starts_with(apart)) => return at,
            _ => {}
        }
    }
    code.trim_end().len()
}

fn start_of(code: &str, until: usize) -> usize {
    let mut depth = 0;
    for (at, letter) in code[..until].char_indices().rev() {
        match letter {
            ')' | ']' => depth += 1,
            '(' | '[' if depth == 0 => return at + 1,
            '(' | '[' => depth -= 1,
            _ => {}
        }
        let apart = APART
            .iter()
            .find(|apart| depth == 0 && code[..until].get(at..).is_some_and(|rest| rest.starts_with(**apart)));
        if let Some(apart) = apart {
            return at + apart.len();
        }
    }
    code.find("- ").map_or(0, |at| at + 2)
}

fn numbers(code: &str) -> Vec<Change> {
    let number = Regex::new(r"\b\d+(\.\d+)?\b").unwrap();
    let found =
        number.find_iter(code).filter(|found| !code[..found.start()].ends_with('[') && !is_quoted(code, found.start()));
    found
        .map(|found| {
            let (whole, part) = found.as_str().split_once('.').map_or((found.as_str(), None), |(a, b)| (a, Some(b)));
            let more = whole.parse::<u64>().unwrap() + 1;
            let new = part.map_or(more.to_string(), |part| format!("{more}.{part}"));
            (with(code, found.range(), &new), format!("`{}` becomes `{new}`", found.as_str()))
        })
        .collect()
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
