//! How many changes the tests noticed, and which they did not, for people, scripts and build servers.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::trial::machine::escaped;

/// What came of all changes.
#[derive(Debug)]
pub struct Score {
    /// How many changes lint passed.
    pub tried: usize,
    /// Those that no test noticed.
    pub survivors: Vec<Survivor>,
}

/// A change that no test noticed.
#[derive(Debug)]
pub struct Survivor {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// How it reads.
    pub written: String,
    /// The change in words.
    pub change: String,
    /// What would notice it.
    pub proposal: String,
}

impl Score {
    /// How many changes a test noticed.
    pub fn noticed(&self) -> usize {
        self.tried - self.survivors.len()
    }

    /// The share that was noticed, in whole percent; of nothing, all.
    pub fn percent(&self) -> usize {
        (self.noticed() * 100).checked_div(self.tried).unwrap_or(100)
    }
}

/// The score for people.
pub fn text(score: &Score) -> String {
    let mut out = String::new();
    for one in &score.survivors {
        let _ = writeln!(out, "not noticed: {}:{} {}\n  {}", one.file, one.line, one.change, one.written);
        for line in one.proposal.lines() {
            let _ = writeln!(out, "  {line}");
        }
        out.push('\n');
    }
    let (noticed, tried, percent) = (score.noticed(), score.tried, score.percent());
    let _ = writeln!(out, "{noticed} of {tried} changes that lint passes are noticed by a test, {percent} %");
    out
}

/// The score as one document.
pub fn json(score: &Score) -> Json {
    let survivors: Vec<Json> = score.survivors.iter().map(|one| {
        json!({
            "file": one.file, "line": one.line, "written": one.written, "change": one.change, "proposal": one.proposal,
        })
    }).collect();
    json!({ "tried": score.tried, "noticed": score.noticed(), "percent": score.percent(), "survivors": survivors })
}

/// The score as JUnit XML: a suite for each file, a failure for each change that no test noticed.
pub fn junit(score: &Score) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites tests=\"{}\" failures=\"{}\">", score.tried, score.survivors.len());
    let _ = writeln!(
        out,
        "  <testsuite name=\"changes of rules\" tests=\"{}\" failures=\"{}\">",
        score.tried,
        score.survivors.len()
    );
    for one in &score.survivors {
        let (file, line) = (escaped(&one.file), one.line);
        let _ = writeln!(
            out,
            "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{line}\">",
            escaped(&format!("{}: {}", one.written, one.change))
        );
        let _ = writeln!(
            out,
            "      <failure message=\"no test notices it\">{}</failure>\n    </testcase>",
            escaped(&one.proposal)
        );
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}
