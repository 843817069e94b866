//! What a peer sent, as records. Pure.
//!
//! Liberal in reading: several spellings of money, keys and dates; what does not fit its kind
//! stays raw, and the schema check tells of it.

use serde_json::Value as Json;

use crate::language::plan::{Field, FieldShape, RecordType};
use crate::value::{Kind, Path, Record, Segment, Value, decimal, json, timestamp};

/// The record that JSON holds, with every field where rules expect it.
pub fn record(kind: &RecordType, raw: &Json) -> Value {
    let raw = json::from_json(raw);
    let mut fields = Record::new();
    for field in &kind.fields {
        place(&mut fields, field, &raw);
    }
    Value::Record(fields)
}

fn place(fields: &mut Record, field: &Field, raw: &Value) {
    match field.path.0.iter().position(|segment| *segment == Segment::Each) {
        None => {
            let value = decode(field, field.read_at.read(raw));
            field.path.write(fields, value);
        }
        Some(each) => {
            let list = Path(field.path.0.get(..each).unwrap_or_default().to_vec());
            let inner = Path(field.path.0.get(each + 1..).unwrap_or_default().to_vec());
            let items = list.read(raw);
            let Some(items) = items.as_list() else { return };
            let mut rows = match list.read(&Value::Record(fields.clone())) {
                Value::List(rows) if rows.len() == items.len() => rows,
                _ => vec![Value::Record(Record::new()); items.len()],
            };
            for (row, item) in rows.iter_mut().zip(items) {
                if let Value::Record(row) = row {
                    inner.write(row, decode(field, field.read_at.read(item)));
                }
            }
            list.write(fields, Value::List(rows));
        }
    }
}

/// A field's value from the peer's spelling.
fn decode(field: &Field, raw: Value) -> Value {
    let raw = match (&field.shape, raw) {
        (FieldShape::KeyIn(key), Value::Record(inner)) => inner.get(key).cloned().unwrap_or_default(),
        (FieldShape::Money { amount, .. }, Value::Record(inner)) => inner.get(amount).cloned().unwrap_or_default(),
        // A referred record may stand there whole.
        (FieldShape::Plain, Value::Record(inner)) if matches!(field.kind, Kind::Reference(_)) => {
            inner.get("id").cloned().unwrap_or_default()
        }
        (_, raw) => raw,
    };
    let Value::Text(text) = &raw else { return raw };
    let empty = text.trim().is_empty();
    match &field.kind {
        Kind::Reference(_) if empty || text == "0" => Value::Null,
        Kind::Timestamp | Kind::Date | Kind::Decimal | Kind::Integer if empty => Value::Null,
        Kind::Timestamp => timestamp::parse(text).map_or_else(|| zero_or(raw.clone(), text), Value::Timestamp),
        Kind::Date => timestamp::parse_date(text).map_or_else(|| zero_or(raw.clone(), text), Value::Date),
        Kind::Decimal => decimal::parse(text).map_or(raw.clone(), Value::Decimal),
        Kind::Integer => text.parse().map_or(raw.clone(), Value::Integer),
        _ => raw,
    }
}

/// The zero date stands for no value.
fn zero_or(raw: Value, text: &str) -> Value {
    if text.starts_with("0001-01-01") { Value::Null } else { raw }
}
