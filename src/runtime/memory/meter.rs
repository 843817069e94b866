//! What is counted since the process began: events, how long changes took to cross, reloads, webhooks.
//!
//! For `/metrics` and for alarms. In memory only, and bounded by what the rules name: nothing is counted by record.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::store::HintSource;

/// The upper ends of the ranges in which lags are counted, in seconds.
pub const LAG_BOUNDS: [f64; 13] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0];

/// How long something took, counted by range.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Histogram {
    /// By range of [`LAG_BOUNDS`], each on its own.
    pub counts: [u64; LAG_BOUNDS.len()],
    /// All of them, also what took longer than the last bound.
    pub count: u64,
    /// How long all took together.
    pub sum: Duration,
}

impl Histogram {
    fn note(&mut self, took: Duration) {
        let range = LAG_BOUNDS.iter().position(|bound| took.as_secs_f64() <= *bound);
        if let Some(count) = range.and_then(|range| self.counts.get_mut(range)) {
            *count += 1;
        }
        self.count += 1;
        self.sum = self.sum.saturating_add(took);
    }

    /// The bound, in seconds, within which so many percent of what was counted lie; `None`: beyond the last one.
    pub fn within(&self, percent: u64) -> Option<f64> {
        let wanted = self.count.saturating_mul(percent).div_ceil(100);
        let mut so_far = 0_u64;
        let reaches = |(_, count): &(&f64, u64)| {
            so_far = so_far.saturating_add(*count);
            so_far >= wanted
        };
        LAG_BOUNDS.iter().zip(self.counts).find(reaches).map(|(bound, _)| *bound)
    }
}

/// Hours of which it is kept by themselves how long changes took to cross.
pub const HOURS_KEPT: usize = 24;

/// The seconds of an hour.
const HOUR: i64 = 60 * 60;

/// What an account's webhooks bring, and what they miss.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Webhooks that were taken.
    pub webhooks: u64,
    /// Changes that led to a write and that only a poll told, since the last webhook.
    pub missed: u64,
    /// When the first of these was.
    pub missed_since: Option<Timestamp>,
}

/// How an account's looks for changes go.
#[derive(Clone, Copy, Debug)]
pub struct Polled {
    /// When one came to its end last; before the first, when that began.
    pub last: Timestamp,
    /// Whether the last one failed.
    pub failed: bool,
}

#[derive(Debug, Default)]
struct Counted {
    events: BTreeMap<(String, &'static str), u64>,
    lags: BTreeMap<(String, &'static str), Histogram>,
    reloads: BTreeMap<&'static str, u64>,
    heard: BTreeMap<String, Heard>,
    polled: BTreeMap<String, Polled>,
    /// The last hours in which anything crossed, by the instant at which each began.
    hours: VecDeque<(Timestamp, Histogram)>,
}

impl Counted {
    fn hour(&mut self, now: Timestamp) -> Option<&mut Histogram> {
        let begin = Timestamp::from_second(now.as_second().div_euclid(HOUR).saturating_mul(HOUR)).unwrap_or(now);
        // A clock that was set back counts on in the hour that it had come to.
        if self.hours.back().is_none_or(|(last, _)| *last < begin) {
            if self.hours.len() == HOURS_KEPT {
                self.hours.pop_front();
            }
            self.hours.push_back((begin, Histogram::default()));
        }
        self.hours.back_mut().map(|(_, histogram)| histogram)
    }
}

/// What is counted.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Counted>);

impl Meter {
    /// Work of an account's record was taken up, so told of.
    pub fn event(&self, account: &str, source: HintSource) {
        let mut counted = self.counted();
        *counted.events.entry((account.to_owned(), source.as_str())).or_default() += 1;
    }

    /// A change was written and settled so long after it was made. What only a poll told, webhooks missed.
    pub fn crossed(&self, (pipeline, account): (&str, &str), source: HintSource, (lag, now): (Duration, Timestamp)) {
        let mut counted = self.counted();
        counted.lags.entry((pipeline.to_owned(), source.as_str())).or_default().note(lag);
        if let Some(hour) = counted.hour(now) {
            hour.note(lag);
        }
        if source == HintSource::Poll {
            let heard = counted.heard.entry(account.to_owned()).or_default();
            heard.missed += 1;
            heard.missed_since.get_or_insert(now);
        }
    }

    /// A webhook was taken.
    pub fn webhook(&self, account: &str) {
        let mut counted = self.counted();
        let heard = counted.heard.entry(account.to_owned()).or_default();
        *heard = Heard { webhooks: heard.webhooks + 1, ..Heard::default() };
    }

    /// The rules were read anew: `taken`, `unchanged` or `failed`.
    pub fn reload(&self, how: &'static str) {
        *self.counted().reloads.entry(how).or_default() += 1;
    }

    /// A look for an account's changes ended.
    pub fn polled(&self, account: &str, failed: bool, now: Timestamp) {
        let mut counted = self.counted();
        let polled = counted.polled.entry(account.to_owned()).or_insert(Polled { last: now, failed });
        polled.failed = failed;
        if !failed {
            polled.last = now;
        }
    }

    /// Another process looks for an account's changes.
    pub fn polls_no_more(&self, account: &str) {
        self.counted().polled.remove(account);
    }

    /// By account and what told.
    pub fn events(&self) -> BTreeMap<(String, &'static str), u64> {
        self.counted().events.clone()
    }

    /// By pipeline and what told.
    pub fn lags(&self) -> BTreeMap<(String, &'static str), Histogram> {
        self.counted().lags.clone()
    }

    /// Of all pipelines together, by hour: the last ones in which anything crossed, oldest first.
    pub fn hours(&self) -> Vec<(Timestamp, Histogram)> {
        self.counted().hours.iter().cloned().collect()
    }

    /// By how they ended.
    pub fn reloads(&self) -> BTreeMap<&'static str, u64> {
        self.counted().reloads.clone()
    }

    /// By account.
    pub fn heard(&self) -> BTreeMap<String, Heard> {
        self.counted().heard.clone()
    }

    /// Of the accounts that this process looks for changes of.
    pub fn polls(&self) -> BTreeMap<String, Polled> {
        self.counted().polled.clone()
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
