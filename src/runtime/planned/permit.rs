//! A plan that comes back from a file: what may be written, and nothing else; and what moved since it was made.
//!
//! Keys that were made up for new records stand for whatever their systems gave. Everything else has to be the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value as Json;

use super::as_json::FORM;
use crate::runtime::happening::Change;
use crate::value::json::to_json;

/// Changes that are named for what moved.
const MOVED_TOLD_MAX: usize = 10;

/// What a plan lets happen.
#[derive(Debug)]
pub struct Permit {
    entries: Vec<Entry>,
    made_up: BTreeSet<String>,
    state: Mutex<State>,
}

/// One change of a plan.
#[derive(Debug)]
struct Entry {
    pipeline: String,
    action: String,
    record: String,
    cause: String,
    /// What each field is to hold.
    fields: BTreeMap<String, Json>,
}

#[derive(Debug, Default)]
struct State {
    /// Which entries were done.
    done: BTreeSet<usize>,
    /// What was not in the plan, by what it would have written where.
    kept_back: BTreeMap<String, String>,
}

impl Permit {
    /// What the document of a plan lets happen.
    ///
    /// # Errors
    /// A sentence where it is none.
    pub fn of(plan: &Json) -> Result<Self, String> {
        if plan.get("petiole_plan").and_then(Json::as_u64) != Some(u64::from(FORM)) {
            return Err("this is no plan that `petiole plan --out FILE` of this version wrote".to_owned());
        }
        let changes = plan.get("changes").and_then(Json::as_array).ok_or("this plan has no list of `changes`")?;
        let entries: Option<Vec<Entry>> = changes.iter().map(Entry::of).collect();
        let entries = entries.ok_or("a change in this plan is not as `petiole plan` writes it")?;
        let made_up = plan.get("made_up_keys").and_then(Json::as_object);
        let made_up = made_up.into_iter().flatten().map(|(key, _)| key.clone()).collect();
        Ok(Self { entries, made_up, state: Mutex::default() })
    }

    /// Whether a change is in the plan; it counts as done then.
    pub fn allows(&self, change: &Change) -> bool {
        let found = self.entries.iter().position(|entry| self.is_it(entry, change));
        let mut state = self.state();
        match found {
            Some(at) => {
                state.done.insert(at);
            }
            None => {
                state.kept_back.insert(change.place(), change.told());
            }
        }
        found.is_some()
    }

    /// How many changes it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What it has and nothing came of.
    pub fn not_done(&self) -> Vec<String> {
        let state = self.state();
        let left = self.entries.iter().enumerate().filter(|(at, _)| !state.done.contains(at));
        left.map(|(_, entry)| format!("{} {} for {}", entry.action, entry.record, entry.cause)).collect()
    }

    /// What was to be done beside it, and was kept back.
    pub fn kept_back(&self) -> Vec<String> {
        self.state().kept_back.values().cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_it(&self, entry: &Entry, change: &Change) -> bool {
        let fields = change.values();
        let mut same = fields.iter().map(|(name, _, new)| {
            entry.fields.get(name).is_some_and(|planned| self.stands_for(planned, &to_json(new)))
        });
        (entry.pipeline.as_str(), entry.action.as_str()) == (&change.pipeline, change.action)
            && self.names(&entry.cause, &change.cause.to_string())
            && self.names(&entry.record, &change.target.to_string())
            && fields.len() == entry.fields.len()
            && same.all(|same| same)
    }

    /// Whether a record of the plan is this one.
    fn names(&self, planned: &str, record: &str) -> bool {
        let (kind, key) = planned.split_once('/').unwrap_or((planned, ""));
        planned == record || self.made_up.contains(key) && record.split('/').next() == Some(kind)
    }

    /// Whether a value of the plan is this one, or holds a key that nobody could know.
    fn stands_for(&self, planned: &Json, value: &Json) -> bool {
        match (planned, value) {
            (Json::Array(one), Json::Array(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| self.stands_for(one, other))
            }
            (Json::Object(one), Json::Object(other)) => {
                let same = |(name, inner): (&String, &Json)| {
                    other.get(name).is_some_and(|other| self.stands_for(inner, other))
                };
                one.len() == other.len() && one.iter().all(same)
            }
            (Json::String(text), _) if self.made_up.iter().any(|key| text.contains(key.as_str())) => true,
            (Json::Number(number), _) if self.made_up.contains(&number.to_string()) => true,
            (one, other) => one == other,
        }
    }
}

impl Entry {
    fn of(change: &Json) -> Option<Self> {
        let text = |name: &str| change.get(name).and_then(Json::as_str).map(str::to_owned);
        let field = |value: &Json| Some((value.get("field")?.as_str()?.to_owned(), value.get("new")?.clone()));
        Some(Self {
            pipeline: text("pipeline")?,
            action: text("action")?,
            record: text("record")?,
            cause: text("cause")?,
            fields: change.get("values")?.as_array()?.iter().map(field).collect::<Option<_>>()?,
        })
    }
}

/// What is not the same in a plan as it was made and as it would be made now: records with fields, old and new values,
/// whatever the rule lines are; and what would be parked.
pub fn moved(file: &Json, now: &Json) -> Vec<String> {
    let mut told = Vec::new();
    for (what, of) in [("changes", change as fn(&Json) -> String), ("parked", parked)] {
        let all = |plan: &Json| -> BTreeSet<String> {
            plan.get(what).and_then(Json::as_array).into_iter().flatten().map(of).collect()
        };
        let (then, now) = (all(file), all(now));
        told.extend(then.difference(&now).map(|one| format!("no longer: {one}")));
        told.extend(now.difference(&then).map(|one| format!("now also: {one}")));
    }
    let more = told.len().saturating_sub(MOVED_TOLD_MAX);
    told.truncate(MOVED_TOLD_MAX);
    told.extend((more > 0).then(|| format!("and {more} more")));
    told
}

fn change(one: &Json) -> String {
    let part = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default();
    let field = |value: &Json| {
        let json = |name: &str| value.get(name).cloned().unwrap_or_default();
        format!("{} {} → {}", json("field").as_str().unwrap_or_default(), json("old"), json("new"))
    };
    let values = one.get("values").and_then(Json::as_array).into_iter().flatten().map(field);
    let values = values.collect::<Vec<_>>().join(", ");
    format!("{} {} ({}, for {}): {values}", part("action"), part("record"), part("pipeline"), part("cause"))
}

fn parked(one: &Json) -> String {
    let part = |name: &str| one.get(name).and_then(Json::as_str).unwrap_or_default();
    format!("parked {} ({}): {}", part("record"), part("what"), part("message"))
}
