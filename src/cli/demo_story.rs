//! What the demo prints: acts, what crossed, and the rule lines that caused it.

use std::path::Path;

use super::demo::short;
use crate::runtime::{Change, Happening, Report};

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

    /// The next act.
    pub fn act(&self, title: &str) {
        println!("\n{}", self.paint(BOLD, title));
    }

    /// A buyer's order.
    pub fn placed(&self, short_id: &str) {
        println!("  {} order {short_id} is submitted", self.paint(CYAN, "·"));
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
                let Change { cause, target, action, fields, .. } = change;
                let done = if *action == "create" { "created" } else { "changed" };
                println!("  {} {target} {done} for {cause}", self.paint(GREEN, "✓"));
                let fields: Vec<String> = fields
                    .as_record()
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| format!("{name}={}", short(value)))
                    .collect();
                println!("      {}", fields.join("  "));
                println!("      {}", self.paint(DIM, &format!("by {}", change.places())));
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
            Happening::LeftAlone { target, value, because, line, .. } => {
                println!("  {target}: {value} goes nowhere, because {because} ({line})");
            }
            Happening::Compared { .. } | Happening::PassedBy { .. } | Happening::Observed(_) => {}
        }
    }

    /// The reconcile report.
    pub fn report(&self, report: &Report) {
        println!("  {report}");
        println!("{}", self.paint(BOLD, "Change a rule, then ask what is wrong with it: petiole lint"));
    }
}
