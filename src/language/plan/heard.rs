//! Which lines spoke and which branches were taken, for the coverage of rule tests.
//!
//! Kept per thread and only while somebody listens; nothing that is decided depends on it.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::rule_line::RuleLine;
use crate::diagnostic::Span;

/// What was heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Lines of rules and rows that had a part in a decision.
    pub lines: BTreeSet<RuleLine>,
    /// Conditions by place, with what they came to. Of `a ?? b` the place of `a`; true: `b` was needed.
    pub branches: BTreeSet<(Span, bool)>,
}

thread_local! {
    static HEARD: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// Listens on this thread from now on.
pub fn listen() {
    HEARD.with_borrow_mut(|heard| *heard = Some(Heard::default()));
}

/// What was heard since; listens no more.
pub fn take() -> Heard {
    HEARD.take().unwrap_or_default()
}

/// A line spoke.
pub fn line(line: &RuleLine) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard
            && !heard.lines.contains(line)
        {
            heard.lines.insert(line.clone());
        }
    });
}

/// A condition came to this.
pub fn branch(at: Span, taken: bool) {
    HEARD.with_borrow_mut(|heard| {
        if let Some(heard) = heard {
            heard.branches.insert((at, taken));
        }
    });
}
