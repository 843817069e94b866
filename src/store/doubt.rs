//! Whether what is written is kept: doubted from a write that failed on, until one that surely writes took hold.
//!
//! A commit that succeeds is no such proof: rows that stay as they are, or are undone again, leave it nothing to write,
//! and it succeeds on a full disk. Knows no engine.

use std::sync::atomic::{AtomicU64, Ordering};

/// The doubt of one engine; cheap to ask, and told by whatever thread writes.
#[derive(Debug, Default)]
pub(super) struct Doubt {
    /// Writes that failed.
    failed: AtomicU64,
    /// As many of them as had failed before a write that proved the opposite.
    disproved: AtomicU64,
}

impl Doubt {
    /// A write failed.
    pub(super) fn raise(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    /// What there is to disprove, if anything.
    pub(super) fn open(&self) -> Option<u64> {
        let failed = self.failed.load(Ordering::Relaxed);
        (failed > self.disproved.load(Ordering::Relaxed)).then_some(failed)
    }

    /// A write that was begun after `open` was asked took hold; what failed since then stays in doubt.
    pub(super) fn disprove(&self, open: u64) {
        self.disproved.fetch_max(open, Ordering::Relaxed);
    }
}
