//! Hints in: each is journalled and makes its record pending, or adds to what is.

use std::sync::LazyLock;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::cursor;
use crate::store::codec::nanos;
use crate::store::error::StoreError;
use crate::store::journal::{Cursor, Hint, HintSource};
use crate::store::record::RecordRef;

/// Journals hints and moves the cursor; answers how many hints were new.
pub(super) fn accept(
    connection: &Connection,
    (hints, moved): (&[Hint], Option<&Cursor>),
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut new = 0;
    for hint in hints {
        if remember_version(connection, hint)? {
            enqueue(connection, hint, now)?;
            new += 1;
        }
    }
    if let Some(moved) = moved {
        cursor::advance(connection, moved)?;
    }
    Ok(new)
}

/// False for a hint whose version was accepted already. A change ends the silence of dropped parks.
fn remember_version(connection: &Connection, hint: &Hint) -> Result<bool, StoreError> {
    let RecordRef { account, record, id } = &hint.target;
    if let Some(version) = &hint.version {
        let changed = connection
            .prepare_cached(
                "INSERT INTO seen (account, record, id, version) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT DO UPDATE SET version = excluded.version WHERE version <> excluded.version",
            )?
            .execute(params![account, record, id, version])?;
        // A sweep looks at what did not change, too.
        if changed == 0 && hint.source != HintSource::Sweep {
            return Ok(false);
        }
    }
    if matches!(hint.source, HintSource::Poll | HintSource::Webhook) {
        connection
            .prepare_cached("DELETE FROM park WHERE account = ?1 AND record = ?2 AND id = ?3 AND dropped = 1")?
            .execute(params![account, record, id])?;
    }
    Ok(true)
}

/// A row that has work, and one that has none but its parks.
static ENQUEUE: LazyLock<String> = LazyLock::new(|| {
    // What a system told is looked at as such, and not under the brake of a sweep that lists it meanwhile: the sweep's
    // own look comes after it.
    const APART: &str = "source IN ('webhook', 'poll') AND excluded.source = 'sweep'";
    let more = |told: &str| format!("CASE WHEN state = 'flight' OR state = 'pending' AND {APART} THEN {told} END");
    format!(
        "INSERT INTO work (account, record, id, hint, state, source, since, due, first)
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8)
         ON CONFLICT DO UPDATE SET
            rev = rev + 1,
            answers = CASE WHEN state <> 'parked' AND {APART} THEN answers ELSE rev + 1 END,
            hint = CASE WHEN state <> 'parked' AND {APART} THEN hint ELSE excluded.hint END,
            source = CASE state WHEN 'parked' THEN excluded.source ELSE {} END,
            first = CASE state WHEN 'parked' THEN excluded.first ELSE max(first, excluded.first) END,
            since = CASE state WHEN 'parked' THEN excluded.since ELSE since END,
            due = CASE WHEN state = 'parked' THEN excluded.due
                WHEN excluded.source IN ('retry', 'asked') THEN min(due, excluded.due) ELSE due END,
            more_hint = {},
            more_source = {},
            more_since = {},
            more_first = {},
            state = CASE state WHEN 'parked' THEN 'pending' ELSE state END",
        HintSource::joined_in_sql("source"),
        more("excluded.hint"),
        more(&HintSource::joined_in_sql("more_source")),
        more("min(coalesce(more_since, excluded.since), excluded.since)"),
        more("max(coalesce(more_first, 0), excluded.first)")
    )
});

/// Journals one hint and makes its record pending, or adds to what is. Work that was put off
/// keeps its time, since its account is in trouble; a person's wish or a wake goes at once.
pub(super) fn enqueue(connection: &Connection, hint: &Hint, now: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &hint.target;
    let (at, source) = (nanos(hint.at), hint.source.as_str());
    connection
        .prepare_cached(
            "INSERT INTO hint (at, source, account, record, id, version, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![at, source, account, record, id, hint.version, hint.first])?;
    let number = connection.last_insert_rowid();
    connection.prepare_cached(&ENQUEUE)?.execute(params![
        account,
        record,
        id,
        number,
        source,
        at,
        nanos(now),
        hint.first
    ])?;
    Ok(())
}
