//! The house rules that a compiler does not hold: order of the rooms, lengths, words, names.

use std::path::{Path, PathBuf};

/// Rooms from ground to roof; a room uses only rooms before it (and itself).
const ROOMS: [&str; 25] = [
    "value",
    "diagnostic",
    "world",
    "language::source",
    "language::syntax",
    "language::function",
    "language::script",
    "language::plan",
    "language::resolve",
    "language::infer",
    "language::check",
    "language::lint",
    "language",
    "engine",
    "store",
    "connector",
    "runtime",
    "view",
    "server",
    "simulator",
    "peer",
    "trial",
    "simulation",
    "editor",
    "cli",
];

/// The longest file, in lines.
const FILE_LINES_MAX: usize = 500;

/// The longest function, in lines.
const FUNCTION_LINES_MAX: usize = 70;

pub(crate) fn files(folder: &str) -> Vec<(PathBuf, String)> {
    files_ending("rs", folder)
}

/// The texts of a folder whose names end so, those below it too, by their paths from the top level.
pub(crate) fn files_ending(end: &str, folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(path) = open.pop() {
        for entry in std::fs::read_dir(&path).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == end) {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned(), text));
            }
        }
    }
    found
}

/// A file without its unit tests, which stand at its end and may do what the file may not.
pub(crate) fn without_tests(text: &str) -> &str {
    let begin = ["\n#[cfg(test)]", "\n#[cfg(all(test,"].into_iter().filter_map(|mark| text.find(mark)).min();
    &text[..begin.unwrap_or(text.len())]
}

fn room_of(path: &str) -> Option<&'static str> {
    let mut rooms: Vec<&'static str> = ROOMS.to_vec();
    rooms.sort_by_key(|room| std::cmp::Reverse(room.len()));
    rooms.into_iter().find(|room| path == *room || path.starts_with(&format!("{room}::")))
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let mut wrong = Vec::new();
    for (path, text) in files("src") {
        let module = path.with_extension("").to_string_lossy().replace("src/", "").replace('/', "::");
        let Some(own) = room_of(&module) else { continue };
        let place = |room: &str| ROOMS.iter().position(|known| *known == room).unwrap();
        for (at, line) in text.lines().enumerate() {
            for used in line.split("crate::").skip(1).filter_map(room_of) {
                let simulated = own == "simulator" && !["value", "world", "simulator"].contains(&used);
                if place(used) > place(own) || simulated {
                    wrong.push(format!("{}:{}: {own} uses {used}", path.display(), at + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is remembered knows nobody who remembers, and who brings a pair together does not know who looked for the work.
#[test]
fn the_parts_of_the_runtime_stand_on_each_other() {
    let below = [("memory", ["runtime::pairing", "runtime::service"].as_slice()), ("pairing", &["runtime::service"])];
    let mut wrong = Vec::new();
    for (part, others) in below {
        for (path, text) in files(&format!("src/runtime/{part}")) {
            let uses = |line: &&str| others.iter().any(|other| line.contains(&format!("crate::{other}")));
            wrong.extend(text.lines().filter(uses).map(|line| format!("{}: {line}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_and_functions_stay_short() {
    let mut long = Vec::new();
    for (path, text) in files("src") {
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > FILE_LINES_MAX {
            long.push(format!("{}: {} lines", path.display(), lines.len()));
        }
        for (at, line) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            let head = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
            let begins = head.trim_start_matches("async ").starts_with("fn ") && !line.trim_end().ends_with(';');
            if !begins {
                continue;
            }
            let end = format!("{}}}", " ".repeat(indent));
            let length = lines[at..].iter().position(|line| *line == end).unwrap_or(0);
            if length > FUNCTION_LINES_MAX {
                long.push(format!("{}:{}: a function of {length} lines", path.display(), at + 1));
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_word_that_stands_for_unfinished_work() {
    let banned = ["TO", "FIX", "XX"].map(|start| {
        format!(
            "{start}{}",
            if start == "TO" {
                "DO"
            } else if start == "FIX" {
                "ME"
            } else {
                "X"
            }
        )
    });
    let macros = ["todo!(", "unimplemented!(", "dbg!(", ".unwrap()", ".expect(", "in the making"];
    let mut found = Vec::new();
    for (path, text) in files("src") {
        for (at, line) in text.lines().enumerate() {
            if banned.iter().any(|word| line.contains(word.as_str())) || macros.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_system_is_named_outside_the_simulators() {
    let mut found = Vec::new();
    for (path, text) in files("src").into_iter().filter(|(path, _)| !path.starts_with("src/simulator")) {
        for (at, line) in text.lines().enumerate() {
            let small = line.to_lowercase();
            if small.contains("leaflink") || small.contains("flourish") {
                found.push(format!("{}:{}: {}", path.display(), at + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent: Vec<String> = files("src")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// A lint has rules that it flags, rules that it leaves alone, and the words with which it flags.
#[test]
fn no_lint_without_fixture_and_no_fixture_without_lint() {
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for (path, text) in files("src/language/lint") {
        let Some(name) = text.split("\n    name: \"").nth(1).and_then(|rest| rest.split('"').next()) else { continue };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint").join(name);
        for part in ["flagged", "clean", "expected.stderr"] {
            if !folder.join(part).exists() {
                wrong.push(format!("{}: tests/lint/{name}/{part} is missing", path.display()));
            }
        }
        if path.file_stem().is_some_and(|stem| stem.to_string_lossy() != name.replace('-', "_")) {
            wrong.push(format!("{}: its lint is called {name}", path.display()));
        }
        names.push(name.to_owned());
    }
    assert!(names.len() >= 18, "lints are found: {names:?}");
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name != "base" && !names.contains(&name) {
            wrong.push(format!("tests/lint/{name} belongs to no lint"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
