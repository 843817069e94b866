//! The report for scripts: JSON, and JUnit XML for build servers.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::coverage::Coverage;
use super::judge::Failure;
use super::trial::Trial;
use crate::diagnostic::{Sources as _, span::place_of};
use crate::language::source::SourceMap;

/// The report as one document.
pub fn json(trial: &Trial<'_>, sources: &SourceMap) -> Json {
    let tests: Vec<Json> = trial
        .outcomes
        .iter()
        .map(|outcome| {
            json!({
                "name": outcome.test.name,
                "file": outcome.test.line.file.as_str(),
                "line": outcome.test.line.line,
                "outcome": if outcome.failures.is_empty() { "passed" } else { "failed" },
                "failures": outcome.failures.iter().map(|one| failure(one, sources)).collect::<Vec<_>>(),
                "unmentioned": outcome.unmentioned.iter().map(|one| json!({
                    "what": one.what, "record": one.record, "names": one.names,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    let failed = trial.failed();
    json!({
        "tests": tests,
        "passed": trial.outcomes.len() - failed,
        "failed": failed,
        "coverage": coverage(&trial.coverage),
    })
}

fn failure(one: &Failure, sources: &SourceMap) -> Json {
    let place = place_of(sources.text(one.span.file), one.span.start);
    json!({
        "message": one.message,
        "file": sources.name(one.span.file),
        "line": place.line,
        "column": place.column,
        "differences": one.gaps.iter().map(|gap| json!({
            "path": gap.path, "expected": gap.expected, "actual": gap.actual,
        })).collect::<Vec<_>>(),
        "rules": one.lines.iter().map(|(line, what)| json!({
            "file": line.file.as_str(), "line": line.line, "text": what,
        })).collect::<Vec<_>>(),
        "notes": one.notes,
    })
}

fn coverage(coverage: &Coverage) -> Json {
    let share = |(done, all): (usize, usize)| json!({ "exercised": done, "total": all });
    json!({
        "rules": share(coverage.rules),
        "rows": share(coverage.rows),
        "branches": share(coverage.branches),
        "never": coverage.never.iter().map(|never| json!({
            "file": never.line.file.as_str(), "line": never.line.line, "kind": never.kind, "text": never.text,
        })).collect::<Vec<_>>(),
    })
}

/// The report as JUnit XML: one suite per file.
pub fn junit(trial: &Trial<'_>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites tests=\"{}\" failures=\"{}\">", trial.outcomes.len(), trial.failed());
    let mut files: Vec<&str> = trial.outcomes.iter().map(|outcome| outcome.test.line.file.as_str()).collect();
    files.dedup();
    for file in files {
        let own: Vec<_> = trial.outcomes.iter().filter(|outcome| outcome.test.line.file == file).collect();
        let failed = own.iter().filter(|outcome| !outcome.failures.is_empty()).count();
        let _ = writeln!(out, "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\">", escaped(file), own.len());
        for outcome in own {
            let head = format!(
                "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\"",
                escaped(&outcome.test.name),
                escaped(file),
                escaped(file),
                outcome.test.line.line
            );
            if outcome.failures.is_empty() && outcome.unmentioned.is_empty() {
                let _ = writeln!(out, "{head}/>");
                continue;
            }
            let _ = writeln!(out, "{head}>");
            for failure in &outcome.failures {
                let _ = writeln!(
                    out,
                    "      <failure message=\"{}\">{}</failure>",
                    escaped(&failure.message),
                    escaped(&details(failure))
                );
            }
            if !outcome.unmentioned.is_empty() {
                let told: Vec<String> = outcome.unmentioned.iter().map(|one| format!("not mentioned: {one}")).collect();
                let _ = writeln!(out, "      <system-out>{}</system-out>", escaped(&told.join("\n")));
            }
            let _ = writeln!(out, "    </testcase>");
        }
        let _ = writeln!(out, "  </testsuite>");
    }
    out.push_str("</testsuites>\n");
    out
}

fn details(failure: &Failure) -> String {
    let gaps = failure.gaps.iter().map(|gap| format!("{}: expected {}, actual {}", gap.path, gap.expected, gap.actual));
    let lines = failure.lines.iter().map(|(line, what)| format!("{line}: {what}"));
    gaps.chain(lines).chain(failure.notes.iter().cloned()).collect::<Vec<_>>().join("\n")
}

/// Text that XML may hold: marked letters spelt out, control letters left out.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            letter if letter.is_control() => {}
            letter => out.push(letter),
        }
    }
    out
}
