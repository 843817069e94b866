//! Tests beside the rules, each with a lens that runs it and says what came of it the last time.
//!
//! A result is of the rules that it was made with: once they are others, it is not shown any more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lsp_types::{CodeLens, Command};
use serde_json::{Value as Json, json};

use super::study::Study;
use crate::diagnostic::{FileId, Sources as _, Span};
use crate::language::plan::test::RuleTest;
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::parse;
use crate::trial::{self, Told};

/// The command that runs a test: the address of its file and its name are what it is given.
pub(super) const RUN_TEST: &str = "petiole.runTest";

/// How long a test may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The longest reason that a lens shows, in characters.
const SHOWN_MAX: usize = 100;

/// What came of tests, by file and name.
#[derive(Debug, Default)]
pub(super) struct Results(BTreeMap<(PathBuf, String), Outcome>);

/// What came of a test.
#[derive(Clone, Debug)]
struct Outcome {
    /// Of which rules.
    rules: String,
    /// Why it failed; none: it passed.
    failure: Option<String>,
}

/// The lenses of a file.
pub(super) fn lenses(study: &Study, (file, path): (FileId, &Path), results: &Results) -> Vec<CodeLens> {
    let sources = &study.compiled.sources;
    let alone = SourceFile { name: sources.name(file).to_owned(), text: sources.text(file).to_owned() };
    let tree = parse(&SourceMap::new(vec![alone]));
    let address = study.address(file).map(|address| address.as_str().to_owned());
    let tests = tree.files.iter().flat_map(|file| &file.tests);
    let lens = |name: &str, span: Span| {
        let known = results.0.get(&(path.to_owned(), name.to_owned()));
        let known = known.filter(|outcome| outcome.rules == study.hash());
        let title = match known.map(|outcome| &outcome.failure) {
            None => "run test".to_owned(),
            Some(None) => "passed · run again".to_owned(),
            Some(Some(why)) => format!("failed: {why} · run again"),
        };
        let arguments = Some(vec![json!(address), json!(name)]);
        let command = Command { title, command: RUN_TEST.to_owned(), arguments };
        CodeLens { range: study.range(Span { file, ..span }), command: Some(command), data: None }
    };
    tests.map(|test| lens(&test.name.text, test.name.span)).collect()
}

/// Runs a test of a file and keeps what came of it.
///
/// # Errors
/// Says why it cannot be run.
pub(super) fn run(
    study: &Study,
    (file, path): (FileId, &Path),
    name: &str,
    results: &mut Results,
) -> Result<Json, String> {
    let Some(plan) = &study.compiled.plan else {
        return Err("tests run only under rules without errors".to_owned());
    };
    let is_asked = |test: &&RuleTest| test.span.file == file && test.name == name;
    let test = study.compiled.tests.iter().find(is_asked);
    let test = test.ok_or_else(|| format!("there is no test `{name}` in this file"))?;
    let trial = trial::run(plan, &study.compiled.sources, (&[test], PATIENCE));
    let failure = trial.outcomes.first().and_then(|outcome| outcome.failures.first());
    let failure =
        failure.map(|failure| failure.message.lines().next().unwrap_or_default().chars().take(SHOWN_MAX).collect());
    let passed = failure.is_none();
    let text = trial::text(&trial, &study.compiled.sources, Told { color: false, quiet: true, unmentioned: false });
    results.0.insert((path.to_owned(), name.to_owned()), Outcome { rules: study.hash().to_owned(), failure });
    Ok(json!({ "name": name, "passed": passed, "text": text }))
}
