//! Whether a field is required of a record that is sent, by its own fields and by the records that these name.

use super::peer::Peer;
use crate::language::plan::expression::Scope;
use crate::language::plan::{RecordType, Requirement};
use crate::value::{Kind, Path, Segment, Value};

pub(super) fn holds(peer: &Peer, kind: &RecordType, needed: &Requirement, sent: &Value) -> bool {
    needed.condition.evaluate(&Sent { peer, kind, fields: sent }) == Ok(Value::Bool(true))
}

/// Bare names are fields of what is sent.
struct Sent<'a> {
    peer: &'a Peer,
    kind: &'a RecordType,
    fields: &'a Value,
}

impl Scope for Sent<'_> {
    fn read(&self, head: Option<&str>, segments: &[Segment]) -> Option<Value> {
        let own = head.map(|name| Segment::Field(name.into()));
        let steps: Vec<Segment> = own.into_iter().chain(segments.iter().cloned()).collect();
        Some(follow(self.peer, self.kind, self.fields, &steps))
    }
}

/// The value at a path; a key stands for the record that has it.
fn follow(peer: &Peer, kind: &RecordType, from: &Value, steps: &[Segment]) -> Value {
    for length in 1..steps.len() {
        let (before, rest) = steps.split_at(length);
        let path = Path(before.to_vec());
        let Some(Kind::Reference(record)) = kind.field(&path).map(|field| &field.kind) else { continue };
        let target = peer.system.records.get(record.as_ref());
        let named = path.read(from).to_key().and_then(|key| peer.record(record, &key));
        return match (target, named) {
            (Some(target), Some(value)) => follow(peer, target, value, rest),
            _ => Value::Null,
        };
    }
    Path(steps.to_vec()).read(from)
}
