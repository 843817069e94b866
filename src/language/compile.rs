//! The whole walk on one page: load, parse, resolve, check, lint, lower.
//!
//! Used by every command and by reload alike, so that all of them find the same.

use std::path::PathBuf;

use crate::diagnostic::edit::{self, touches};
use crate::diagnostic::{Diagnostic, Severity};
use crate::language::check::causes::arrange;
use crate::language::check::{Checked, CheckedRules, check};
use crate::language::lint::{run as lint, summary::summary};
use crate::language::lower::lower;
use crate::language::plan::{Plan, test::RuleTest};
use crate::language::resolve::{Met, resolve};
use crate::language::source::bare_secrets;
use crate::language::source::letters::as_they_look;
use crate::language::source::{SourceMap, load};
use crate::language::syntax::parse;
use crate::world::Files;

/// What came of a rule set.
#[derive(Debug)]
pub struct Compilation {
    /// The files, for showing findings.
    pub sources: SourceMap,
    /// Everything that was found.
    pub findings: Vec<Diagnostic>,
    /// The plan, where no finding is an error.
    pub plan: Option<Plan>,
    /// The tests beside the rules, where there is a plan.
    pub tests: Vec<RuleTest>,
    /// The rules, where they passed every check, whatever lint found in them.
    pub rules: Option<CheckedRules>,
    /// The rules as far as they were understood, where they did not.
    pub partly: Option<CheckedRules>,
    /// What names in expressions were taken for, where that was asked.
    pub met: Vec<Met>,
}

impl Compilation {
    /// Who owns what and what the tables say, for people.
    pub fn summary(&self) -> String {
        self.rules.as_ref().map(summary).unwrap_or_default()
    }

    /// The rules as far as they were understood.
    pub fn understood(&self) -> Option<&CheckedRules> {
        self.rules.as_ref().or(self.partly.as_ref())
    }
}

/// Compiles the rule files at these paths.
pub fn compile(files: &dyn Files, paths: &[PathBuf]) -> Compilation {
    let (sources, unread) = load(files, paths);
    compile_loaded(sources, unread)
}

/// Compiles texts that were kept elsewhere.
pub fn compile_texts(sources: SourceMap) -> Compilation {
    compile_loaded(sources, Vec::new())
}

/// Compiles files that were loaded; what was found in loading them is among the findings.
pub fn compile_loaded(sources: SourceMap, unread: Vec<Diagnostic>) -> Compilation {
    finish(sources, unread, false)
}

/// The same, and what each name in an expression was taken for.
pub fn compile_noting(sources: SourceMap, unread: Vec<Diagnostic>) -> Compilation {
    finish(sources, unread, true)
}

fn finish(sources: SourceMap, mut findings: Vec<Diagnostic>, notes: bool) -> Compilation {
    let (mut sources, odd) = as_they_look(sources);
    let unread = !findings.is_empty();
    let broken: Vec<_> = findings.iter().map(|one| one.primary.span.file).collect();
    let mut resolved = resolve(&sources, parse(&sources));
    resolved.sink.met = notes.then(Vec::new);
    let Checked { mut rules, partly, met, found, hidden } = check(resolved);
    // Of a file that could not be read nothing else is said.
    findings.extend(found.into_iter().filter(|one| !broken.contains(&one.primary.span.file)));
    findings.extend(odd);
    let mut findings = arrange(&sources, findings);
    let hash = sources.hash();
    sources.hide(&hidden);
    findings.extend(rules.iter().flat_map(|rules| lint(rules, &sources)));
    let shows = |one: &Diagnostic| one.fix.iter().any(|edit| hidden.iter().any(|place| touches(edit.span, *place)));
    findings.iter_mut().filter(|one| shows(one)).for_each(|one| one.fix.clear());
    edit::fit(&mut findings, &sources);
    let sound = !findings.iter().any(|one| one.severity == Severity::Error);
    let (plan, tests) = match rules.as_mut().filter(|_| !unread && sound) {
        Some(rules) => (Some(lower(rules, hash)), std::mem::take(&mut rules.tests)),
        None => (None, Vec::new()),
    };
    if plan.is_none() {
        // What is broken is read by lines; of what serves the texts are kept as they are.
        let bare = bare_secrets::places(&sources);
        sources.hide(&bare);
    }
    Compilation { sources, findings, plan, tests, rules, partly, met }
}
