//! What a record has that nobody said: typed defaults.
//!
//! The key is the next one; the state is the initial one, else the first of its values; stamps
//! are now; fields that creating needs get a value of their kind; truths are false, lists empty;
//! everything else is null.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::level::Level;
use crate::language::plan::{Field, RecordType};
use crate::value::{Kind, Path, Record, Value};

/// Fills what is not there yet. `key` is the key to take where the fields name none.
pub(super) fn fill(kind: &RecordType, fields: &mut Record, key: &Value, now: Timestamp) {
    let own = |name: &Option<String>, path: &Path| name.as_deref().and_then(Path::parse).as_ref() == Some(path);
    let level = Level::of(kind.fields.iter().filter(|field| !field.derived));
    for (path, field) in &level.plain {
        if said(fields, path) {
            continue;
        }
        let value = if *path == Path::field(kind.key.as_str()) {
            key.clone()
        } else if own(&kind.created, path) || own(&kind.modified, path) {
            Value::Timestamp(now)
        } else if let Some(state) = state(kind, field) {
            state
        } else if field.required_on_create {
            of_kind(field, now)
        } else {
            match field.kind {
                Kind::Bool => Value::Bool(false),
                Kind::List(_) => Value::List(ecow::EcoVec::new()),
                _ => Value::Null,
            }
        };
        path.write(fields, value);
    }
    for list in level.lists.iter().filter(|list| !said(fields, &list.path)).map(|list| &list.path).collect::<Vec<_>>() {
        list.write(fields, Value::List(ecow::EcoVec::new()));
    }
}

/// Whether the fields say something at this path, be it null.
fn said(fields: &Record, path: &Path) -> bool {
    let Some((last, before)) = path.0.split_last() else { return true };
    let parent = Path(before.to_vec()).read(&Value::Record(fields.clone()));
    match (last, parent.as_record()) {
        (crate::value::Segment::Field(name), Some(inner)) => inner.contains_key(name),
        _ => false,
    }
}

/// The state that a record begins in, where this is the field that holds it.
pub(super) fn state(kind: &RecordType, field: &Field) -> Option<Value> {
    let states = kind.states.as_ref().filter(|states| Path::parse(&states.field).as_ref() == Some(&field.path))?;
    let first = match &field.kind {
        Kind::Enum(values) => values.first().cloned(),
        _ => None,
    };
    states.initial.clone().or(first).map(Value::text)
}

fn of_kind(field: &Field, now: Timestamp) -> Value {
    match &field.kind {
        Kind::Bool => Value::Bool(false),
        Kind::Integer => Value::Integer(1),
        Kind::Decimal => Value::Decimal(rust_decimal::Decimal::ONE),
        Kind::Text => Value::text(field.path.to_string()),
        Kind::Timestamp => Value::Timestamp(now),
        Kind::Date => Value::Date(now.to_zoned(TimeZone::UTC).date()),
        Kind::Enum(values) => values.first().map(Value::text).unwrap_or_default(),
        Kind::List(_) => Value::List(ecow::EcoVec::new()),
        Kind::Record(_) => Value::Record(Record::new()),
        Kind::Any | Kind::Null | Kind::Reference(_) => Value::Null,
    }
}
