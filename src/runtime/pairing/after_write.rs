//! What follows from a write: what the peer holds after it, and what of that somebody else did meanwhile.
//!
//! The answer to the write tells, where it is the whole record, and else the record as it is read afterwards.

use super::pairing::Pairing;
use super::write::Write;
use crate::connector::Row;
use crate::engine::{self, Base, Situation, Stop};
use crate::language::plan::RecordType;
use crate::runtime::live::Live;
use crate::runtime::runtime::Runtime;
use crate::runtime::trouble::Trouble;
use crate::value::{Record, Value};

impl Runtime {
    /// What a record holds after a write, as the answer shows it where that is all of it; and why groups stop for want
    /// of what that lacks.
    pub(super) async fn held_after(
        &self,
        live: &Live,
        pairing: &Pairing<'_>,
        write: &Write<'_>,
        (account, id): (&str, &str),
    ) -> Result<(Option<Value>, Vec<Stop>), Trouble> {
        let side = write.side;
        let kind = pairing.pipeline.record(side);
        let is_whole = |row: &&Row| live.shows_whole((account, kind), row);
        if kind.read.is_none()
            && !write.answer.as_ref().is_some_and(|row| is_whole(&row))
            && let Some(search) = self.search(live, account, &kind.name)
        {
            live.memory.finder.outdate(&search).await;
        }
        match write.answer.as_ref().filter(is_whole) {
            Some(row) => Ok((Some(row.value.clone()), Vec::new())),
            None => self.read_side(live, (pairing.pipeline, side), (account, id)).await,
        }
    }
}

/// The base that follows from a write: from what the peer holds after it, `after`. What somebody else did between the
/// peer's answer and that is a change, and nothing that the write left.
pub(crate) fn base_after(
    live: &Live,
    pairing: &Pairing<'_>,
    situation: &Situation,
    (write, after): (&Write<'_>, Option<&Value>),
) -> Base {
    let Some(after) = after else { return Base::new() };
    let kind = pairing.pipeline.record(write.side);
    let shown = write.answer.as_ref().filter(|row| write.id.is_some() && edited_since(kind, row, after));
    let mut seen = situation.clone();
    *seen.record_mut(write.side) = Some(shown.map_or_else(|| after.clone(), |row| as_answered(write, row, after)));
    let before = situation.record(write.side).filter(|_| write.id.is_some()).unwrap_or(&Value::Null);
    // Without times nobody can tell a peer that did nothing from one that keeps what it had.
    let touched = kind.modified.as_ref().is_none_or(|name| before.field(name) != after.field(name));
    let (side, sent, rules, partial) = (write.side, &write.fields, write.rules, write.partial);
    engine::base_of(&live.plan, pairing.pipeline, &seen, &engine::Seen { side, sent, rules, partial, before, touched })
}

/// A record with what was written as the answer showed it, where it did.
fn as_answered(write: &Write<'_>, answer: &Row, after: &Value) -> Value {
    let mut record = after.as_record().cloned().unwrap_or_default();
    for name in write.fields.as_record().into_iter().flat_map(Record::keys) {
        let held = answer.value.field(name);
        if !held.is_null() {
            record.insert(name.clone(), held.clone());
        }
    }
    Value::Record(record)
}

/// Whether a record was changed once more after the answer to a write showed it, as its own times tell.
fn edited_since(kind: &RecordType, answer: &Row, after: &Value) -> bool {
    let times = kind.modified.as_ref().map(|name| (answer.value.field(name), after.field(name)));
    times.is_some_and(|(then, now)| !then.is_null() && !now.is_null() && then != now)
}
