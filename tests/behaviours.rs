//! Every numbered behaviour is held by tests that exist.

use std::path::Path;

use crate::support::petiole;

const PAGE: &str = include_str!("BEHAVIOURS.md");

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

#[test]
fn every_behaviour_is_held_by_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let done = petiole().args(["test", "--format", "json"]).output().unwrap();
    let rule_tests = String::from_utf8(done.stdout).unwrap();
    let exists = |name: &str| {
        if name.ends_with(".md") {
            return root.join("tests/scenario").join(name).exists();
        }
        match name.split_once("::") {
            Some((file, test)) => std::fs::read_to_string(root.join(format!("tests/{file}.rs")))
                .is_ok_and(|text| text.contains(&format!("fn {test}()"))),
            None => rule_tests.contains(&format!("\"{name}\"")),
        }
    };
    for number in numbers() {
        let row = PAGE.lines().find(|line| line.starts_with(&format!("| {number} |")));
        let row = row.unwrap_or_else(|| panic!("nothing is said of {number}"));
        let names: Vec<&str> =
            row.split('`').skip(1).step_by(2).filter(|name| name.contains([' ', ':', '.'])).collect();
        assert!(!names.is_empty(), "no test holds {number}");
        for name in names {
            assert!(exists(name), "{number}: there is no test {name}");
        }
    }
}
