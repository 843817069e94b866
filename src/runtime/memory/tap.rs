//! What happens, for whoever listens just now: the last of it, numbered, so that a listener who is slow learns how much
//! was left out.
//!
//! Bounded, and nothing at all while nobody listens. Whoever notes something here never waits for a listener.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use tokio::sync::Notify;

use crate::runtime::happening::{Change, Happening};
use crate::store::RecordRef;
use crate::value::timestamp;

/// How much is kept.
const KEPT: usize = 4_096;

/// How long after a listener asked last something is kept for the next time.
const LISTENS: SignedDuration = SignedDuration::from_secs(90);

/// What a listener wants to hear of; nothing said: of all.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this account's records.
    pub account: Option<String>,
    /// Of this record, or of all of its kind: `ACCOUNT.RECORD/ID` or `ACCOUNT.RECORD`.
    pub record: Option<String>,
    /// Of this pipeline.
    pub pipeline: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug)]
struct Told {
    number: u64,
    records: Vec<RecordRef>,
    pipeline: Option<String>,
    json: Json,
}

impl Wanted {
    fn has(&self, told: &Told) -> bool {
        let of_account = |account: &String| told.records.iter().any(|record| record.account == *account);
        let of_record = |name: &String| {
            told.records.iter().any(|record| {
                let whole = record.to_string();
                whole == *name || whole.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/'))
            })
        };
        self.account.as_ref().is_none_or(of_account)
            && self.record.as_ref().is_none_or(of_record)
            && self.pipeline.as_ref().is_none_or(|name| told.pipeline.as_ref() == Some(name))
    }
}

/// What a listener gets.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// What happened, oldest first.
    pub events: Vec<Json>,
    /// Where to go on from.
    pub next: u64,
    /// How many came in between and are kept no more.
    pub left_out: u64,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    kept: VecDeque<Told>,
    asked: Option<Timestamp>,
}

/// What happens, for whoever listens.
#[derive(Debug, Default)]
pub struct Tap {
    state: Mutex<State>,
    news: Notify,
}

impl Tap {
    /// Something happened.
    pub fn note(&self, happening: &Happening, now: Timestamp) {
        let mut state = self.state();
        if state.asked.is_none_or(|asked| now.duration_since(asked).abs() > LISTENS) {
            return;
        }
        let (word, records, pipeline, detail) = parts(happening);
        let mut json = json!({
            "at": timestamp::text(now), "event": word, "record": records.first().map(ToString::to_string),
            "pipeline": pipeline,
        });
        if let (Some(json), Json::Object(detail)) = (json.as_object_mut(), detail) {
            json.extend(detail);
        }
        let number = state.next;
        state.next += 1;
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(Told { number, records, pipeline, json });
        drop(state);
        self.news.notify_waiters();
    }

    /// What came since a number; none: nothing yet, only where to go on from.
    pub fn since(&self, number: Option<u64>, wanted: &Wanted, now: Timestamp) -> Heard {
        let mut state = self.state();
        state.asked = Some(now);
        // A number of another life of the process is none of this one's.
        let Some(from) = number.filter(|from| *from <= state.next) else {
            return Heard { events: Vec::new(), next: state.next, left_out: 0 };
        };
        let first = state.kept.front().map_or(state.next, |told| told.number);
        let kept = state.kept.iter().filter(|told| told.number >= from && wanted.has(told));
        let events = kept.map(|told| told.json.clone()).collect();
        Heard { events, next: state.next, left_out: first.saturating_sub(from) }
    }

    /// Returns when something happened after this was called.
    pub fn news(&self) -> impl Future<Output = ()> + '_ {
        self.news.notified()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

type Parts = (&'static str, Vec<RecordRef>, Option<String>, Json);

/// A happening as a word, the records that it is about, its pipeline and the rest.
fn parts(happening: &Happening) -> Parts {
    let one = |target: &RecordRef| vec![target.clone()];
    let some = |pipeline: &String| Some(pipeline.clone());
    match happening {
        Happening::Compared { target } => ("looked_at", one(target), None, Json::Null),
        Happening::Written(change) => of_change("written", change),
        Happening::Observed(change) => of_change("would_write", change),
        Happening::GaveWay { target, pipeline, group, line, .. } => {
            ("gave_way", one(target), some(pipeline), json!({ "group": group, "rule": line }))
        }
        Happening::Kept { target, pipeline, group, text, line } => {
            ("kept_otherwise", one(target), some(pipeline), json!({ "group": group, "text": text, "rule": line }))
        }
        Happening::Disagrees { target, pipeline, name, line, .. } => {
            ("disagrees", one(target), some(pipeline), json!({ "name": name, "rule": line }))
        }
        Happening::LeftAlone { target, pipeline, group, because, line, .. } => {
            ("left_alone", one(target), some(pipeline), json!({ "group": group, "because": because, "rule": line }))
        }
        Happening::Linked { pipeline, left, right, line } => {
            let both = vec![left.clone(), right.clone()];
            ("linked", both, some(pipeline), json!({ "with": right.to_string(), "rule": line }))
        }
        Happening::Parked { target, pipeline, message, line } => {
            ("parked", one(target), some(pipeline), json!({ "message": message, "rule": line }))
        }
        Happening::PassedBy { target, pipeline } => ("no_counterpart", one(target), some(pipeline), Json::Null),
        Happening::PutOff { target, reason } => ("put_off", one(target), None, json!({ "reason": reason })),
        Happening::Waits { target, pipeline, line } => ("held", one(target), some(pipeline), json!({ "rule": line })),
        Happening::Held { target, reach } => ("held", one(target), None, json!({ "by": reach.name() })),
    }
}

/// Names of fields, never their values: those are for `explain`.
fn of_change(word: &'static str, change: &Change) -> Parts {
    let mut detail = change.to_json();
    if let Some(detail) = detail.as_object_mut() {
        detail.remove("record");
        detail.remove("pipeline");
    }
    let both = vec![change.target.clone(), change.cause.clone()];
    (word, both, Some(change.pipeline.clone()), detail)
}
