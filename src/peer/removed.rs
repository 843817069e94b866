//! Records that are taken away: they are gone, or stay and count as gone where the system file says by what.

use jiff::Timestamp;

use super::peer::{Peer, Row};
use crate::language::plan::RecordType;
use crate::language::plan::when_gone::GONE;
use crate::value::{Record, Value};

impl Peer {
    /// A record, or all rows of a group, are taken away: what the system file says counts as gone stays and counts so.
    /// False: there is none.
    pub fn take_away(&mut self, now: Timestamp, record: &str, key: &str) -> bool {
        let Some(kind) = self.system.records.get(record).cloned() else { return false };
        if let Some(changes) = self.record(record, key).and_then(|present| archived(&kind, present, now)) {
            self.change(now, &kind, key, &changes);
            return true;
        }
        self.tell(now, &kind, key);
        let Some(table) = self.tables.get_mut(record) else { return false };
        let is_it = |place: &String, row: &Row| match kind.grouped {
            Some(_) => row.value.field(&kind.key).to_key().as_deref() == Some(key),
            None => place == key,
        };
        let (rows, before) = (&table.rows, table.keys.len());
        let gone = table.keys.iter().filter(|place| rows.get(*place).is_some_and(|row| is_it(place, row)));
        table.gone.extend(gone.cloned().collect::<Vec<_>>());
        table.keys.retain(|place| !table.gone.contains(place));
        table.rows.retain(|place, _| !table.gone.contains(place));
        table.keys.len() < before
    }
}

/// What is to change of a record so that it counts as gone; `None`: nothing does, and it goes.
fn archived(kind: &RecordType, present: &Value, now: Timestamp) -> Option<Record> {
    kind.parted()?.settled(kind, (present, &Record::new()), (GONE, now))
}
