//! The peer: its records, and what becomes of them where people or calls change them.
//!
//! Synchronous, without a clock of its own. How a request becomes a change is not known here.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::bucket::Bucket;
use super::call_log::PeerCall;
use super::tokens::Tokens;
use super::{defaults, made_state, version, webhook, write_wire};
use crate::language::plan::{Field, RecordType, System};
use crate::simulator::Webhook;
use crate::value::{Kind, Path, Record, Value};

/// The digits of a key that looks like a UUID, before the counted ones.
const UUID_FRONT: &str = "00000000-0000-4000-8000-";

/// A record as the peer keeps it.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// When it last changed.
    pub(super) changed: Timestamp,
    /// By the paths of the system file.
    pub(super) value: Value,
}

/// Rows of one record type, in the order in which they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub(super) keys: Vec<String>,
    /// Keys of records that were taken away, which no other record gets.
    pub(super) gone: BTreeSet<String>,
    pub(super) rows: BTreeMap<String, Row>,
}

/// A system in memory.
#[derive(Clone, Debug)]
pub struct Peer {
    pub(super) system: Arc<System>,
    pub(super) tables: BTreeMap<String, Table>,
    pub(super) calls: VecDeque<PeerCall>,
    pub(super) key: String,
    pub(super) pending: Vec<Webhook>,
    pub(super) bucket: Bucket,
    /// Fields, by record, in which people say what a record is about: once, and of each another one.
    pub(super) names: BTreeSet<(String, String)>,
    /// Tokens that it granted.
    pub(super) tokens: Tokens,
}

impl Peer {
    /// A peer without records.
    pub fn new(system: Arc<System>) -> Self {
        Self {
            system,
            tables: BTreeMap::new(),
            calls: VecDeque::new(),
            key: String::new(),
            pending: Vec::new(),
            bucket: Bucket::default(),
            names: BTreeSet::new(),
            tokens: Tokens::default(),
        }
    }

    /// The same, where people tell the records of a type apart by this field.
    #[must_use]
    pub fn named_by(mut self, record: &str, field: &str) -> Self {
        self.names.insert((record.to_owned(), field.to_owned()));
        self
    }

    /// The system that it is.
    pub fn system(&self) -> &Arc<System> {
        &self.system
    }

    /// The records of a type, in the order in which they were made.
    pub fn records(&self, record: &str) -> Vec<&Value> {
        let table = self.tables.get(record);
        table.iter().flat_map(|table| &table.keys).filter_map(|key| self.record(record, key)).collect()
    }

    /// A record by its key's text.
    pub fn record(&self, record: &str, key: &str) -> Option<&Value> {
        self.tables.get(record)?.rows.get(key).map(|row| &row.value)
    }

    /// Calls answered so far, oldest first.
    pub fn calls(&self) -> impl Iterator<Item = &PeerCall> {
        self.calls.iter()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&mut self) {
        self.calls.clear();
    }

    /// A person makes a record, or changes the one whose key the fields name; answers its key. What a new
    /// record does not say is filled with typed defaults.
    ///
    /// # Errors
    /// What does not fit, in a sentence.
    pub fn put(&mut self, now: Timestamp, record: &str, fields: &Record) -> Result<Value, String> {
        let Some(kind) = self.system.records.get(record).cloned() else {
            return Err(format!("system {} has no record `{record}`", self.system.name));
        };
        match self.known(&kind, fields) {
            Some(key) => {
                self.change(now, &kind, &key, fields);
                Ok(self.record(record, &key).map(|row| row.field(&kind.key).clone()).unwrap_or_default())
            }
            None => Ok(self.make(now, &kind, fields.clone())),
        }
    }

    /// Where the record stands that the fields name. A row of a group is known by its texts and references.
    fn known(&self, kind: &RecordType, fields: &Record) -> Option<String> {
        let key = fields.get(&kind.key).and_then(Value::to_key)?;
        if kind.grouped.is_none() {
            return self.record(&kind.name, &key).map(|_| key);
        }
        let names = |field: &&Field| matches!(field.kind, Kind::Text | Kind::Reference(_) | Kind::Enum(_));
        let names: Vec<&Path> = kind.fields.iter().filter(names).map(|field| &field.path).collect();
        let said = Value::Record(fields.clone());
        let same =
            |row: &Value| names.iter().all(|path| path.read(&said).is_null() || path.read(&said) == path.read(row));
        let table = self.tables.get(&kind.name)?;
        table.keys.iter().find(|place| table.rows.get(*place).is_some_and(|row| same(&row.value))).cloned()
    }

    /// A record as rules see it: a group as the list of its rows.
    pub fn whole(&self, record: &str, key: &str) -> Option<Value> {
        let kind = self.system.records.get(record)?;
        if kind.grouped.is_none() {
            return self.record(record, key).cloned();
        }
        let own = |row: &&Value| row.field(&kind.key).to_key().as_deref() == Some(key);
        Some(Value::List(self.records(record).into_iter().filter(own).cloned().collect()))
    }

    /// Adds a record and answers its key.
    pub(super) fn make(&mut self, now: Timestamp, kind: &RecordType, fields: Record) -> Value {
        let mut fields = fields;
        let next = self.next_key(kind);
        let said = made_state::said(kind, &mut fields);
        let fixed = fields.clone();
        defaults::fill(kind, &mut fields, &next, now);
        made_state::begin(kind, (&mut fields, &fixed), (said, now));
        if kind.version.as_ref().is_some_and(|name| fixed.get(name).is_none_or(Value::is_null)) {
            version::next(kind, &mut fields);
        }
        let key = fields.get(&kind.key).cloned().unwrap_or_default();
        let table = self.tables.entry(kind.name.clone()).or_default();
        let text = key.to_key().unwrap_or_default();
        // Rows of one group share their key.
        let place = if kind.grouped.is_some() { format!("{text}#{}", table.keys.len() + 1) } else { text };
        table.keys.push(place.clone());
        table.rows.insert(place.clone(), Row { changed: now, value: Value::Record(fields) });
        self.tell(now, kind, &place);
        key
    }

    /// Lays fields over a record and stamps it, unless the fields say themselves when it was changed.
    pub(super) fn change(&mut self, now: Timestamp, kind: &RecordType, key: &str, fields: &Record) {
        let Some(row) = self.tables.get_mut(&kind.name).and_then(|table| table.rows.get_mut(key)) else { return };
        let Value::Record(held) = &mut row.value else { return };
        let mut fields = fields.clone();
        let said = made_state::said(kind, &mut fields);
        lay_over(held, &fields);
        if let Some(made) = made_state::made(kind, (held, &fields), (said, now)) {
            lay_over(held, &made);
        }
        made_state::note(kind, held);
        if kind.version.as_ref().is_some_and(|name| !fields.contains_key(name)) {
            version::next(kind, held);
        }
        let stamp = kind.modified.as_deref().filter(|name| !fields.contains_key(name)).and_then(Path::parse);
        if let Some(path) = stamp {
            path.write(held, Value::Timestamp(now));
        }
        row.changed = now;
        self.tell(now, kind, key);
    }

    pub(super) fn tell(&mut self, now: Timestamp, kind: &RecordType, place: &str) {
        let Some(rules) = self.system.webhook.as_ref().filter(|_| !self.key.is_empty()) else { return };
        let Some(row) = self.record(&kind.name, place) else { return };
        let told = write_wire::record(kind, row);
        let changed = webhook::Changed { kind, key: row.field(&kind.key), row: &told };
        let message = webhook::message(rules, (&self.key, now), &changed);
        self.pending.extend(message);
    }

    /// The key that the next record of a kind gets: a number one above the highest, `record-1` and so on, or
    /// such a UUID where keys so far are UUIDs.
    fn next_key(&self, kind: &RecordType) -> Value {
        let table = self.tables.get(&kind.name);
        let is_number =
            matches!(kind.field(&Path::field(kind.key.as_str())).map(|field| &field.kind), Some(Kind::Integer));
        if is_number {
            let known = table.into_iter().flat_map(|table| table.keys.iter().chain(&table.gone));
            let highest = known.filter_map(|key| key.parse::<i64>().ok()).max();
            return Value::Integer(highest.unwrap_or(0).saturating_add(1));
        }
        let uuids =
            table.is_some_and(|table| table.keys.iter().any(|key| key.len() == 36 && key.matches('-').count() == 4));
        let name = |number: usize| {
            if uuids { format!("{UUID_FRONT}{number:012}") } else { format!("{}-{number}", kind.name) }
        };
        let taken =
            |text: &String| table.is_some_and(|table| table.rows.contains_key(text) || table.gone.contains(text));
        Value::text((1..=usize::MAX).map(name).find(|text| !taken(text)).unwrap_or_default())
    }
}

/// Records are merged, everything else is replaced.
pub(super) fn lay_over(held: &mut Record, fields: &Record) {
    for (name, value) in fields {
        match (held.get_mut(name), value) {
            (Some(Value::Record(inner)), Value::Record(new)) => lay_over(inner, new),
            _ => {
                held.insert(name.clone(), value.clone());
            }
        }
    }
}
