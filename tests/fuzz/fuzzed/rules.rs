//! A whole rule file of any text, from its letters to lint: nothing of the walk fails, every finding shows a place of
//! the file, and rules without an error have a plan.

use petiole::diagnostic::Severity;
use petiole::language::compile_texts;
use petiole::language::source::{SourceFile, SourceMap};

use super::told;

pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input).into_owned();
    let files = vec![SourceFile { name: "rules/one.yaml".to_owned(), text }];
    let compiled = compile_texts(SourceMap::new(files));
    // Letters that look like others are read as they look, so that places are those of the text as it was read.
    let read = compiled.sources.files().next().map(|(_, file)| file.text.clone()).unwrap_or_default();
    told(&compiled.findings, ("rules/one.yaml", &read));
    let sound = compiled.findings.iter().all(|one| one.severity != Severity::Error);
    assert_eq!(compiled.plan.is_some(), sound && compiled.rules.is_some(), "{:?}", compiled.findings);
    compiled.plan.iter().for_each(|plan| assert_eq!(plan.to_string(), plan.to_string()));
}
