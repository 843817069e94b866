//! `petiole test`: runs the tests written beside the rules.

use super::arguments::{Arguments, TestFormat};
use super::arguments_rules::TestArguments;
use super::exit_code;
use super::mutate;
use crate::diagnostic::suggest::nearest;
use crate::diagnostic::{Severity, json, render};
use crate::language;
use crate::language::plan::test::RuleTest;
use crate::language::source::RuleSet;
use crate::trial;
use crate::world::SystemFiles;

/// The most tests named in the place of one that is not there.
const NEAR_MAX: usize = 5;

/// Runs tests and prints the report.
pub fn test(arguments: &Arguments, test: &TestArguments) -> u8 {
    let set = match RuleSet::of(&SystemFiles, &test.paths, &arguments.rules) {
        Ok(set) => set,
        Err(message) => return wrong_usage(&message),
    };
    let compiled = language::compile(&SystemFiles, &set.paths);
    if let Err(message) = set.count(&compiled.sources) {
        return wrong_usage(&message);
    }
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
    let asked: Vec<&RuleTest> = compiled.tests.iter().filter(|one| test.mutate || set.names(&one.line.file)).collect();
    if asked.is_empty() && !test.paths.is_empty() {
        return wrong_usage("there are no tests in what is named");
    }
    let wanted = |one: &RuleTest| test.filter.as_ref().is_none_or(|text| one.name.contains(text.as_str()));
    let tests: Vec<&RuleTest> = asked.iter().copied().filter(|one| wanted(one)).collect();
    if let (Some(text), true) = (&test.filter, tests.is_empty()) {
        return wrong_usage(&no_such_test(text, &asked));
    }
    let mut trial = trial::run(plan, &compiled.sources, (&tests, test.timeout));
    if tests.len() < compiled.tests.len() {
        // Of some tests alone, what was left out says nothing.
        trial.coverage.never.clear();
    }
    if test.mutate && trial.failed() == 0 {
        return mutate::mutate(&set, test);
    }
    match test.format {
        TestFormat::Text => {
            let color = arguments.color.on();
            let told = trial::Told { color, quiet: arguments.quiet, unmentioned: test.unmentioned };
            print!("{}", trial::text(&trial, &compiled.sources, told));
        }
        TestFormat::Json => println!("{:#}", trial::json(&trial, &compiled.sources)),
        TestFormat::Junit => print!("{}", trial::junit(&trial)),
    }
    if trial.failed() > 0 { exit_code::TESTS_FAILED } else { exit_code::OK }
}

/// What a filter without a hit is answered: the tests whose names share the most of its words, misspelt or not.
fn no_such_test(filter: &str, tests: &[&RuleTest]) -> String {
    let words = filter.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    let shares = |one: &RuleTest| {
        let name = one.name.to_lowercase();
        let is_near =
            |word: &&String| name.contains(word.as_str()) || !nearest(word, name.split_whitespace()).is_empty();
        words.iter().filter(is_near).count()
    };
    let mut near: Vec<(usize, &str)> = tests.iter().map(|one| (shares(one), one.name.as_str())).collect();
    near.retain(|(shared, _)| *shared > 0);
    near.sort_by_key(|(shared, _)| std::cmp::Reverse(*shared));
    let near: String = near.iter().take(NEAR_MAX).map(|(_, name)| format!("\n  {name}")).collect();
    let count = tests.len();
    match near.as_str() {
        "" => {
            format!("none of {count} tests has {filter:?} in its name, nor anything near it; `petiole test` names all")
        }
        near => format!("none of {count} tests has {filter:?} in its name; near it are:{near}"),
    }
}

fn wrong_usage(message: &str) -> u8 {
    eprintln!("petiole: {message}");
    exit_code::USAGE
}
