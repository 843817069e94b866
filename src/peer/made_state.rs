//! States that no field holds: whoever says one changes the fields that it follows from, and what follows is noted.

use jiff::Timestamp;

use crate::language::plan::{RecordType, States};
use crate::value::{Record, Value};

/// The state that fields say beside what makes it, which is taken out of them.
pub(super) fn said(kind: &RecordType, fields: &mut Record) -> Option<Value> {
    derived(kind).and_then(|states| fields.remove(&states.field)).filter(|said| !said.is_null())
}

/// A new record is in the state that is said; else in the one in which records begin, unless it says what makes
/// another.
pub(super) fn begin(
    kind: &RecordType,
    (fields, fixed): (&mut Record, &Record),
    (said, now): (Option<Value>, Timestamp),
) {
    let Some(states) = derived(kind) else { return };
    let read = states.read_by_rows(kind);
    let sent = Value::Record(fixed.clone());
    let is_open = read.iter().all(|field| field.path.read(&sent).is_null());
    let first = states.initial.as_deref().filter(|_| is_open).map(Value::text);
    if let Some(changes) = made(kind, (fields, fixed), (said.or(first), now)) {
        super::peer::lay_over(fields, &changes);
    }
    states.note(fields);
}

/// What is to change so that a record is in the state that is said; what else is said stays where it can.
pub(super) fn made(
    kind: &RecordType,
    (held, fixed): (&Record, &Record),
    (said, now): (Option<Value>, Timestamp),
) -> Option<Record> {
    let (states, said) = (derived(kind)?, said?);
    let wish = (said.as_text()?, now);
    let present = Value::Record(held.clone());
    states.settled(kind, (&present, fixed), wish).or_else(|| states.settled(kind, (&present, &Record::new()), wish))
}

/// Notes the state that the fields make.
pub(super) fn note(kind: &RecordType, held: &mut Record) {
    if let Some(states) = derived(kind) {
        states.note(held);
    }
}

fn derived(kind: &RecordType) -> Option<&States> {
    kind.states.as_ref().filter(|states| states.is_derived())
}
