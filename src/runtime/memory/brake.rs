//! The brake of a sweep: what would be made, what would be parked, and changes of records that were linked before it
//! began are held until it is known how much that is.
//!
//! One sweep at a time. One that breaks off, or is stopped, leaves its brake on for what is left of its
//! work: the next sweep lists everything and counts anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::runtime::happening::Change;
use crate::runtime::limits::{BRAKE_CHANGES_MIN, BRAKE_CREATES_MAX, BRAKE_SHARE_PERCENT, HELD_SHOWN_MAX};
use crate::store::RecordRef;
use crate::value::Value;

/// The setting that names how many records of a kind a sweep makes, or parks, unasked; 0: any number.
pub const SETTING: &str = "reconcile.creates";

/// Where the sweep in progress stands.
#[derive(Debug, Default)]
enum State {
    /// There is none, and the last one came to its end.
    #[default]
    Idle,
    /// There is none. The last one broke off or was stopped: what is left of its work is for the next one.
    Owed,
    /// What would change records linked before this instant is held, and what would be made or parked.
    Holding(Timestamp, Braked),
    /// Changes go through.
    Released,
}

/// The brake.
#[derive(Debug, Default)]
pub struct Brake {
    state: Mutex<State>,
    /// Why the last sweep was stopped, if it was.
    stopped: Mutex<Option<String>>,
}

/// What a sweep holds; too much, where it was stopped.
#[derive(Clone, Debug, Default)]
pub struct Braked {
    /// The records whose counterparts would change.
    pub held: BTreeSet<RecordRef>,
    /// The first of what would be written, with values, by what is written where.
    pub changes: BTreeMap<String, Change>,
    /// Links at that time.
    pub linked: u64,
    /// The records that would be given a counterpart, by its account and kind.
    pub made: BTreeMap<Kind, BTreeSet<RecordRef>>,
    /// The records that would be made beside pairs, by account and kind.
    pub beside: BTreeMap<Kind, BTreeSet<RecordRef>>,
    /// The records that would be taken away, by account and kind.
    pub removed: BTreeMap<Kind, BTreeSet<RecordRef>>,
    /// The records that would be parked, by account and kind, each with why.
    pub parked: BTreeMap<Kind, BTreeMap<RecordRef, String>>,
    /// Lists that were not taken as they are, because they lack most of what is linked: why.
    pub lists: BTreeSet<String>,
}

/// Records of a kind at an account, and how many of them are made or parked unasked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// Account and record.
    pub name: String,
    /// The most.
    pub most: u64,
}

impl Kind {
    /// The kind, with what the account's settings say.
    pub fn of(settings: &Value, account: &str, record: &str) -> Self {
        let (group, name) = SETTING.split_once('.').unwrap_or_default();
        let most = settings.field(group).field(name).to_key().and_then(|text| text.parse().ok());
        Self { name: format!("{account}.{record}"), most: most.unwrap_or(BRAKE_CREATES_MAX) }
    }

    fn is_too_much(&self, count: usize) -> bool {
        self.most > 0 && u64::try_from(count).unwrap_or(u64::MAX) > self.most
    }
}

impl Brake {
    /// A sweep begins.
    pub fn begin(&self, now: Timestamp, confirmed: bool) {
        *self.state() = if confirmed { State::Released } else { State::Holding(now, Braked::default()) };
    }

    /// Whether a sweep is under way, so that its work puts drift right.
    pub fn sweeping(&self) -> bool {
        !matches!(*self.state(), State::Idle | State::Owed)
    }

    /// Whether the last sweep broke off or was stopped, and none is under way.
    pub fn is_owed(&self) -> bool {
        matches!(*self.state(), State::Owed)
    }

    /// Whether a change of this record's counterpart is to wait; it is noted then. `sweep`: a sweep asks, not what
    /// follows from one.
    pub fn holds(&self, linked: Timestamp, record: &RecordRef, sweep: bool) -> bool {
        match &mut *self.state() {
            State::Holding(since, braked) if linked < *since => {
                braked.held.insert(record.clone());
                true
            }
            State::Owed => sweep,
            _ => false,
        }
    }

    /// Keeps what would be written to what is held, as much of it as is shown.
    pub fn note_held(&self, change: Option<Change>) {
        let State::Holding(_, braked) = &mut *self.state() else { return };
        if braked.changes.len() < HELD_SHOWN_MAX {
            braked.changes.extend(change.map(|change| (change.place(), change)));
        }
    }

    /// Whether a counterpart of this kind is to be made later; it is noted then.
    pub fn holds_making(&self, kind: Kind, record: &RecordRef, sweep: bool) -> bool {
        self.holds_of(kind, sweep, |braked, kind| {
            braked.made.entry(kind).or_default().insert(record.clone());
        })
    }

    /// Whether a record of this kind is to be taken away later; it is noted then.
    pub fn holds_removal(&self, kind: Kind, record: &RecordRef, sweep: bool) -> bool {
        self.holds_of(kind, sweep, |braked, kind| {
            braked.removed.entry(kind).or_default().insert(record.clone());
        })
    }

    /// Whether a record that a pair needs beside it is to be made later; it is noted then. What the pair writes itself
    /// is held for its own sake.
    pub fn holds_beside(&self, kind: Kind, made: &RecordRef, sweep: bool) -> bool {
        self.holds_of(kind, sweep, |braked, kind| {
            braked.beside.entry(kind).or_default().insert(made.clone());
        })
    }

    /// Whether a record of this kind is to be parked later; it is noted then.
    pub fn holds_parking(&self, kind: Kind, (record, why): (&RecordRef, &str), sweep: bool) -> bool {
        self.holds_of(kind, sweep, |braked, kind| {
            braked.parked.entry(kind).or_default().insert(record.clone(), why.to_owned());
        })
    }

    /// Whether something of a kind waits until it is known how much there is of it; it is noted then.
    fn holds_of(&self, kind: Kind, sweep: bool, note: impl FnOnce(&mut Braked, Kind)) -> bool {
        match &mut *self.state() {
            State::Holding(_, braked) if kind.most > 0 => {
                note(braked, kind);
                true
            }
            State::Owed => sweep,
            _ => false,
        }
    }

    /// Whether a list that lacks most of what is linked is not to be taken as it is; why is noted then. Only where the
    /// sweep was confirmed before it began, it is.
    pub fn holds_list(&self, why: &str) -> bool {
        match &mut *self.state() {
            State::Holding(_, braked) => {
                braked.lists.insert(why.to_owned());
                true
            }
            State::Idle | State::Owed => true,
            State::Released => false,
        }
    }

    /// All was looked at: what was held goes on, unless it is too much. Where no sweep is under way, as when only
    /// changes were looked for, nothing was held and nothing begins.
    ///
    /// # Errors
    /// [`Braked`] where it is more than a sweep may do unasked.
    pub fn release(&self, links: u64) -> Result<BTreeSet<RecordRef>, Braked> {
        let mut state = self.state();
        let State::Holding(_, braked) = &mut *state else { return Ok(BTreeSet::new()) };
        let braked = Braked { linked: links, ..std::mem::take(braked) };
        *state = State::Released;
        if braked.is_too_much() {
            *state = State::Owed;
            return Err(braked);
        }
        Ok(braked.records())
    }

    /// The sweep is over. `owes`: what is left of its work is for the next one.
    pub fn end(&self, owes: bool) {
        *self.state() = if owes { State::Owed } else { State::Idle };
    }

    /// Keeps why a sweep was stopped, or that none is.
    pub(crate) fn note_stopped(&self, braked: Option<&Braked>) {
        *self.stopped.lock().unwrap_or_else(PoisonError::into_inner) = braked.map(ToString::to_string);
    }

    /// Why the last sweep of this process was stopped, if it was.
    pub fn stopped(&self) -> Option<String> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Braked {
    fn is_too_much(&self) -> bool {
        self.changes_too_much() || self.too_many().next().is_some() || !self.lists.is_empty()
    }

    fn changes_too_much(&self) -> bool {
        let count = u64::try_from(self.held.len()).unwrap_or(u64::MAX);
        let share = count.saturating_mul(100) > self.linked.saturating_mul(BRAKE_SHARE_PERCENT);
        count >= BRAKE_CHANGES_MIN && share
    }

    /// What is too many of a kind, in words.
    fn too_many(&self) -> impl Iterator<Item = String> {
        let told = |kind: &Kind, count: usize, what: &str| {
            kind.is_too_much(count)
                .then(|| format!("{count} {} would be {what} (`{SETTING}` is {})", kind.name, kind.most))
        };
        let made = self.made.iter().chain(&self.beside);
        let made = made.filter_map(move |(kind, records)| told(kind, records.len(), "created"));
        let removed = self.removed.iter().filter_map(move |(kind, records)| told(kind, records.len(), "removed"));
        made.chain(removed)
            .chain(self.parked.iter().filter_map(move |(kind, records)| told(kind, records.len(), "parked")))
    }

    /// All records that are held.
    pub fn records(&self) -> BTreeSet<RecordRef> {
        let made = self.made.values().chain(self.removed.values()).flatten();
        let parked = self.parked.values().flat_map(BTreeMap::keys);
        self.held.iter().chain(made).chain(parked).cloned().collect()
    }
}

impl fmt::Display for Braked {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let changes = format!("{} of {} linked records would change", self.held.len(), self.linked);
        let changes = self.changes_too_much().then_some(changes);
        let told = changes.into_iter().chain(self.too_many()).chain(self.lists.iter().cloned());
        out.write_str(&told.collect::<Vec<_>>().join("; "))
    }
}
