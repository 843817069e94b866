//! Every lint flags its `flagged` rules as `expected.stderr` says, and finds nothing in its `clean` ones.
//!
//! A fixture lays its files over `tests/lint/base`, two small invented systems. `UPDATE=1 cargo test lint_fixtures`
//! writes what is found; look at the difference before it is kept.

use std::path::{Path, PathBuf};

use petiole::diagnostic::render::render;
use petiole::language;
use petiole::language::lint::{page, registry::LINTS};
use petiole::world::SystemFiles;

use crate::support::{Folder, copy};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lint")
}

/// What is found in the base with some files laid over it: codes, and the text as a terminal shows it.
fn findings(overlay: &Path) -> (Vec<&'static str>, String) {
    let folder = Folder::new();
    copy(&fixtures().join("base"), &folder.0);
    copy(overlay, &folder.0);
    let compiled = language::compile(&SystemFiles, std::slice::from_ref(&folder.0));
    let text = render(&compiled.findings, &compiled.sources, false);
    let text = text.replace(&format!("{}/", folder.0.display()), "");
    (compiled.findings.iter().map(|one| one.code.0).collect(), text)
}

#[test]
fn the_base_is_clean() {
    let (codes, text) = findings(&fixtures().join("base"));
    assert!(codes.is_empty(), "{text}");
}

#[test]
fn lint_fixtures() {
    let mut wrong = Vec::new();
    for lint in LINTS {
        let folder = fixtures().join(lint.name);
        let (codes, text) = findings(&folder.join("flagged"));
        if !codes.contains(&lint.name) {
            wrong.push(format!("{} does not find what is flagged:\n{text}", lint.name));
        }
        let expected = folder.join("expected.stderr");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&expected, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&expected).unwrap_or_default();
        if kept != text {
            wrong.push(format!("{}: expected\n{kept}\nfound\n{text}", lint.name));
        }
        let (codes, text) = findings(&folder.join("clean"));
        if !codes.is_empty() {
            wrong.push(format!("{} is not clean:\n{text}", lint.name));
        }
    }
    assert!(wrong.is_empty(), "{}\nrefresh with UPDATE=1 cargo test lint_fixtures", wrong.join("\n"));
}

#[test]
fn lint_reference() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/LINTS.md");
    let now = page::reference();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "rules/LINTS.md is not what the lints say; refresh it with UPDATE=1 cargo test lint_reference"
    );
}

#[test]
fn every_code_has_a_page() {
    let mut codes = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut codes);
    assert!(codes.len() > 30, "codes are found: {codes:?}");
    let missing: Vec<&String> = codes.iter().filter(|code| page::explain(code).is_err()).collect();
    assert!(missing.is_empty(), "no page in src/language/lint/page.rs: {missing:?}");
}

#[test]
fn every_code_of_what_waits_has_a_page() {
    let mut codes = Vec::new();
    for room in ["src/engine", "src/runtime"] {
        stops(&Path::new(env!("CARGO_MANIFEST_DIR")).join(room), &mut codes);
    }
    assert!(codes.len() > 10, "codes are found: {codes:?}");
    let missing: Vec<&String> = codes.iter().filter(|code| page::explain(code).is_err()).collect();
    assert!(missing.is_empty(), "no page in src/language/lint/park.rs: {missing:?}");
}

/// Codes of stops as the sources write them: `Stop::new("…"` and `nothing("…"`, or in a constant with a hyphen.
fn stops(folder: &Path, codes: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            stops(&path, codes);
            continue;
        }
        // The names of alarms look like codes, and nothing waits under one.
        if path.ends_with("service/signals.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for before in ["Stop::new(\"", "nothing(\"", ": &str = \""] {
            let found = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
            let is_code =
                |code: &&str| code.contains('-') && code.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase());
            codes.extend(found.filter(is_code).map(str::to_owned));
        }
    }
}

/// Codes as the sources write them: `Code("…")`, `error("…"` and `unknown("…"`.
fn gather(folder: &Path, codes: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, codes);
            continue;
        }
        let text: String = std::fs::read_to_string(&path).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for before in ["Code(\"", "checker.error( \"", "checker.error(\"", "checker.unknown( \"", "checker.unknown(\""]
        {
            let found = text.split(before).skip(1).filter_map(|rest| rest.split('"').next());
            codes.extend(found.filter(|code| !code.is_empty() && !code.contains(' ')).map(str::to_owned));
        }
    }
    codes.sort();
    codes.dedup();
}
