//! A plan as people read it: by pipeline, then record, then field, and one line at the end that says it all.

use std::fmt::Write as _;

use super::{Calls, Planned, Verdict};
use crate::diagnostic::places::places;
use crate::runtime::happening::{Change, shortened};
use crate::value::Value;

/// Changes of a pipeline that are shown before the rest is only counted; JSON has all.
const SHOWN_MAX: usize = 200;

/// The same of records that are parked, put off or held.
const LISTED_MAX: usize = 20;

/// How far apart a value and its rule line stand at least.
const GAP: usize = 2;

/// Where rule lines begin, unless the value is longer.
const COLUMN: usize = 64;

/// The signs of what would happen.
#[derive(Clone, Copy)]
enum Sign {
    Create,
    Update,
    Move,
    Remove,
    Park,
}

impl Sign {
    fn of(change: &Change) -> Self {
        match change.action {
            "create" => Self::Create,
            "move" => Self::Move,
            "remove" => Self::Remove,
            _ => Self::Update,
        }
    }

    fn shown(self, color: bool) -> String {
        let (sign, code) = match self {
            Self::Create => ("+", 32),
            Self::Update => ("~", 33),
            Self::Move => ("→", 36),
            Self::Remove => ("-", 31),
            Self::Park => ("!", 31),
        };
        if color { format!("\u{1b}[{code}m{sign}\u{1b}[0m") } else { sign.to_owned() }
    }
}

impl Planned {
    /// The plan in lines.
    pub fn to_text(&self, color: bool) -> String {
        let mut out = String::new();
        for pipeline in self.pipelines() {
            self.write_pipeline(&mut out, pipeline, color);
        }
        self.write_rest(&mut out);
        let _ = writeln!(out, "{}", self.last_line());
        out
    }

    fn write_pipeline(&self, out: &mut String, pipeline: &str, color: bool) {
        let _ = writeln!(out, "{pipeline}");
        let changes: Vec<&Change> = self.changes().into_iter().filter(|change| change.pipeline == pipeline).collect();
        for change in changes.iter().take(SHOWN_MAX) {
            self.write_change(out, change, color);
        }
        if let more @ 1.. = changes.len().saturating_sub(SHOWN_MAX) {
            let _ = writeln!(out, "  … {more} more; `--format json` names all");
        }
        if let Some(linked) = self.report.linked.get(pipeline) {
            let _ = writeln!(out, "  = {linked} to be linked that both sides have already");
        }
        let parked: Vec<_> = self.newly_parked().filter(|(_, own, ..)| *own == pipeline).collect();
        for (target, _, what, message, line) in parked.iter().take(LISTED_MAX) {
            let _ = writeln!(out, "  {} {target} would be parked ({what}, {line}): {message}", Sign::Park.shown(color));
        }
        if let more @ 1.. = parked.len().saturating_sub(LISTED_MAX) {
            let _ =
                writeln!(out, "  {} {more} more would be parked; `--format json` names all", Sign::Park.shown(color));
        }
        out.push('\n');
    }

    fn write_change(&self, out: &mut String, change: &Change, color: bool) {
        let sign = Sign::of(change).shown(color);
        let kind = format!("{}.{}", change.target.account, change.target.record);
        let is_new = self.is_made_up(&change.target.id);
        let cause = self.named(&change.cause.to_string());
        let head = match change.action {
            "create" if is_new => format!("{kind}, new, for {cause}"),
            "create" => format!("{}, new, for {cause}", change.target),
            "remove" => removed(change),
            _ if is_new => format!("the new {kind}, for {cause}"),
            _ if change.target == change.cause => change.target.to_string(),
            _ => format!("{}, for {cause}", change.target),
        };
        let _ = writeln!(out, "  {sign} {head}");
        for (name, old, new) in change.values() {
            let (old, new) = (self.value(&old), self.value(&new));
            let told = match change.action {
                "create" => format!("      {name} = {new}"),
                _ => format!("      {name}: {old} → {new}"),
            };
            let refused = change.causes.refused.contains(&name);
            let room = COLUMN.saturating_sub(told.chars().count()).max(GAP);
            let owner = if refused {
                format!(", changed by {}; {} owns it", change.target.account, change.owner)
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "{told}{:room$}{}{owner}",
                "",
                places(change.lines_of(&name).iter().map(String::as_str), usize::MAX)
            );
        }
    }

    /// A value, keys that are made up said to be so.
    fn value(&self, value: &Value) -> String {
        self.named(&shortened(value))
    }

    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (key, kind) in &self.made_up {
            if text.contains(key.as_str()) {
                text = text.replace(&format!("\"{key}\""), &format!("(new {kind})"));
                text = text.replace(key.as_str(), &format!("(new {kind})"));
            }
        }
        text
    }

    /// What is left, held, or could not be told.
    fn write_rest(&self, out: &mut String) {
        let report = &self.report;
        let freed: Vec<String> = self.freed().map(|(target, what)| format!("{target} ({what})")).collect();
        list(out, "no longer parked", &freed);
        let stays = report.parked.len() - self.newly_parked().count();
        if stays > 0 {
            let _ = writeln!(out, "{stays} parked before would stay so; `petiole inbox list` shows them");
        }
        let put_off: Vec<String> = report.put_off.iter().map(|(target, why)| format!("{target}: {why}")).collect();
        list(out, "cannot be told now", &put_off);
        let waiting: Vec<String> =
            report.waiting.iter().map(|(why, count)| format!("{count} put off before: {why}")).collect();
        list(out, "waits", &waiting);
        list(out, "held", &report.held_lines());
        let passed: Vec<String> = report.passed_by.keys().map(ToString::to_string).collect();
        list(out, "passed by", &passed);
        if let Some(braked) = &report.braked {
            let _ = writeln!(out, "a sync stops before the first of it and waits for --yes: {braked}");
        }
        if report.mode != "live" && !report.mode.is_empty() && !report.changes.is_empty() {
            let _ = writeln!(out, "`settings.mode` is `{}`: nothing is written where it observes", report.mode);
        }
        if self.rules.is_candidate {
            let _ = writeln!(out, "by rules that do not serve yet");
        }
    }

    fn last_line(&self) -> String {
        if self.verdict() == Verdict::Nothing {
            let what = if self.report.converged() { "Nothing to do" } else { "Nothing to do now" };
            return format!("{what}: {}.", self.report.verdict());
        }
        let mut parts = Vec::new();
        for (action, word) in [("create", "to create"), ("update", "to update"), ("move", "to move")] {
            parts.push(format!("{} {word}", self.count(None, action)));
        }
        let removed = self.count(None, "remove");
        parts.extend((removed > 0).then(|| format!("{removed} to remove")));
        parts.push(format!("{} to park", self.newly_parked().count()));
        let linked: u64 = self.report.linked.values().sum();
        parts.extend((linked > 0).then(|| format!("{linked} to link")));
        let refused = self.refused().len();
        let refused = if refused > 0 { format!("; {refused} refused by ownership") } else { String::new() };
        let unknown = if self.verdict() == Verdict::Untold { "; not all of it could be told, see above" } else { "" };
        format!("Plan: {}{refused}; {}{unknown}.", parts.join(", "), self.told_calls())
    }

    fn told_calls(&self) -> String {
        let used = self.calls.iter().filter(|(_, calls)| calls.all() > 0);
        let told = used.map(|(account, calls)| told_calls(account, calls)).collect::<Vec<_>>();
        if told.is_empty() { "no calls".to_owned() } else { told.join(", ") }
    }
}

/// A removal has no value that a line could name.
fn removed(change: &Change) -> String {
    format!("{}, whose counterpart is gone  {}", change.target, change.places())
}

fn told_calls(account: &str, calls: &Calls) -> String {
    let (all, writes) = (calls.all(), calls.counted.writes);
    let s = if all == 1 { "" } else { "s" };
    let minutes = match calls.minutes() {
        0 | 1 => "within a minute of its budget".to_owned(),
        more => format!("{more} minutes of its budget"),
    };
    format!("{all} call{s} at {account} ({writes} write, {minutes})")
}

fn list(out: &mut String, what: &str, lines: &[String]) {
    for line in lines.iter().take(LISTED_MAX) {
        let _ = writeln!(out, "{what}: {line}");
    }
    if let more @ 1.. = lines.len().saturating_sub(LISTED_MAX) {
        let _ = writeln!(out, "{what}: {more} more; `--format json` names all");
    }
}
