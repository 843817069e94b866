//! The report for people: each failure as a finding at its line, then how much was exercised.

use std::fmt::Write as _;

use super::coverage::{Coverage, span_of};
use super::gap::Gap;
use super::judge::Failure;
use super::trial::{Outcome, Trial};
use crate::diagnostic::{Code, Diagnostic, render};
use crate::language::source::SourceMap;

/// ANSI colours of what is expected, what is, and of names; empty without colour.
struct Paint {
    expected: &'static str,
    actual: &'static str,
    dim: &'static str,
    end: &'static str,
}

const COLOURED: Paint = Paint { expected: "\u{1b}[32m", actual: "\u{1b}[31m", dim: "\u{1b}[2m", end: "\u{1b}[0m" };
const PLAIN: Paint = Paint { expected: "", actual: "", dim: "", end: "" };

impl Paint {
    fn is_coloured(&self) -> bool {
        !self.end.is_empty()
    }
}

/// Tests whose unmentioned writes are named before they are only counted.
const UNMENTIONED_SHOWN: usize = 3;

/// How much a report for people tells.
#[derive(Clone, Copy, Debug)]
pub struct Told {
    /// Whether in colour.
    pub color: bool,
    /// Whether tests that passed, what they do not mention and what was exercised are left out.
    pub quiet: bool,
    /// Whether all is named that tests do not mention.
    pub unmentioned: bool,
}

/// The whole report.
pub fn text(trial: &Trial<'_>, sources: &SourceMap, told: Told) -> String {
    let Told { color, quiet, .. } = told;
    let paint = if color { COLOURED } else { PLAIN };
    let mut out = String::new();
    for outcome in &trial.outcomes {
        if !quiet || !outcome.failures.is_empty() {
            verdict(&mut out, outcome, &paint);
        }
    }
    for outcome in &trial.outcomes {
        for failure in &outcome.failures {
            one(&mut out, (outcome, failure), sources, &paint);
        }
    }
    let failed = trial.failed();
    let passed = trial.outcomes.len() - failed;
    let _ = writeln!(out, "\n{} tests, {passed} passed, {failed} failed", trial.outcomes.len());
    if !quiet {
        besides(&mut out, trial, (told, &paint));
        exercised(&mut out, &trial.coverage, &paint);
    }
    out
}

fn verdict(out: &mut String, outcome: &Outcome<'_>, paint: &Paint) {
    let (color, word) = if outcome.failures.is_empty() { (paint.expected, "ok    ") } else { (paint.actual, "FAILED") };
    let more = match outcome.unmentioned.len() {
        0 => String::new(),
        number => format!("  +{number} not mentioned"),
    };
    let _ = writeln!(
        out,
        "{color}{word}{} {} {}({}){more}{}",
        paint.end, outcome.test.name, paint.dim, outcome.test.line, paint.end
    );
}

/// What tests bring about and do not mention: of a few tests, or of all that have any.
fn besides(out: &mut String, trial: &Trial<'_>, (told, paint): (Told, &Paint)) {
    // Of a test that failed all is told already.
    let silent = trial.outcomes.iter().filter(|one| one.failures.is_empty() && !one.unmentioned.is_empty());
    let silent: Vec<&Outcome<'_>> = silent.collect();
    if silent.is_empty() {
        return;
    }
    let _ = match silent.len() {
        1 => writeln!(out, "1 test brings about what it does not mention:"),
        number => writeln!(out, "{number} tests bring about what they do not mention:"),
    };
    let shown = if told.unmentioned { silent.len() } else { UNMENTIONED_SHOWN };
    for outcome in silent.iter().take(shown) {
        for one in &outcome.unmentioned {
            let _ = writeln!(out, "  {} {}{one}{}", outcome.test.line, paint.dim, paint.end);
        }
    }
    if silent.len() > shown {
        let _ = writeln!(out, "  and of {} more; `--unmentioned` names them all", silent.len() - shown);
    }
}

fn one(out: &mut String, (outcome, failure): (&Outcome<'_>, &Failure), sources: &SourceMap, paint: &Paint) {
    let message = format!("{}: {}", outcome.test.name, failure.message);
    let mut finding = Diagnostic::error(Code("test-failed"), message, failure.span, "expected here");
    for (line, what) in &failure.lines {
        if let Some(span) = span_of(sources, line) {
            finding = finding.label(span, *what);
        }
    }
    for note in &failure.notes {
        finding = finding.note(note.clone());
    }
    let _ = write!(out, "\n{}", render::render(&[finding], sources, paint.is_coloured()));
    for gap in &failure.gaps {
        difference(out, gap, paint);
    }
}

fn difference(out: &mut String, gap: &Gap, paint: &Paint) {
    let _ = writeln!(out, "  {}", gap.path);
    let _ = writeln!(out, "    {}expected  {}{}", paint.expected, gap.expected, paint.end);
    let _ = writeln!(out, "    {}actual    {}{}", paint.actual, gap.actual, paint.end);
}

fn exercised(out: &mut String, coverage: &Coverage, paint: &Paint) {
    let share = |(done, all): (usize, usize)| format!("{done} of {all}");
    let _ = writeln!(
        out,
        "exercised: rules {}, rows {}, branches {}",
        share(coverage.rules),
        share(coverage.rows),
        share(coverage.branches)
    );
    if !coverage.never.is_empty() {
        let _ = writeln!(out, "never exercised:");
    }
    for never in &coverage.never {
        let _ = writeln!(out, "  {} {:6} {}{}{}", never.line, never.kind, paint.dim, never.text, paint.end);
    }
}
