//! What rules say, as they print, wherever it stands: so that the same line further down in its file is the same.
//!
//! Knows a line by its file and number. What prints the same may still differ in scripts, tables and settings.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

use crate::language::plan::{Plan, RuleLine};

/// What stands between what is said and where.
const PLACE: &str = "  # ";

/// What is said at each line of some rules.
#[derive(Debug, Default)]
pub(super) struct Said {
    by_line: BTreeMap<String, String>,
    texts: BTreeSet<String>,
}

impl Said {
    /// What a plan says.
    pub(super) fn of(plan: &Plan) -> Self {
        let mut by_line: BTreeMap<String, String> = BTreeMap::new();
        for line in plan.to_string().lines() {
            if let Some((text, place)) = line.rsplit_once(PLACE) {
                let known = by_line.entry(place.to_owned()).or_default();
                known.push_str(text.trim());
                known.push('\n');
            }
        }
        let texts = by_line.values().cloned().collect();
        Self { by_line, texts }
    }

    /// What is said at a line; of one that says nothing by itself, such as a script's, the line.
    pub(super) fn at(&self, line: &RuleLine) -> String {
        let place = line.to_string();
        self.by_line.get(&place).cloned().unwrap_or(place)
    }

    /// Whether this is said anywhere.
    pub(super) fn says(&self, text: &str) -> bool {
        self.texts.contains(text)
    }
}

/// What something of a plan says, without the places.
pub(super) fn without_places(part: &impl Display) -> String {
    let text = part.to_string();
    let lines = text.lines().map(|line| line.rsplit_once(PLACE).map_or(line, |(text, _)| text));
    lines.collect::<Vec<_>>().join("\n")
}
