//! `petiole test`: runs the tests written beside the rules.

use std::path::{Path, PathBuf};

use super::arguments::{Arguments, TestArguments, TestFormat};
use super::exit_code;
use crate::diagnostic::{Severity, json, render};
use crate::language;
use crate::language::plan::test::RuleTest;
use crate::trial;

/// Runs tests and prints the report.
pub fn test(arguments: &Arguments, test: &TestArguments) -> u8 {
    let inside = !test.paths.is_empty() && test.paths.iter().all(|path| is_inside(path, &arguments.rules));
    // Files of the rules folder need the rest of it; anything else is a rule set of its own.
    let compiled = match (inside, test.paths.is_empty()) {
        (false, false) => language::compile(&test.paths),
        _ => language::compile(std::slice::from_ref(&arguments.rules)),
    };
    let Some(plan) = &compiled.plan else {
        if test.format == TestFormat::Json {
            println!("{:#}", json::render(&compiled.findings, &compiled.sources));
            return exit_code::INVALID;
        }
        eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
        let errors = compiled.findings.iter().filter(|one| one.severity == Severity::Error).count();
        let errors = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
        eprintln!("\n{errors}; tests run only under rules without any");
        return exit_code::INVALID;
    };
    let wanted = |one: &&RuleTest| {
        let named = test.filter.as_ref().is_none_or(|text| one.name.contains(text.as_str()));
        named && (!inside || test.paths.iter().any(|path| is_inside(Path::new(&one.line.file), path)))
    };
    let tests: Vec<&RuleTest> = compiled.tests.iter().filter(wanted).collect();
    if let (Some(text), true) = (&test.filter, tests.is_empty()) {
        eprintln!("petiole: no test has {text:?} in its name");
    }
    let mut trial = trial::run(plan, &compiled.sources, (&tests, test.timeout));
    if tests.len() < compiled.tests.len() {
        // Of some tests alone, what was left out says nothing.
        trial.coverage.never.clear();
    }
    match test.format {
        TestFormat::Text => {
            print!("{}", trial::text(&trial, &compiled.sources, arguments.color.on(), arguments.quiet));
        }
        TestFormat::Json => println!("{:#}", trial::json(&trial, &compiled.sources)),
        TestFormat::Junit => print!("{}", trial::junit(&trial)),
    }
    if trial.failed() > 0 { exit_code::TESTS_FAILED } else { exit_code::OK }
}

/// Whether a path is a folder or in it.
fn is_inside(path: &Path, folder: &Path) -> bool {
    let real = |path: &Path| -> PathBuf { path.canonicalize().unwrap_or_else(|_| path.to_owned()) };
    real(path).starts_with(real(folder))
}
