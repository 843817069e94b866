//! `petiole lint`: everything wrong with the rules, in one go, offline.

use super::arguments::{Arguments, Format, LintArguments};
use super::exit_code;
use crate::diagnostic::{Severity, json, render};
use crate::language;

/// Checks rules and prints the findings.
pub fn lint(arguments: &Arguments, lint: &LintArguments) -> u8 {
    let paths = if lint.paths.is_empty() { vec![arguments.rules.clone()] } else { lint.paths.clone() };
    let compiled = language::compile(&paths);
    let count = |severity: Severity| compiled.findings.iter().filter(|one| one.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match lint.format {
        Format::Json => println!("{:#}", json::render(&compiled.findings, &compiled.sources)),
        Format::Text => {
            eprint!("{}", render::render(&compiled.findings, &compiled.sources, arguments.color.on()));
            let files = compiled.sources.files().count();
            if errors + warnings > 0 {
                eprintln!("\n{errors} errors, {warnings} warnings in {files} files");
            } else if !arguments.quiet {
                println!("{files} files, nothing wrong");
            }
        }
    }
    if errors > 0 || lint.deny_warnings && warnings > 0 { exit_code::INVALID } else { exit_code::OK }
}
