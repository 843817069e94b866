//! A state that no field holds: how it follows from other fields, and which values of these make a record be in one.
//!
//! The second is a search among the values that the conditions speak of, so that peers in memory and lint know what a
//! state looks like. It is bounded, and says nothing of what it did not find.

use jiff::Timestamp;
use rust_decimal::Decimal;

use super::system::{Field, Presence, RecordType, States};
use crate::language::syntax::expression::ExpressionKind;
use crate::value::{Kind, Path, Record, Segment, Value};

/// How many records the search looks at.
const TRIED_MAX: usize = 20_000;

/// A field that conditions read, and what it may hold.
struct Open<'a> {
    field: &'a Field,
    values: Vec<Value>,
}

impl States {
    /// Whether the state follows from other fields.
    pub fn is_derived(&self) -> bool {
        !self.rows.is_empty()
    }

    /// The state that the fields of a record make; null where a condition cannot be worked out.
    pub fn derive(&self, record: &Value) -> Value {
        for row in &self.rows {
            match row.when.as_ref().map(|condition| condition.evaluate_in(record)) {
                None | Some(Ok(Value::Bool(true))) => return Value::text(row.state.as_str()),
                Some(Ok(_)) => {}
                Some(Err(_)) => break,
            }
        }
        Value::Null
    }

    /// Writes the state that the fields make beside them, where it is made.
    pub fn note(&self, record: &mut Record) {
        if self.is_derived() {
            let state = self.derive(&Value::Record(record.clone()));
            Path::field(self.field.as_str()).write(record, state);
        }
    }

    /// The fields that the conditions read.
    pub fn read_by_rows<'k>(&self, kind: &'k RecordType) -> Vec<&'k Field> {
        let mut paths: Vec<Path> = Vec::new();
        for row in self.rows.iter().filter_map(|row| row.when.as_ref()) {
            row.tree().visit(&mut |part| {
                if let ExpressionKind::Path(path) = &part.kind
                    && let Some(head) = &path.head
                {
                    let first = Segment::Field(head.text.as_str().into());
                    paths.push(Path(std::iter::once(first).chain(path.segments.iter().cloned()).collect()));
                }
            });
        }
        // Who reads a list reads its elements.
        let is_read = |field: &&Field| {
            let meets = |path: &Path| field.path.0.starts_with(&path.0) || path.0.starts_with(&field.path.0);
            !field.derived && paths.iter().any(meets)
        };
        kind.fields.iter().filter(is_read).collect()
    }

    /// The changes that make a record be in a state, as few as there may be; what `fixed` names stays. `None`: none
    /// were found.
    pub fn settled(
        &self,
        kind: &RecordType,
        (record, fixed): (&Value, &Record),
        (state, now): (&str, Timestamp),
    ) -> Option<Record> {
        let is_plain = |field: &&Field| field.path.0.iter().all(|step| matches!(step, Segment::Field(_)));
        let is_fixed =
            |field: &Field| matches!(field.path.0.first(), Some(Segment::Field(name)) if fixed.contains_key(name));
        let open = self.read_by_rows(kind).into_iter().filter(is_plain).filter(|field| !is_fixed(field));
        let open: Vec<Open<'_>> = open.map(|field| self.open(kind, field, (record, now))).collect();
        let mut best: Option<Vec<(&Path, Value)>> = None;
        let mut at = vec![0_usize; open.len()];
        for _ in 0..TRIED_MAX {
            let changes = changes(&open, &at);
            if best.as_ref().is_none_or(|best| changes.len() < best.len()) {
                let mut tried = record.as_record().cloned().unwrap_or_default();
                changes.iter().for_each(|(path, value)| _ = path.write(&mut tried, value.clone()));
                if self.derive(&Value::Record(tried)).as_text() == Some(state) {
                    best = Some(changes);
                }
            }
            if !advance(&mut at, &open) {
                break;
            }
        }
        let mut found = Record::new();
        best?.into_iter().for_each(|(path, value)| _ = path.write(&mut found, value));
        Some(found)
    }

    fn open<'k>(&self, kind: &RecordType, field: &'k Field, (record, now): (&Value, Timestamp)) -> Open<'k> {
        let mut values = vec![field.path.read(record), Value::Null, plain(field, now)];
        match &field.kind {
            Kind::Bool => values.extend([true, false].map(Value::Bool)),
            Kind::Enum(words) => values.extend(words.iter().map(Value::text)),
            _ => {}
        }
        for row in self.rows.iter().filter_map(|row| row.when.as_ref()) {
            row.tree().visit(&mut |part| {
                if let ExpressionKind::Literal(value) = &part.kind {
                    values.extend(beside(value).into_iter().filter(|value| field.kind.fits(value)));
                }
            });
        }
        let is_filled = field.presence == Presence::Filled || kind.is_filled(field);
        let mut known: Vec<Value> = Vec::new();
        for (place, value) in values.into_iter().enumerate() {
            let may_be = place == 0 || !is_filled || !value.is_null();
            if may_be && !known.contains(&value) {
                known.push(value);
            }
        }
        Open { field, values: known }
    }
}

/// What differs from the record as it is, which stands first in each list of values.
fn changes<'a>(open: &'a [Open<'_>], at: &[usize]) -> Vec<(&'a Path, Value)> {
    let chosen = open.iter().zip(at).filter(|(_, at)| **at > 0);
    chosen.filter_map(|(open, at)| Some((&open.field.path, open.values.get(*at)?.clone()))).collect()
}

/// The next combination; false: there is none.
fn advance(at: &mut [usize], open: &[Open<'_>]) -> bool {
    for (place, open) in at.iter_mut().zip(open) {
        *place += 1;
        if *place < open.values.len() {
            return true;
        }
        *place = 0;
    }
    false
}

/// A constant, and of a number those beside it.
fn beside(value: &Value) -> Vec<Value> {
    match value {
        Value::Integer(number) => {
            vec![value.clone(), Value::Integer(number.saturating_add(1)), Value::Integer(number.saturating_sub(1))]
        }
        Value::Decimal(number) => {
            let beside = |by: Decimal| number.checked_add(by).map(Value::Decimal);
            [Some(value.clone()), beside(Decimal::ONE), beside(-Decimal::ONE)].into_iter().flatten().collect()
        }
        other => vec![other.clone()],
    }
}

/// A value of a field that is none of those that anybody asks for.
fn plain(field: &Field, now: Timestamp) -> Value {
    match &field.kind {
        Kind::Timestamp => Value::Timestamp(now),
        Kind::Date => Value::Date(now.to_zoned(jiff::tz::TimeZone::UTC).date()),
        Kind::Integer => Value::Integer(1),
        Kind::Decimal => Value::Decimal(Decimal::ONE),
        Kind::Text => Value::text(field.path.to_string()),
        Kind::Bool => Value::Bool(true),
        Kind::Enum(words) => words.first().map(Value::text).unwrap_or_default(),
        Kind::List(_) | Kind::Record(_) | Kind::Any | Kind::Null | Kind::Reference(_) => Value::Null,
    }
}
