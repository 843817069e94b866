//! A record put together from what was found at its places, under the names that rules use.

use ecow::EcoString;

use super::held::Held;
use super::shape::{Assembly, Level, Source};
use crate::value::{Record, Value};

/// The record of a level; what was found goes into it.
pub(super) fn record(level: &Level, held: &mut Held) -> Record {
    match &level.assembly {
        Assembly::Sorted(names) => sorted(level, held, names),
        Assembly::InTurn(written) => {
            let mut record = Record::new();
            for (path, source) in written {
                path.write(&mut record, taken(level, held, source));
            }
            record
        }
    }
}

fn sorted(level: &Level, held: &mut Held, names: &[(EcoString, Source)]) -> Record {
    let mut record = Record::with_capacity(names.len());
    for (name, source) in names {
        record.push(name.clone(), taken(level, held, source));
    }
    record
}

fn taken(level: &Level, held: &mut Held, source: &Source) -> Value {
    match source {
        Source::Field(at) => level.fields.get(*at).map(|field| held.take(field)).unwrap_or_default(),
        Source::List(at) => held.lists.get_mut(*at).map(|list| std::mem::take(&mut list.value)).unwrap_or_default(),
        Source::Inner(names) => Value::Record(sorted(level, held, names)),
    }
}
