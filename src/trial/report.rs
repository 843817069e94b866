//! The report for people: each failure as a finding at its line, then how much was exercised.

use std::fmt::Write as _;

use super::coverage::{Coverage, span_of};
use super::judge::{Failure, Gap};
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

/// The whole report. `quiet` leaves out tests that passed and what was exercised.
pub fn text(trial: &Trial<'_>, sources: &SourceMap, color: bool, quiet: bool) -> String {
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
        exercised(&mut out, &trial.coverage, &paint);
    }
    out
}

fn verdict(out: &mut String, outcome: &Outcome<'_>, paint: &Paint) {
    let (color, word) = if outcome.failures.is_empty() { (paint.expected, "ok    ") } else { (paint.actual, "FAILED") };
    let _ = writeln!(
        out,
        "{color}{word}{} {} {}({}){}",
        paint.end, outcome.test.name, paint.dim, outcome.test.line, paint.end
    );
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
