//! Writes that are only rehearsed: none is sent, and reads then show what the peer would hold.
//!
//! A new record holds what it was sent, the state that its system says it begins in, and a key that nobody else has
//! where the peer would give it one. What else a peer works out by itself is not known, and reads as null.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::failure::Failure;
use super::row::Row;
use crate::language::plan::{Move, RecordType, States};
use crate::value::{Kind, Path, Record, Value, digest};
use crate::world::Clock;

/// Signs of a digest that tell a key that is made up from others.
const KEY_SIGNS: usize = 8;

/// A kind of record and a key.
type Place = (String, String);

/// How many calls a rehearsal made, and how many it was spared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rehearsed {
    /// Reads that were sent.
    pub sent: u64,
    /// Reads of what was written before, which would be calls in earnest.
    pub spared: u64,
    /// Writes.
    pub writes: u64,
}

/// What the records of an account would be.
pub struct Rehearsal {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Records as writes left them.
    held: BTreeMap<Place, Value>,
    /// Those of them that are new, with keys that are made up.
    made_up: BTreeSet<Place>,
    /// Those that were taken away.
    removed: BTreeSet<Place>,
    counted: Rehearsed,
}

impl Rehearsal {
    /// One in which nothing was written yet.
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A call was sent.
    pub(super) fn note_sent(&self) {
        self.state().counted.sent += 1;
    }

    /// The record that a create would make.
    pub(super) fn create(&self, kind: &RecordType, fields: &Record) -> Row {
        let mut state = self.state();
        let mut record = fields.clone();
        let own = kind.id_of(&Value::Record(fields.clone()));
        let key = own.clone().unwrap_or_else(|| state.new_key(kind, fields));
        let place = (kind.name.clone(), key.clone());
        if own.is_none() {
            Path::field(kind.key.as_str()).write(&mut record, typed_key(kind, &key));
            state.made_up.insert(place.clone());
        }
        let begins =
            kind.states.as_ref().and_then(|states| Some((Path::parse(&states.field)?, states.initial.as_ref()?)));
        if let Some(states) = kind.states.as_ref().filter(|states| states.is_derived()) {
            self.settle((kind, states), (&mut record, fields), states.initial.as_deref());
        } else if let Some((path, initial)) = begins
            && path.read(&Value::Record(record.clone())).is_null()
        {
            path.write(&mut record, Value::text(initial.as_str()));
        }
        self.stamp(&mut record, [&kind.created, &kind.modified]);
        state.keep(place, Value::Record(record))
    }

    /// The record that a change would leave. `adds`: to the list that is the only field.
    pub(super) fn change(
        &self,
        (kind, id): (&RecordType, &str),
        (fields, present): (&Record, &Value),
        adds: bool,
    ) -> Row {
        let mut state = self.state();
        let place = (kind.name.clone(), id.to_owned());
        let before = state.held.get(&place).unwrap_or(present);
        let mut record = before.as_record().cloned().unwrap_or_default();
        let mut fields = fields.clone();
        let states = kind.states.as_ref().filter(|states| states.is_derived());
        let goal = states.and_then(|states| fields.remove(&states.field)).and_then(|goal| goal.to_key());
        merge((kind, &Path(Vec::new())), &mut record, &fields, adds);
        if let Some(states) = states {
            self.settle((kind, states), (&mut record, &fields), goal.as_deref());
        }
        self.stamp(&mut record, [&None, &kind.modified]);
        state.keep(place, Value::Record(record))
    }

    /// Makes the fields of a record beside those that are sent such that they make a state, and notes the state that
    /// they make.
    fn settle(
        &self,
        (kind, states): (&RecordType, &States),
        (record, sent): (&mut Record, &Record),
        goal: Option<&str>,
    ) {
        let wish = goal.map(|goal| (goal, self.clock.now()));
        let present = Value::Record(record.clone());
        let made = wish.and_then(|wish| states.settled(kind, (&present, sent), wish));
        if let Some(made) = made {
            merge((kind, &Path(Vec::new())), record, &made, false);
        }
        states.note(record);
    }

    /// The record that a move would leave.
    pub(super) fn make_move(&self, of: (&RecordType, &str), (step, present): (&Move, &Value)) -> Row {
        let mut fields = Record::new();
        if let Some(path) = of.0.states.as_ref().and_then(|states| Path::parse(&states.field)) {
            path.write(&mut fields, Value::text(step.to.as_str()));
        }
        self.change(of, (&fields, present), false)
    }

    /// A record is taken away.
    pub(super) fn remove(&self, kind: &RecordType, id: &str) {
        let mut state = self.state();
        state.counted.writes += 1;
        let place = (kind.name.clone(), id.to_owned());
        state.held.remove(&place);
        state.removed.insert(place);
    }

    /// A record that was written before. Where it was taken away [`Failure::Gone`]; `None`: the peer has the word.
    pub(super) fn read(&self, kind: &RecordType, id: &str) -> Option<Result<Row, Failure>> {
        let mut state = self.state();
        let place = (kind.name.clone(), id.to_owned());
        let known = match state.held.get(&place) {
            Some(found) => Ok(row_of(found.clone())),
            None if state.removed.contains(&place) => Err(Failure::Gone),
            None => return None,
        };
        state.counted.spared += 1;
        Some(known)
    }

    /// Whether a search asks for what only a rehearsal knows, so that the peer has no answer.
    pub(super) fn answers_alone(&self, sought: Option<(&str, &Value)>) -> bool {
        let Some((_, value)) = sought else { return false };
        let mut state = self.state();
        let key = value.to_key();
        let alone = state.made_up.iter().any(|(_, made_up)| Some(made_up) == key.as_ref());
        state.counted.spared += u64::from(alone);
        alone
    }

    /// A list, of all or of what is sought, with what was written in the place of what the peer shows of it.
    pub(super) fn over(&self, kind: &RecordType, sought: Option<(&str, &Value)>, mut rows: Vec<Row>) -> Vec<Row> {
        let state = self.state();
        let is_removed = |row: &Row| row.key(kind).is_some_and(|key| state.removed.contains(&(kind.name.clone(), key)));
        rows.retain(|row| !is_removed(row));
        if kind.grouped.is_some() || !state.held.keys().any(|(name, _)| *name == kind.name) {
            return rows;
        }
        let is_asked_for = |record: &Value| {
            let is_it = |(field, value): (&str, &Value)| {
                Path::parse(field).is_some_and(|path| path.read(record).to_key() == value.to_key())
            };
            sought.is_none_or(is_it)
        };
        let own = state.held.iter().filter(|((name, _), _)| *name == kind.name);
        let written: BTreeMap<&str, &Value> = own.map(|((_, key), record)| (key.as_str(), record)).collect();
        let of_others = |row: &Row| row.key(kind).is_none_or(|key| !written.contains_key(key.as_str()));
        let others = rows.into_iter().filter(of_others);
        others
            .chain(written.values().filter(|record| is_asked_for(record)).map(|record| row_of((*record).clone())))
            .collect()
    }
}

impl Rehearsal {
    /// Writes the instants of the record's own life, where they are fields of it.
    fn stamp(&self, record: &mut Record, names: [&Option<String>; 2]) {
        for name in names.into_iter().flatten() {
            record.insert(name.as_str(), Value::Timestamp(self.clock.now()));
        }
    }

    /// The kinds and keys of records that were made, where a key is made up.
    pub(super) fn made_up(&self) -> BTreeSet<(String, String)> {
        self.state().made_up.clone()
    }

    /// What it came to so far.
    pub(super) fn counted(&self) -> Rehearsed {
        self.state().counted
    }
}

impl State {
    fn keep(&mut self, place: Place, record: Value) -> Row {
        self.counted.writes += 1;
        self.held.insert(place, record.clone());
        row_of(record)
    }

    /// A key that says that the record is new. The same fields get the same one, whoever comes first.
    fn new_key(&self, kind: &RecordType, fields: &Record) -> String {
        let is_number = matches!(key_kind(kind), Some(Kind::Integer));
        let content = digest::of_value(&Value::Record(fields.clone()));
        let signs: String = content.chars().take(KEY_SIGNS).collect();
        let number = i64::from_str_radix(&signs, 16).unwrap_or_default();
        let mut keys = (0..).map(|more: i64| match is_number {
            true => (-1 - number - more).to_string(),
            false if more == 0 => format!("new-{signs}"),
            false => format!("new-{signs}-{more}"),
        });
        let is_free = |key: &String| !self.held.contains_key(&(kind.name.clone(), key.clone()));
        keys.find(is_free).unwrap_or(signs)
    }
}

fn key_kind(kind: &RecordType) -> Option<&Kind> {
    kind.field(&Path::field(kind.key.as_str())).map(|field| &field.kind)
}

fn typed_key(kind: &RecordType, key: &str) -> Value {
    match key_kind(kind) {
        Some(Kind::Integer) => key.parse().map_or_else(|_| Value::text(key), Value::Integer),
        _ => Value::text(key),
    }
}

/// Nothing is missing from what nobody sent.
fn row_of(value: Value) -> Row {
    Row {
        value,
        text: "null".into(),
        gone: Vec::new(),
        shown: Vec::new(),
        absent: Vec::new(),
        is_whole: true,
        fits: true,
        unreadable: None,
        broken: None,
    }
}

/// Writes fields into a record; what no field of its own is declared for is written within.
fn merge((kind, at): (&RecordType, &Path), record: &mut Record, fields: &Record, adds: bool) {
    for (name, new) in fields {
        let path = at.join(name.clone());
        let is_own = kind.field(&path).is_some();
        match (record.get_mut(name), new) {
            (Some(Value::Record(old)), Value::Record(inner)) if !is_own => merge((kind, &path), old, inner, adds),
            (Some(Value::List(old)), Value::List(more)) if adds && kind.adds_to(&path) => {
                old.extend(more.iter().cloned());
            }
            _ => {
                record.insert(name.clone(), new.clone());
            }
        }
    }
}
