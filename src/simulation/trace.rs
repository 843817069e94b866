//! What happened in one run: a number made of all of it, the last of it in words, and the first thing that may not be.
//!
//! Two runs of one seed have the same number. Secrets that turn up in it are themselves what may not be.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use super::chronicle::Chronicle;
use super::line::lock;
use crate::value::timestamp;
use crate::world::Clock;

/// How many of the last lines are kept.
const KEPT: usize = 20_000;

/// What happened.
pub(super) struct Trace {
    clock: Arc<dyn Clock>,
    secrets: Vec<String>,
    /// What is kept of it for a person.
    pub(super) chronicle: Arc<Chronicle>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    number: u64,
    lines: VecDeque<String>,
    count: u64,
    wrong: Option<String>,
}

impl Trace {
    pub(super) fn new(clock: Arc<dyn Clock>, secrets: Vec<String>, chronicle: &Arc<Chronicle>) -> Self {
        Self { clock, secrets, chronicle: Arc::clone(chronicle), state: Mutex::default() }
    }

    /// Something happened.
    pub(super) fn note(&self, what: &str) {
        let line = format!("{} {what}", timestamp::text(self.clock.now()));
        let told = self.secrets.iter().any(|secret| line.contains(secret));
        let mut state = lock(&self.state);
        state.number = line.bytes().fold(state.number, |number, byte| {
            (number ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(5)
        });
        state.count = state.count.wrapping_add(1);
        if state.wrong.is_some() {
            // What comes after says nothing of how it came about.
            return;
        }
        if told {
            state.wrong = Some(format!("a secret is told: {what}"));
        }
        if state.lines.len() == KEPT {
            state.lines.pop_front();
        }
        state.lines.push_back(line);
    }

    /// A call as it goes to its peer, which may be shown what opens its account.
    pub(super) fn sent(&self, what: &str) {
        let masked = self.secrets.iter().fold(what.to_owned(), |text, secret| text.replace(secret.as_str(), "…"));
        self.note(&masked);
    }

    /// Something that is kept and in which no secret may be.
    pub(super) fn secret(&self, kept: &str) {
        if self.secrets.iter().any(|secret| kept.contains(secret)) {
            self.wrong("a secret is kept");
        }
    }

    /// Something happened that may not; the first such thing counts.
    pub(super) fn wrong(&self, what: impl Into<String>) {
        let what = what.into();
        self.note(&format!("what may not be: {what}"));
        lock(&self.state).wrong.get_or_insert(what);
    }

    /// What may not be, if anything.
    pub(super) fn first_wrong(&self) -> Option<String> {
        lock(&self.state).wrong.clone()
    }

    /// A number made of all that happened.
    pub(super) fn number(&self) -> u64 {
        lock(&self.state).number
    }

    /// The last of what happened.
    pub(super) fn last(&self) -> Vec<String> {
        lock(&self.state).lines.iter().cloned().collect()
    }
}
