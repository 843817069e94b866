//! `rules/SYSTEMS.md`: current, with an example for every word, and every example is a system file that lint passes.

use std::path::Path;

use petiole::diagnostic::{FileId, Severity};
use petiole::language::compile_texts;
use petiole::language::source::{SourceFile, SourceMap};
use petiole::language::syntax::layout::lay_out;
use petiole::language::syntax::system_line::FIELD_WORDS;
use petiole::view::systems::{EXAMPLES, WORDS, page, without_example};

/// What the examples read from the settings of whoever uses such a system.
const SETTINGS: &str = "settings:\n  warehouses: [north]\n\ntypes:\n  warehouses: list of text\n";

#[test]
fn the_page_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/SYSTEMS.md");
    let now = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "rules/SYSTEMS.md is not what files are read by; refresh it with UPDATE=1 cargo test systems_page"
    );
}

#[test]
fn every_word_has_an_example() {
    assert_eq!(without_example(), Vec::<String>::new());
    // What a field's line may say is what the page tells of it.
    let told: Vec<&str> =
        WORDS.iter().flat_map(|(word, ..)| word.split(|letter: char| !letter.is_alphanumeric())).collect();
    let silent: Vec<&&str> = FIELD_WORDS.iter().filter(|word| !told.contains(word)).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn every_example_is_a_system_that_lint_passes() {
    for (name, text) in EXAMPLES {
        let file = |name: &str, text: &str| SourceFile { name: name.to_owned(), text: text.to_owned() };
        let mut files = vec![file(name, text)];
        if text.contains("settings.") {
            files.push(file("settings.yaml", SETTINGS));
        }
        let compiled = compile_texts(SourceMap::new(files));
        let told = compiled.findings.iter().filter(|one| one.severity != Severity::Info);
        let told: Vec<&str> = told.map(|one| one.message.as_str()).collect();
        assert!(told.is_empty() && compiled.plan.is_some(), "{name}: {told:?}");
        assert_eq!(lay_out(FileId(0), text).unwrap(), text, "{name}");
    }
}
