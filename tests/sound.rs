//! What lint passes keeps the promises of the language: small rule sets that break one are refused with the code that
//! says so, and those that are right are accepted without a word.
//!
//! Cases stand in `tests/sound/*.md`, each a heading, a line `refuse CODE` or `accept`, and blocks: `rules` are added to the
//! group `what` of `tests/sound/base/crates.yaml`, any other block is a file of that name laid over the base.

use std::path::Path;

use serde_json::Value as Json;

use crate::support::{Folder, petiole};

/// A rule set laid over the base, and what is to be said of it.
struct Case {
    name: String,
    /// The code of the first finding; `None`: there is none.
    refused: Option<String>,
    /// File names with what they hold; `rules` are lines of the base's group.
    blocks: Vec<(String, String)>,
}

fn cases(path: &Path) -> Vec<Case> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut cases: Vec<Case> = Vec::new();
    let mut block: Option<(String, String)> = None;
    for line in text.lines() {
        match (&mut block, line.strip_prefix("```")) {
            (Some(_), Some(_)) => cases.last_mut().unwrap().blocks.extend(block.take()),
            (Some((_, held)), None) => {
                held.push_str(line);
                held.push('\n');
            }
            (None, Some(name)) => block = Some((name.trim().to_owned(), String::new())),
            (None, None) => {
                if let Some(name) = line.strip_prefix("## ") {
                    cases.push(Case { name: name.to_owned(), refused: None, blocks: Vec::new() });
                } else if let Some(code) = line.strip_prefix("refuse ") {
                    cases.last_mut().unwrap().refused = Some(code.trim().to_owned());
                } else {
                    let known = line.is_empty() || line == "accept" || line.starts_with("# ");
                    assert!(known || cases.is_empty(), "{}: not understood: {line}", path.display());
                }
            }
        }
    }
    cases
}

/// What is wrong with how a case is judged, if anything is.
fn judged(case: &Case) -> Option<String> {
    let folder = Folder::new();
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sound/base");
    for file in std::fs::read_dir(base).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.0.join(file.file_name())).unwrap();
    }
    for (name, text) in &case.blocks {
        if name == "rules" {
            let path = folder.0.join("crates.yaml");
            let whole = std::fs::read_to_string(&path).unwrap() + text.as_str();
            std::fs::write(path, whole).unwrap();
        } else {
            std::fs::write(folder.0.join(name), text).unwrap();
        }
    }
    let run = |arguments: &[&str]| petiole().args(arguments).arg("--rules").arg(&folder.0).output().unwrap();
    let lint = run(&["lint", "--deny-warnings", "--format", "json"]);
    let report: Json = serde_json::from_slice(&lint.stdout).unwrap();
    let found = report["findings"].as_array().unwrap();
    let codes: Vec<&str> = found.iter().map(|one| one["code"].as_str().unwrap()).collect();
    match &case.refused {
        Some(code) if codes.first() == Some(&code.as_str()) => None,
        Some(code) => Some(format!("{}: to be refused by {code}, and lint says {codes:?}", case.name)),
        None if !codes.is_empty() => Some(format!("{}: is right, and lint says {found:#?}", case.name)),
        None => {
            let test = run(&["test"]);
            let said = String::from_utf8_lossy(&test.stdout);
            (!test.status.success()).then(|| format!("{}: is right, and its test fails: {said}", case.name))
        }
    }
}

fn check(file: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sound").join(file);
    let cases = cases(&path);
    assert!(!cases.is_empty(), "{file} holds no case");
    let wrong: Vec<String> = cases.iter().filter_map(judged).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn nulls_are_handled() {
    check("nulls.md");
}

#[test]
fn every_value_written_is_one_that_its_field_has() {
    check("kinds.md");
}

#[test]
fn no_field_has_two_writers_and_no_rule_reads_what_it_writes() {
    check("writers.md");
}

#[test]
fn no_change_comes_back_to_its_field() {
    check("echoes.md");
}

#[test]
fn no_records_wait_for_one_another() {
    check("knots.md");
}

#[test]
fn what_creating_needs_is_filled() {
    check("required.md");
}

#[test]
fn no_status_is_kept_from_following_without_a_word() {
    check("statuses.md");
}

#[test]
fn what_is_read_and_met() {
    check("reading.md");
}

#[test]
fn what_is_asked_is_what_is_held() {
    check("asking.md");
}
