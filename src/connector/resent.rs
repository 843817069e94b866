//! What a change sends again beside what it changes, because its call or a field wants that. Pure.

use super::request;
use crate::language::plan::{Call, RecordType};
use crate::value::{Record, Value};

/// What is sent, and what the call or a field that is sent wants sent again and the peer has.
pub(super) fn with_resent(record: &RecordType, call: &Call, (fields, present): (&Record, &Value)) -> Record {
    let mut all = fields.clone();
    let sent = record.fields.iter().filter(|field| request::lookup(fields, &field.path.0).is_some());
    let together = sent.filter_map(|field| field.together.as_ref());
    for path in call.resend.iter().chain(together) {
        let value = path.read(present);
        if !value.is_null() && request::lookup(fields, &path.0).is_none() {
            path.write(&mut all, without_nulls(value));
        }
    }
    all
}

/// A null that was read is nothing to say again.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(without_nulls).collect()),
        Value::Record(fields) => {
            let said = fields.into_iter().filter(|(_, inner)| !inner.is_null());
            Value::Record(said.map(|(name, inner)| (name, without_nulls(inner))).collect())
        }
        other => other,
    }
}
