//! `petiole lint`: everything wrong with the rules, in one go, offline.

use super::arguments::{Arguments, FindingsFormat};
use super::arguments_rules::LintArguments;
use super::exit_code;
use super::lint_fix;
use crate::diagnostic::{Diagnostic, Severity, json, render, sarif};
use crate::language::source::RuleSet;
use crate::language::{self, Compilation, lint::page};
use crate::world::SystemFiles;

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

fn count(findings: &[Diagnostic], severity: Severity) -> usize {
    findings.iter().filter(|one| one.severity == severity).count()
}

fn wrong_usage(message: &str) -> u8 {
    eprintln!("petiole: {message}");
    exit_code::USAGE
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// How many findings are printed for people; a first mistake may have thousands behind it.
const FINDINGS_SHOWN_MAX: usize = 200;

/// Checks rules and prints the findings.
pub fn lint(arguments: &Arguments, lint: &LintArguments) -> u8 {
    if let Some(code) = &lint.explain {
        return explain(code);
    }
    let set = match RuleSet::of(&SystemFiles, &lint.paths, &arguments.rules) {
        Ok(set) => set,
        Err(message) => return wrong_usage(&message),
    };
    if lint.diff {
        let (difference, mended) = lint_fix::difference(&set);
        print!("{difference}");
        eprintln!("petiole: --fix would mend {}", counted(mended, "finding"));
    } else if lint.fix {
        match lint_fix::fix(&set) {
            Ok(mended) => eprint!("{}", lint_fix::told(&mended)),
            Err(message) => {
                eprintln!("petiole: {message}");
                return exit_code::FAILED;
            }
        }
    }
    let compiled = language::compile(&SystemFiles, &set.paths);
    let summary = if lint.summary { compiled.summary() } else { String::new() };
    let Compilation { sources, findings, .. } = compiled;
    let files = match set.count(&sources) {
        Ok(files) => files,
        Err(message) => return wrong_usage(&message),
    };
    let (findings, beside) = set.divide(findings, &sources);
    let (errors, warnings) = (count(&findings, Severity::Error), count(&findings, Severity::Warning));
    match lint.format {
        FindingsFormat::Json => println!("{:#}", json::render(&findings, &sources)),
        FindingsFormat::Sarif => println!("{:#}", sarif::render(&findings, &sources, |code| page::explain(code).ok())),
        FindingsFormat::Text => {
            let shown = findings.get(..FINDINGS_SHOWN_MAX).unwrap_or(&findings);
            eprint!("{}", render::render(shown, &sources, arguments.color.on()));
            if let more @ 1.. = findings.len() - shown.len() {
                eprintln!("\n{} more; `--format json` has all", counted(more, "finding"));
            }
            if errors + warnings > 0 {
                let (errors, warnings) = (counted(errors, "error"), counted(warnings, "warning"));
                eprintln!("\n{errors}, {warnings} in {}", counted(files, "file"));
            } else if !arguments.quiet {
                println!("{}, nothing wrong", counted(files, "file"));
            }
            if lint.summary {
                print!("\n{summary}");
            }
        }
    }
    let others = count(&beside, Severity::Error);
    if others > 0 {
        let (others, set) = (counted(others, "error"), set.told());
        eprintln!("petiole: other files have {others}, which may hide some here; `petiole lint {set}` shows them");
    }
    if errors > 0 || lint.deny_warnings && warnings > 0 { exit_code::INVALID } else { exit_code::OK }
}
