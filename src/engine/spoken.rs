//! Rule lines that had a part in a decision: all of them, and those since a rule was begun.
//!
//! Lines speak for each element of each list, so that to note one again costs a look by its number. Knows nothing of
//! what they say.

use std::collections::HashMap;

use crate::language::plan::RuleLine;

/// The lines that spoke.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// By number; with each, in which round it spoke last.
    known: HashMap<usize, Vec<(RuleLine, usize)>>,
    count: usize,
    round: usize,
    recent: Vec<RuleLine>,
}

impl Spoken {
    /// A line spoke.
    pub(super) fn note(&mut self, line: &RuleLine) {
        let known = self.known.entry(line.line).or_default();
        match known.iter_mut().find(|(known, _)| known.file == line.file) {
            Some((_, round)) if *round == self.round => return,
            Some((_, round)) => *round = self.round,
            None => {
                known.push((line.clone(), self.round));
                self.count += 1;
            }
        }
        self.recent.push(line.clone());
    }

    /// From here on lines count as recent.
    pub(super) fn begin(&mut self) {
        self.round += 1;
        self.recent.clear();
    }

    /// The lines since the last beginning, first come first.
    pub(super) fn recent(&self) -> &[RuleLine] {
        &self.recent
    }

    /// How many lines there are, all told and recent ones.
    pub(super) fn counts(&self) -> (usize, usize) {
        (self.count, self.recent.len())
    }

    /// All lines, in order.
    pub(super) fn all(&self) -> Vec<RuleLine> {
        let mut lines: Vec<RuleLine> = self.known.values().flatten().map(|(line, _)| line.clone()).collect();
        lines.sort_unstable();
        lines
    }
}
