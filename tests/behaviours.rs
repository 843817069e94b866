//! Every numbered behaviour, and every promise of the rule language, is held by tests that exist.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

const BEHAVIOURS: &str = include_str!("BEHAVIOURS.md");
const LANGUAGE: &str = include_str!("LANGUAGE.md");

/// The numbers that ask something of petiole.
fn numbers() -> Vec<String> {
    let span = |letter: char, to: u32, not: &'static [u32]| {
        (1..=to).filter(move |number| !not.contains(number)).map(move |number| format!("{letter}{number}"))
    };
    let spans = [
        span('K', 11, &[]),
        span('R', 3, &[]),
        span('I', 8, &[]),
        span('O', 11, &[7, 8, 9, 10]),
        span('F', 6, &[]),
        span('P', 3, &[]),
    ];
    spans.into_iter().flatten().collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// The names under which rule tests are written, those of the shipped rules and those of the tests.
fn rule_tests() -> BTreeSet<String> {
    let folders = ["rules", "tests/rule_test"].map(|folder| files(&root().join(folder)));
    let texts = folders.iter().flatten().filter_map(|path| std::fs::read_to_string(path).ok());
    let names = |text: String| {
        let lines = text.lines().filter_map(|line| line.trim().strip_prefix("- name: "));
        lines.map(|name| name.trim_matches('"').to_owned()).collect::<Vec<_>>()
    };
    texts.flat_map(names).collect()
}

/// Whether there is a test of this name.
fn exists(name: &str, rule_tests: &BTreeSet<String>) -> bool {
    let tests = root().join("tests");
    if let Some((file, test)) = name.split_once("::") {
        return std::fs::read_to_string(tests.join(format!("{file}.rs")))
            .is_ok_and(|text| text.contains(&format!("fn {test}(")));
    }
    if name.ends_with(".md") {
        return ["scenario", "expression", "cli"].iter().any(|folder| tests.join(folder).join(name).exists());
    }
    if name.ends_with(".edit") {
        return tests.join("check/bad").join(name).exists();
    }
    tests.join(name).is_dir() || rule_tests.contains(name)
}

/// The names in a row's last column.
fn names(row: &str) -> Vec<&str> {
    let last = row.trim_end_matches([' ', '|']).rsplit(" | ").next().unwrap_or_default();
    last.split('`').skip(1).step_by(2).collect()
}

fn assert_held(row: &str, rule_tests: &BTreeSet<String>) {
    let names = names(row);
    assert!(!names.is_empty(), "no test holds {row}");
    for name in names {
        assert!(exists(name, rule_tests), "there is no test {name}: {row}");
    }
}

#[test]
fn every_behaviour_is_held_by_tests_that_exist() {
    let rule_tests = rule_tests();
    for number in numbers() {
        let row = BEHAVIOURS.lines().find(|line| line.starts_with(&format!("| {number} |")));
        assert_held(row.unwrap_or_else(|| panic!("nothing is said of {number}")), &rule_tests);
    }
    let (_, beside) = BEHAVIOURS.split_once("beside the numbers:").unwrap();
    beside.lines().filter(|line| line.starts_with("| ")).skip(1).for_each(|row| assert_held(row, &rule_tests));
}

#[test]
fn every_promise_of_the_language_is_held_by_tests_that_exist() {
    let rule_tests = rule_tests();
    for section in LANGUAGE.split("\n## ").skip(1) {
        let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
        assert!(!rows.is_empty(), "nothing is said in {section}");
        for row in rows {
            assert_held(row, &rule_tests);
        }
    }
}
