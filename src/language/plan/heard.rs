//! Which lines had a say in which pair, which rows and branches they went by, and on what else they rest: for the
//! coverage of rule tests.
//!
//! Kept per thread and only while somebody listens; nothing that is decided depends on it.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;
use std::sync::Arc;

use super::rule_line::RuleLine;
use super::side::Side;
use crate::diagnostic::Span;

/// What was heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Lines of rules and rows that had a part in a decision.
    pub lines: BTreeSet<RuleLine>,
    /// What each line went by, for each pair by itself.
    pub parts: BTreeMap<Part, Said>,
}

impl Heard {
    fn join(&mut self, other: Self) {
        self.lines.extend(other.lines);
        for (part, said) in other.parts {
            self.parts.entry(part).or_default().join(said);
        }
    }
}

impl Said {
    fn join(&mut self, other: Self) {
        self.asked |= other.asked;
        self.stopped |= other.stopped;
        self.towards.extend(other.towards);
        self.rows.extend(other.rows);
        self.branches.extend(other.branches);
        self.uses.extend(other.uses);
    }
}

/// A line at work on a pair.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The pair.
    pub pair: Arc<Pair>,
    /// The line of a rule, of a condition or of a record that is looked for.
    pub line: RuleLine,
}

/// Two records that are decided on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// Their pipeline.
    pub pipeline: String,
    /// The left record: its account and, where it is there, its key.
    pub left: (String, Option<String>),
    /// The right record, alike.
    pub right: (String, Option<String>),
}

impl Pair {
    /// The record of a side.
    pub fn end(&self, side: Side) -> &(String, Option<String>) {
        match side {
            Side::Left => &self.left,
            Side::Right => &self.right,
        }
    }
}

/// What a line went by.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Whether it was asked, and not only worked out beside others.
    pub asked: bool,
    /// The sides for which it was asked what they are to hold.
    pub towards: BTreeSet<Side>,
    /// Rows, each with the field that it was read towards.
    pub rows: BTreeSet<(RuleLine, String)>,
    /// Conditions by place, with what they came to. Of `a ?? b` the place of `a`; true: `b` was needed.
    pub branches: BTreeSet<(Span, bool)>,
    /// Whether it stopped what it was asked for.
    pub stopped: bool,
    /// Lines whose values it took.
    pub uses: BTreeSet<RuleLine>,
}

/// What is heard on this thread, and for which line, the innermost last.
#[derive(Debug, Default)]
struct Listening {
    heard: Heard,
    speakers: Vec<Option<Part>>,
}

impl Listening {
    fn speaker(&mut self) -> Option<&mut Said> {
        let part = self.speakers.last()?.as_ref()?;
        Some(self.heard.parts.entry(part.clone()).or_default())
    }

    fn is_silent(&self) -> bool {
        self.speakers.iter().any(Option::is_none)
    }
}

thread_local! {
    static IS_LISTENING: Cell<bool> = const { Cell::new(false) };
    static LISTENING: RefCell<Listening> = RefCell::default();
}

/// Listens on this thread from now on.
pub fn listen() {
    IS_LISTENING.set(true);
    LISTENING.with_borrow_mut(|listening| listening.heard = Heard::default());
}

/// What was heard since; listens no more.
pub fn take() -> Heard {
    IS_LISTENING.set(false);
    LISTENING.with_borrow_mut(|listening| std::mem::take(&mut listening.heard))
}

/// Whether anybody listens on this thread.
pub fn is_listening() -> bool {
    IS_LISTENING.get()
}

/// What is heard while it is there, which counts only where it is kept.
#[must_use]
#[derive(Debug)]
pub struct Draft {
    before: Option<Heard>,
    on_this_thread: PhantomData<*const ()>,
}

/// From here on what is heard may yet be worked out anew, with more to go by.
pub fn draft() -> Draft {
    let before = is_listening().then(|| LISTENING.with_borrow_mut(|listening| std::mem::take(&mut listening.heard)));
    Draft { before, on_this_thread: PhantomData }
}

impl Draft {
    /// It counts.
    pub fn keep(mut self) {
        let Some(mut kept) = self.before.take() else { return };
        LISTENING.with_borrow_mut(|listening| {
            kept.join(std::mem::take(&mut listening.heard));
            listening.heard = kept;
        });
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            LISTENING.with_borrow_mut(|listening| listening.heard = before);
        }
    }
}

/// While it is there, what is heard is of one line. It stays on its thread.
#[must_use]
#[derive(Debug)]
pub struct Speaking {
    is_heard: bool,
    on_this_thread: PhantomData<*const ()>,
}

impl Speaking {
    fn begun(speaker: Option<Part>) -> Self {
        LISTENING.with_borrow_mut(|listening| listening.speakers.push(speaker));
        Self { is_heard: true, on_this_thread: PhantomData }
    }
}

impl Drop for Speaking {
    fn drop(&mut self) {
        if self.is_heard {
            LISTENING.with_borrow_mut(|listening| listening.speakers.pop());
        }
    }
}

/// From here on a line is at work on a pair, for whoever asked for it. Of no pair: for whoever asks.
pub fn speaks(part: impl FnOnce() -> Option<Part>) -> Speaking {
    let Some(part) = is_listening().then(part).flatten() else {
        return Speaking { is_heard: false, on_this_thread: PhantomData };
    };
    uses(&part.line);
    LISTENING.with_borrow_mut(|listening| {
        if !listening.is_silent() {
            listening.heard.parts.entry(part.clone()).or_default();
        }
    });
    Speaking::begun(Some(part))
}

/// From here on nothing is heard: what is worked out decides nothing.
pub fn silently() -> Speaking {
    if is_listening() { Speaking::begun(None) } else { Speaking { is_heard: false, on_this_thread: PhantomData } }
}

/// A line had a say.
pub fn line(part: impl FnOnce() -> Option<Part>) {
    let Some(part) = is_listening().then(part).flatten() else { return };
    LISTENING.with_borrow_mut(|listening| {
        if !listening.is_silent() {
            listening.heard.lines.insert(part.line.clone());
            listening.heard.parts.entry(part).or_default().asked = true;
        }
    });
}

/// Whoever speaks takes what a line came to.
pub fn uses(line: &RuleLine) {
    noted(|said| {
        said.uses.insert(line.clone());
    });
}

/// Whoever speaks is asked what a side is to hold.
pub fn towards(side: Side) {
    noted(|said| {
        said.towards.insert(side);
    });
}

/// Whoever speaks went by a row, towards a field.
pub fn row(line: &RuleLine, towards: &str) {
    noted(|said| {
        said.rows.insert((line.clone(), towards.to_owned()));
    });
}

/// Whoever speaks stopped.
pub fn stopped() {
    noted(|said| said.stopped = true);
}

/// A condition came to this.
pub fn branch(at: Span, taken: bool) {
    noted(|said| {
        said.branches.insert((at, taken));
    });
}

fn noted(note: impl FnOnce(&mut Said)) {
    if is_listening() {
        LISTENING.with_borrow_mut(|listening| {
            if listening.is_silent() {
                return;
            }
            if let Some(said) = listening.speaker() {
                note(said);
            }
        });
    }
}
