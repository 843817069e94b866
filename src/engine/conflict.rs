//! Which side wins when both changed one value.
//!
//! A dead state beats a living one; else the later change by the systems' own instants; else the
//! side that the pipeline names first.

use jiff::Timestamp;

use crate::language::plan::{RecordType, Side};
use crate::value::{Path, Value};

/// The winner between two records whose values of a two-way rule both changed.
pub fn winner(kinds: [&RecordType; 2], records: [&Value; 2], paths: [Option<&Path>; 2], values: [&Value; 2]) -> Side {
    let [left_dead, right_dead] =
        [0, 1].map(|at| dead(kinds.get(at).copied(), paths.get(at).copied().flatten(), values.get(at).copied()));
    match (left_dead, right_dead) {
        (true, false) => return Side::Left,
        (false, true) => return Side::Right,
        _ => {}
    }
    let [left, right] = [0, 1].map(|at| changed_at(kinds.get(at).copied(), records.get(at).copied()));
    if right > left { Side::Right } else { Side::Left }
}

fn dead(kind: Option<&RecordType>, path: Option<&Path>, value: Option<&Value>) -> bool {
    let (Some(kind), Some(path), Some(Value::Text(state))) = (kind, path, value) else { return false };
    kind.states.as_ref().is_some_and(|states| *path == Path::field(states.field.as_str()) && states.is_dead(state))
}

fn changed_at(kind: Option<&RecordType>, record: Option<&Value>) -> Option<Timestamp> {
    match record?.field(kind?.modified.as_deref()?) {
        Value::Timestamp(instant) => Some(*instant),
        _ => None,
    }
}
