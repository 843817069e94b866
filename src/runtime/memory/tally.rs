//! The report of the pass under way: takes in what the pass itself leads to, and nothing of what systems told of
//! meanwhile. What stands where by then is the same whoever told of it, and is noted whole.
//!
//! One pass at a time. Which piece of work something belongs to goes with the task that does the work.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::census::{Census, Shown};
use crate::runtime::happening::Happening;
use crate::runtime::report::Report;
use crate::store::{HintSource, RecordRef};

tokio::task_local! {
    /// What told of the work that this task does.
    static TOLD_BY: HintSource;
}

/// How many decisions there were since the process began.
#[derive(Debug, Default)]
pub struct Decided {
    journalled: AtomicU64,
    without_effect: AtomicU64,
}

impl Decided {
    /// A decision was made.
    pub(crate) fn note(&self, is_journalled: bool) {
        let count = if is_journalled { &self.journalled } else { &self.without_effect };
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Those that led to something, which the journal has, and those that led to nothing.
    pub fn counts(&self) -> (u64, u64) {
        (self.journalled.load(Ordering::Relaxed), self.without_effect.load(Ordering::Relaxed))
    }
}

/// The report of the pass under way, if there is one, and what rules have wait whoever told of it.
#[derive(Debug, Default)]
pub struct Tally {
    open: Mutex<Option<Open>>,
    by_rule: Mutex<BTreeMap<RecordRef, ByRule>>,
}

/// What has a record wait: the line of a pipeline's `hold when`.
#[derive(Clone, Debug)]
struct ByRule {
    pipeline: String,
    line: String,
    /// Whether it is looked at anew, and was not found to wait so far.
    anew: bool,
}

#[derive(Debug)]
struct Open {
    report: Report,
    census: Census,
    /// Nobody else gives work to this process, so that whatever happens is the pass's.
    alone: bool,
}

impl Tally {
    /// A pass begins.
    pub fn open(&self, report: Report, alone: bool) {
        *self.state() = Some(Open { report, census: Census::default(), alone });
    }

    /// Takes a happening in, where it is the pass's own.
    pub fn note(&self, happening: &Happening) {
        self.note_by_rule(happening);
        let told_by = TOLD_BY.try_with(|source| *source).ok();
        let foreign = matches!(told_by, Some(HintSource::Webhook | HintSource::Poll | HintSource::Stirred));
        let mut state = self.state();
        let Some(open) = state.as_mut() else { return };
        open.census.note(happening);
        if open.alone || !foreign {
            open.report.note(happening);
        }
    }

    /// Takes in what an account's list of a kind showed.
    pub fn list(&self, account: &str, record: &str, shown: Shown) {
        if let Some(open) = self.state().as_mut() {
            open.census.list(account, record, shown);
        }
    }

    /// The pass is over: what it did, and what it came across.
    pub fn close(&self) -> (Report, Census) {
        self.state().take().map(|open| (open.report, open.census.whole())).unwrap_or_default()
    }

    /// What rules have wait, as far as it was looked at since the process began, each with the line that says so.
    pub fn by_rule(&self) -> BTreeMap<RecordRef, String> {
        self.held_by_rule().iter().map(|(target, by)| (target.clone(), by.line.clone())).collect()
    }

    /// What the rule of a pipeline has wait, the first ones.
    pub fn by_rule_of(&self, pipeline: &str, limit: usize) -> Vec<RecordRef> {
        let held = self.held_by_rule();
        held.iter().filter(|(_, by)| by.pipeline == pipeline).map(|(target, _)| target.clone()).take(limit).collect()
    }

    /// A record was looked at to the end: what was not found to wait waits no more.
    pub fn looked_at(&self, target: &RecordRef) {
        let mut held = self.held_by_rule();
        if held.get(target).is_some_and(|by| by.anew) {
            held.remove(target);
        }
    }

    /// A record is gone: no rule has it wait any more.
    pub fn gone(&self, target: &RecordRef) {
        self.held_by_rule().remove(target);
    }

    fn note_by_rule(&self, happening: &Happening) {
        match happening {
            Happening::Waits { target, line, pipeline } => {
                let by = ByRule { pipeline: pipeline.clone(), line: line.clone(), anew: false };
                self.held_by_rule().insert(target.clone(), by);
            }
            Happening::Compared { target } => {
                self.held_by_rule().entry(target.clone()).and_modify(|by| by.anew = true);
            }
            Happening::Written(change) => {
                let mut held = self.held_by_rule();
                held.remove(&change.cause);
                held.remove(&change.target);
            }
            _ => {}
        }
    }

    fn held_by_rule(&self) -> MutexGuard<'_, BTreeMap<RecordRef, ByRule>> {
        self.by_rule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does a piece of work in the name of what told of it.
pub(crate) async fn told_by<F: Future>(source: HintSource, work: F) -> F::Output {
    TOLD_BY.scope(source, work).await
}
