//! What people at a made system take into their heads next: they enter a record, or change a field of one.

use serde_json::json;

use super::peer::Peer;
use crate::language::plan::{Field, RecordType, States};
use crate::simulator::{Mood, Whim};
use crate::value::{Kind, Path, Record, Segment, Value, json::to_json};

/// Different values that are drawn for a field.
const VALUES: i64 = 12;

/// The next act; none where nothing can be made up.
pub(super) fn next(peer: &Peer, mood: &Mood<'_>) -> Option<Whim> {
    let is_listed = |kind: &&RecordType| kind.changed.is_some() && kind.grouped.is_none();
    let kinds: Vec<&RecordType> = peer.system.records.values().map(AsRef::as_ref).filter(is_listed).collect();
    let kind = *mood.one_of(&kinds)?;
    let records = peer.records(&kind.name);
    let keys: Vec<String> = records.iter().filter_map(|record| record.field(&kind.key).to_key()).collect();
    let mut fields = Record::new();
    let known = mood.aimed(&keys, Clone::clone).filter(|_| mood.below(3) > 0);
    if let Some(at) = known.and_then(|key| keys.iter().position(|one| one == key)) {
        fields.insert(kind.key.clone(), records.get(at)?.field(&kind.key).clone());
    }
    let is_name = |field: &Field| peer.names.contains(&(kind.name.clone(), field.path.to_string()));
    let free = kind.fields.iter().filter(|field| is_free(kind, field) && !is_name(field));
    let free: Vec<&Field> = free.collect();
    let present = known.and_then(|key| peer.record(&kind.name, key));
    for _ in 0..if known.is_some() { 1 } else { free.len() } {
        let field = mood.one_of(&free)?;
        let value = if is_state(kind, field) { state(kind, present, mood)? } else { drawn(field, mood) };
        field.path.write(&mut fields, value);
    }
    for field in kind.fields.iter().filter(|field| known.is_none() && is_free(kind, field) && is_name(field)) {
        // Nobody enters a second record of what there is one of already.
        let value = drawn(field, mood);
        if records.iter().any(|record| field.path.read(record) == value) {
            return None;
        }
        field.path.write(&mut fields, value);
    }
    Some(Whim::new("put", json!({ "record": kind.name, "fields": to_json(&Value::Record(fields)) })))
}

/// Whether people may say what stands there.
fn is_free(kind: &RecordType, field: &Field) -> bool {
    let own = |name: &str| Path::parse(name).as_ref() == Some(&field.path);
    let stamps = [&kind.created, &kind.modified, &kind.version];
    let is_stamp = own(&kind.key) || stamps.into_iter().flatten().any(|name| own(name));
    let is_plain = field.path.0.iter().all(|step| matches!(step, Segment::Field(_)));
    // What makes a state moves as the state does.
    let makes = |states: &States| states.read_by_rows(kind).iter().any(|read| read.path == field.path);
    if kind.states.as_ref().is_some_and(makes) {
        return false;
    }
    let is_simple = matches!(field.kind, Kind::Bool | Kind::Integer | Kind::Decimal | Kind::Text | Kind::Enum(_));
    is_plain && is_simple && !is_stamp
}

fn is_state(kind: &RecordType, field: &Field) -> bool {
    kind.states.as_ref().is_some_and(|states| Path::field(states.field.as_str()) == field.path)
}

/// A state that people can take a record to, by the system file's moves; the first one where they enter it.
fn state(kind: &RecordType, present: Option<&Value>, mood: &Mood<'_>) -> Option<Value> {
    let states = kind.states.as_ref()?;
    let Some(record) = present else {
        let first = states.initial.as_ref().or_else(|| states.moves.first().map(|step| &step.from));
        return first.map(|state| Value::text(state.as_str()));
    };
    let from = record.field(&states.field).as_text()?;
    let ways: Vec<&String> = states.moves.iter().filter(|step| step.from == from).map(|step| &step.to).collect();
    mood.one_of(&ways).map(|state| Value::text(state.as_str()))
}

fn drawn(field: &Field, mood: &Mood<'_>) -> Value {
    let number = mood.below(VALUES);
    match &field.kind {
        Kind::Bool => Value::Bool(number % 2 == 0),
        Kind::Integer | Kind::Decimal => Value::Integer(number),
        Kind::Enum(values) => mood.one_of(values).map(|value| Value::text(value.as_str())).unwrap_or_default(),
        _ => Value::text(format!("{} {number}", field.path)),
    }
}
