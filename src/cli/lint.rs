//! `petiole lint`: everything wrong with the rules, in one go, offline.

use super::arguments::{Arguments, FindingsFormat, LintArguments};
use super::exit_code;
use crate::diagnostic::{Severity, json, render};
use crate::language::{self, lint::page};

fn explain(code: &str) -> u8 {
    match page::explain(code) {
        Ok(text) => {
            print!("{text}");
            exit_code::OK
        }
        Err(message) => {
            eprintln!("petiole: {message}");
            exit_code::USAGE
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Checks rules and prints the findings.
pub fn lint(arguments: &Arguments, lint: &LintArguments) -> u8 {
    if let Some(code) = &lint.explain {
        return explain(code);
    }
    let paths = if lint.paths.is_empty() { vec![arguments.rules.clone()] } else { lint.paths.clone() };
    let compiled = language::compile(&paths);
    let count = |severity: Severity| compiled.findings.iter().filter(|one| one.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match lint.format {
        FindingsFormat::Json => println!("{:#}", json::render(&compiled.findings, &compiled.sources)),
        FindingsFormat::Text | FindingsFormat::Sarif => {
            eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
            let files = compiled.sources.files().count();
            if errors + warnings > 0 {
                let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
                eprintln!("\n{errors}, {warnings} in {}", counted(files, "file"));
            } else if !arguments.quiet {
                println!("{}, nothing wrong", counted(files, "file"));
            }
            if lint.summary {
                print!("\n{}", compiled.summary);
            }
        }
    }
    if errors > 0 || lint.deny_warnings && warnings > 0 { exit_code::INVALID } else { exit_code::OK }
}
