//! Rule lines that had a part in a decision: all of them, and those since a rule was begun.
//!
//! Lines speak for each element of each list, so that to note one again costs a look by its number. Knows nothing of
//! what they say.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use ecow::EcoString;

use crate::language::plan::RuleLine;

/// The lines that spoke.
#[derive(Debug, Default)]
pub(super) struct Spoken {
    /// The files with lines that spoke.
    files: Vec<EcoString>,
    /// By file, as a place among those, and line: in which round it spoke last.
    rounds: HashMap<(usize, usize), usize, BuildHasherDefault<ByNumber>>,
    lines: Vec<RuleLine>,
    round: usize,
    recent: Vec<RuleLine>,
}

/// Numbers of lines stand close together as they are: what mixes them need not withstand anybody.
#[derive(Debug, Default)]
struct ByNumber(u64);

impl Hasher for ByNumber {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_usize(usize::from(*byte)));
    }

    fn write_usize(&mut self, number: usize) {
        // An odd number with bits all over: what differs low comes to differ high, where tables look.
        self.0 = (self.0.rotate_left(23) ^ number as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl Spoken {
    /// A line spoke.
    pub(super) fn note(&mut self, line: &RuleLine) {
        let file = self.files.iter().position(|known| *known == line.file).unwrap_or_else(|| {
            self.files.push(line.file.clone());
            self.files.len() - 1
        });
        match self.rounds.insert((file, line.line), self.round) {
            Some(round) if round == self.round => return,
            Some(_) => {}
            None => self.lines.push(line.clone()),
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
        (self.lines.len(), self.recent.len())
    }

    /// All lines, in order.
    pub(super) fn all(&self) -> Vec<RuleLine> {
        let mut lines = self.lines.clone();
        lines.sort_unstable();
        lines
    }
}
