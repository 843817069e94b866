//! What people call the records that are looked at, taken from the fields that their system file names.

use super::pairing::Pairing;
use crate::engine::Situation;
use crate::language::plan::{RecordType, Side};
use crate::runtime::live::Live;
use crate::store::{Called, Link, RecordRef};
use crate::value::Value;

/// Notes what a record is called; `linked`: it is known to be.
pub(crate) fn note(live: &Live, kind: &RecordType, target: &RecordRef, (record, linked): (&Value, bool)) {
    if kind.handles.is_empty() {
        return;
    }
    live.memory.handles.saw(called(kind, target, (record, linked)));
}

/// Notes what both records of a linked pair are called.
pub(crate) fn note_pair(live: &Live, pairing: &Pairing<'_>, situation: &Situation, link: &Link) {
    for (side, target) in Side::BOTH.into_iter().zip(pairing.ends(link)) {
        if let Some(record) = situation.record(side) {
            note(live, pairing.pipeline.record(side), &target, (record, true));
        }
    }
}

/// What a record is called: its key, and the texts of its handles.
fn called(kind: &RecordType, target: &RecordRef, (record, linked): (&Value, bool)) -> Called {
    let key = (kind.key.clone(), target.id.clone());
    // Of a group its first row speaks.
    let record = record.as_list().and_then(<[Value]>::first).unwrap_or(record);
    let texts = kind.handles.iter().flat_map(|path| {
        let held = path.read(record);
        let values = match &held {
            Value::List(items) => items.iter().filter_map(Value::to_key).collect(),
            one => one.to_key().into_iter().collect::<Vec<_>>(),
        };
        values.into_iter().map(|text| (path.to_string(), text)).collect::<Vec<_>>()
    });
    Called::new(target.clone(), linked, std::iter::once(key).chain(texts))
}
