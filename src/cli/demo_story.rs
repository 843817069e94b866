//! What the demo prints: acts, what crossed, and the rule lines that caused it.

use std::fmt::Write as _;
use std::path::Path;

use crate::runtime::{Change, Happening, Report, told_values};
use crate::value::Value;

/// Letters of a value that are shown.
const TEXT_MAX: usize = 26;

/// Tells the story on standard output.
pub struct Story {
    /// Whether in colour.
    pub color: bool,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const CYAN: &str = "36";

/// What is written in fewer letters than this is told on one line.
const ONE_LINE_MAX: usize = 40;

/// Rows of a list that are shown.
const ROWS_MAX: usize = 3;

/// Fields of a record that are shown.
const FIELDS_MAX: usize = 4;

/// Rule lines of a file that are named.
const PLACES_MAX: usize = 4;

/// An absent value and an empty list say nothing.
fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_list().is_some_and(<[Value]>::is_empty)
}

/// The rows of a list of records, each on a line.
fn rows(value: &Value) -> Vec<String> {
    let row = |row: &Value| {
        let fields = row.as_record()?.iter().filter(|(_, value)| !value.is_null());
        Some(fields.map(|(name, value)| format!("{name}={}", short(value))).collect::<Vec<_>>().join("  "))
    };
    value.as_list().unwrap_or_default().iter().filter_map(row).take(ROWS_MAX).collect()
}

impl Story {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    /// Who plays, and by which rules.
    pub fn opening(&self, sides: &[(&str, String)], rules: &Path) {
        println!("{}", self.paint(BOLD, "petiole joins two systems by rules. Here are both in miniature:"));
        for (name, origin) in sides {
            println!("  {name:<9} {}", self.paint(DIM, origin));
        }
        println!("  {:<9} {}", "rules", self.paint(DIM, &rules.display().to_string()));
    }

    /// Where the pages are, and what may be done beside them.
    pub fn serving(&self, address: &str, sides: [(&str, String); 2]) {
        println!("\n{}", self.paint(BOLD, "Trade goes on. Look at it, and mend what waits:"));
        println!("listening on http://{address}");
        let [(seller, buys), (erp, ships)] = sides;
        let dim = |text: String| self.paint(DIM, &text);
        println!("  a buyer orders     {}", dim(format!("curl -X POST {buys}/_control/submit")));
        println!(
            "  {erp} fails     {}",
            dim(format!("curl -X PUT {ships}/_control/faults -d '{{\"error_before_every\":2}}'"))
        );
        println!("  it is well again   {}", dim(format!("curl -X PUT {ships}/_control/faults -d '{{}}'")));
        println!("  all of {seller}    {}", dim(format!("curl {buys}/_control/")));
        println!("  Ctrl-C ends it");
    }

    /// The next act.
    pub fn act(&self, title: &str) {
        println!("\n{}", self.paint(BOLD, title));
    }

    /// Buyers' orders.
    pub fn placed(&self, short_ids: &[&str]) {
        println!("  {} submitted: {}", self.paint(CYAN, "·"), short_ids.join(", "));
    }

    /// A command that somebody gives.
    pub fn command(&self, command: &str) {
        println!("  {} {command}", self.paint(CYAN, "$"));
    }

    /// Changes like those told before.
    pub fn more(&self, count: usize) {
        if count > 0 {
            println!("  {} and {count} more like these", self.paint(GREEN, "✓"));
        }
    }

    /// One thing that happened.
    pub fn tell(&self, happening: &Happening) {
        match happening {
            Happening::Written(change) => {
                self.written(change);
            }
            Happening::Linked { left, right, line, .. } => {
                println!(
                    "  {} {left} is the same as {right}  {}",
                    self.paint(CYAN, "="),
                    self.paint(DIM, &format!("by {line}"))
                );
            }
            Happening::Parked { target, message, line, .. } => {
                println!("  {} {target} waits: {message}", self.paint(YELLOW, "!"));
                println!("      {}", self.paint(DIM, &format!("by {line}; nothing of it was written")));
            }
            Happening::GaveWay { target, group, lost, won, line, .. } => {
                println!("  {target}: both sides changed {group}; {lost} gave way to {won} ({line})");
            }
            Happening::PutOff { target, reason } => {
                println!("  {} {target} is tried again soon: {reason}", self.paint(YELLOW, "~"));
            }
            Happening::Disagrees { target, name, values, line, .. } => {
                println!("  {target}: {name} do not agree: {} ({line})", told_values(values));
            }
            Happening::Kept { target, text, line, .. } => println!("  {target}: {text} ({line})"),
            Happening::LeftAlone { target, value, because, line, .. } => {
                println!("  {target}: {value} goes nowhere, because {because} ({line})");
            }
            Happening::Compared { .. }
            | Happening::PassedBy { .. }
            | Happening::Observed(_)
            | Happening::Waits { .. }
            | Happening::Held { .. } => {}
        }
    }

    /// A write: what became of which record, and by which rules.
    fn written(&self, change: &Change) {
        let Change { cause, target, action, fields, .. } = change;
        let fields = || fields.as_record().into_iter().flatten().filter(|(_, value)| !is_empty(value));
        let named = |name: &str| fields().find(|(known, _)| *known == name).map(|(_, value)| short(value));
        let plain: Vec<String> = match (*action, named("from"), named("to")) {
            ("move", Some(from), Some(to)) => vec![format!("{from} → {to}")],
            _ => fields()
                .filter(|(_, value)| rows(value).is_empty())
                .map(|(name, value)| format!("{name}={}", short(value)))
                .collect(),
        };
        let left_out = plain.len().saturating_sub(FIELDS_MAX);
        let mut plain = plain.into_iter().take(FIELDS_MAX).collect::<Vec<_>>().join("  ");
        if left_out > 0 {
            let _ = write!(plain, "  and {left_out} more");
        }
        let by = self.paint(DIM, &format!("by {}", change.first_places(PLACES_MAX)));
        let tick = self.paint(GREEN, "✓");
        if *action != "create" && !plain.is_empty() && plain.len() <= ONE_LINE_MAX {
            return println!("  {tick} {target}  {plain}  {by}");
        }
        let done = if *action == "create" { "created" } else { "changed" };
        println!("  {tick} {target} {done} for {cause}");
        if !plain.is_empty() {
            println!("      {plain}");
        }
        for (name, value) in fields() {
            rows(value).iter().for_each(|row| println!("        {name}: {row}"));
        }
        println!("      {by}");
    }

    /// The reconcile report.
    pub fn report(&self, report: &Report) {
        println!("  {report}");
        println!("{}", self.paint(BOLD, "Change a rule, then ask what is wrong with it: petiole lint"));
    }
}

/// A field's value in a line of the story.
fn short(value: &Value) -> String {
    match value {
        Value::List(items) => format!("{} lines", items.len()),
        Value::Record(fields) if fields.len() > 2 => format!("{} fields", fields.len()),
        Value::Record(fields) => {
            fields.iter().map(|(name, value)| format!("{name}:{}", short(value))).collect::<Vec<_>>().join(" ")
        }
        other => {
            let text = other.to_key().unwrap_or_else(|| "nothing".to_owned());
            if text.chars().count() <= TEXT_MAX { text } else { text.chars().take(TEXT_MAX).chain(['…']).collect() }
        }
    }
}
