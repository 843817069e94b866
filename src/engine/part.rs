//! Which line is at work on which pair, for whoever listens. Nothing that is decided depends on it.

use std::sync::Arc;

use super::scope::Context;
use crate::language::plan::{RuleLine, Side, heard};

impl Context<'_> {
    /// While what it answers is there, what is heard is of this line.
    pub(super) fn speaks(&self, line: &RuleLine) -> heard::Speaking {
        heard::speaks(|| self.part(line))
    }

    /// A line at work on these two. A record by itself is no pair.
    pub(super) fn part(&self, line: &RuleLine) -> Option<heard::Part> {
        if Side::BOTH.into_iter().all(|side| self.situation.account(side).is_empty()) {
            return None;
        }
        let pair = self.pair.get_or_init(|| {
            let end = |side: Side| {
                let id = self.situation.record(side).and_then(|record| self.pipeline.record(side).id_of(record));
                (self.situation.account(side).to_owned(), id)
            };
            let pipeline = self.pipeline.name.clone();
            Arc::new(heard::Pair { pipeline, left: end(Side::Left), right: end(Side::Right) })
        });
        Some(heard::Part { pair: Arc::clone(pair), line: line.clone() })
    }
}
