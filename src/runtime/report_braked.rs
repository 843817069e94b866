//! What a stopped sweep holds, as part of the report: as JSON, and in words.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Value as Json, json};

use super::happening::Change;
use super::report_lists::listed;
use crate::runtime::memory::brake::{Braked, Kind};
use crate::store::RecordRef;

/// Changes that are shown in words: a screenful.
const HELD_LISTED_MAX: usize = 20;

pub(super) fn braked_json(braked: &Braked) -> Json {
    let names = |records: &BTreeSet<RecordRef>| records.iter().map(ToString::to_string).collect::<Vec<_>>();
    let made = |(kind, records): (&Kind, &BTreeSet<RecordRef>)| {
        let (count, records) = (records.len(), names(records));
        json!({"kind": kind.name, "most": kind.most, "count": count, "records": records})
    };
    let why = |(record, message): (&RecordRef, &String)| json!({"record": record.to_string(), "message": message});
    let parked = |(kind, records): (&Kind, &BTreeMap<RecordRef, String>)| {
        let records: Vec<Json> = records.iter().map(why).collect();
        json!({"kind": kind.name, "most": kind.most, "count": records.len(), "records": records})
    };
    json!({
        "would_change": braked.held.len(), "linked": braked.linked, "records": names(&braked.held),
        "changes": braked.changes.values().map(Change::to_json_with_values).collect::<Vec<_>>(),
        "changes_not_shown": not_shown(braked, usize::MAX),
        "would_create": braked.made.iter().chain(&braked.beside).map(made).collect::<Vec<_>>(),
        "would_remove": braked.removed.iter().map(made).collect::<Vec<_>>(),
        "lists": braked.lists,
        "would_park": braked.parked.iter().map(parked).collect::<Vec<_>>(),
    })
}

/// Records that are held and of which no value is among the first shown.
fn not_shown(braked: &Braked, shown: usize) -> usize {
    let shown: BTreeSet<&RecordRef> = braked.changes.values().take(shown).map(|change| &change.cause).collect();
    let changed = braked
        .held
        .iter()
        .chain(braked.made.values().chain(braked.removed.values()).flatten())
        .collect::<BTreeSet<_>>();
    changed.difference(&shown).count()
}

pub(super) fn write_braked(out: &mut fmt::Formatter<'_>, braked: &Braked) -> fmt::Result {
    for change in braked.changes.values().take(HELD_LISTED_MAX) {
        writeln!(out, "  held: {}", change.told())?;
    }
    match not_shown(braked, HELD_LISTED_MAX) {
        0 => {}
        more => writeln!(out, "  held: {more} more records; `--format json` names all")?,
    }
    for (kind, records) in &braked.made {
        writeln!(out, "  held: {} would be created for {} records", kind.name, records.len())?;
    }
    for (kind, records) in &braked.beside {
        writeln!(out, "  held: {} {} would be created, which others need", records.len(), kind.name)?;
    }
    for (kind, records) in &braked.removed {
        writeln!(out, "  held: {} {} would be removed", records.len(), kind.name)?;
    }
    for records in braked.parked.values() {
        let told = records.iter().map(|(record, message)| format!("{record}: {message}"));
        listed(out, "held, would be parked", told.collect::<Vec<_>>().into_iter())?;
    }
    writeln!(out, "stopped: {braked}; look at them, then confirm with --yes")
}
