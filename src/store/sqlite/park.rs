//! The inbox: parks with their waits, renewed by record, pipeline and field group.
//!
//! Knows when a park is tried next; what that makes of the record's work is in `work`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, Rows, params};

use crate::store::codec::{damaged, decode, encode, instant, nanos};
use crate::store::due::{LONGEST_PAUSE, later, next_try};
use crate::store::error::StoreError;
use crate::store::park::{Park, ParkDraft, ParkHead, Renewal, Wait};
use crate::store::park_text;
use crate::store::record::RecordRef;

/// Makes `drafts` the parks of a record: renews those it has, adds new ones, takes out the others.
/// Where two drafts have the same pipeline and group, the first counts. In pipelines that were `left` parks stay, and
/// are tried later.
pub(super) fn replace(
    connection: &Connection,
    target: &RecordRef,
    now: Timestamp,
    Renewal { drafts, left }: Renewal<'_>,
) -> Result<(), StoreError> {
    let mut kept = renew(connection, target, now, drafts)?;
    let mut select = connection
        .prepare_cached("SELECT number, pipeline FROM park WHERE account = ?1 AND record = ?2 AND id = ?3")?;
    let present = select
        .query_map(params![target.account, target.record, target.id], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<Vec<(i64, String)>, _>>()?;
    for (number, _) in present.iter().filter(|(_, pipeline)| left.contains(pipeline)) {
        let next = nanos(later(now, LONGEST_PAUSE));
        let mut update = connection.prepare_cached("UPDATE park SET next = ?2 WHERE number = ?1 AND next <= ?3")?;
        update.execute([*number, next, nanos(now)])?;
        kept.insert(*number);
    }
    take_out(connection, present.into_iter().map(|(number, _)| number).collect(), &kept)
}

/// The same for the field groups of one linked pair.
pub(super) fn replace_of_pair(
    connection: &Connection,
    (target, pipeline): (&RecordRef, &str),
    now: Timestamp,
    drafts: &[&ParkDraft],
) -> Result<(), StoreError> {
    let kept = renew(connection, target, now, drafts)?;
    let mut select = connection.prepare_cached(
        "SELECT number FROM park
         WHERE account = ?1 AND record = ?2 AND id = ?3 AND pipeline = ?4 AND field_group IS NOT NULL",
    )?;
    let present = select
        .query_map(params![target.account, target.record, target.id, pipeline], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    take_out(connection, present, &kept)
}

fn renew(
    connection: &Connection,
    target: &RecordRef,
    now: Timestamp,
    drafts: &[&ParkDraft],
) -> Result<BTreeSet<i64>, StoreError> {
    let mut kept = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for draft in drafts {
        if groups.insert((&draft.pipeline, &draft.group)) {
            kept.insert(put(connection, target, now, draft)?);
        }
    }
    Ok(kept)
}

fn take_out(connection: &Connection, present: Vec<i64>, kept: &BTreeSet<i64>) -> Result<(), StoreError> {
    for number in present.into_iter().filter(|number| !kept.contains(number)) {
        connection.prepare_cached("DELETE FROM park WHERE number = ?1")?.execute([number])?;
    }
    Ok(())
}

/// Renews a park or adds it; answers its number.
fn put(connection: &Connection, target: &RecordRef, now: Timestamp, draft: &ParkDraft) -> Result<i64, StoreError> {
    let RecordRef { account, record, id } = target;
    let found: Option<(i64, u32)> = connection
        .prepare_cached(
            "SELECT number, attempts FROM park
             WHERE account = ?1 AND record = ?2 AND id = ?3 AND pipeline = ?4 AND field_group IS ?5",
        )?
        .query_row(params![account, record, id, draft.pipeline, draft.group], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let number = if let Some((number, attempts)) = found {
        connection
            .prepare_cached("UPDATE park SET attempts = attempts + 1, next = ?2 WHERE number = ?1")?
            .execute(params![number, nanos(next_try(now, attempts.saturating_add(1)))])?;
        number
    } else {
        connection
            .prepare_cached(
                "INSERT INTO park (account, record, id, pipeline, field_group, since, attempts, next,
                    reason, code, message, rule_file, rule_line, candidates, vals)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, '', '', '', '', 0, '[]', 'null')",
            )?
            .execute(params![account, record, id, draft.pipeline, draft.group, nanos(now), nanos(next_try(now, 0))])?;
        connection.last_insert_rowid()
    };
    describe(connection, number, draft)?;
    Ok(number)
}

/// Writes what a park says and waits for.
fn describe(connection: &Connection, number: i64, draft: &ParkDraft) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "UPDATE park SET reason = ?2, code = ?3, message = ?4, rule_file = ?5, rule_line = ?6, candidates = ?7,
                vals = ?8, shown = ?9, unpaired = ?10 WHERE number = ?1",
        )?
        .execute(params![
            number,
            draft.reason,
            draft.code,
            draft.message,
            draft.rule.0,
            i64::try_from(draft.rule.1).unwrap_or(i64::MAX),
            park_text::of_candidates(&draft.candidates),
            encode(&draft.values)?,
            park_text::of_shown(&draft.shown)?,
            draft.unpaired.as_ref().map(park_text::of_unpaired)
        ])?;
    connection.prepare_cached("DELETE FROM wait WHERE park = ?1")?.execute([number])?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO wait (park, position, account, record, field, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for (position, wait) in (0_i64..).zip(&draft.waits) {
        insert.execute(params![number, position, wait.account, wait.record, wait.field, wait.value])?;
    }
    Ok(())
}

const COLUMNS: &str =
    "number, since, attempts, next, account, record, id, pipeline, field_group, reason, code, message,
            rule_file, rule_line, candidates, vals, shown, unpaired";

/// What is read of an entry that moves to another store.
pub(super) const COLUMNS_AND_DROPPED: &str =
    "number, since, attempts, next, account, record, id, pipeline, field_group, reason, code, message,
            rule_file, rule_line, candidates, vals, shown, unpaired, dropped";

/// The entry of a row of [`COLUMNS_AND_DROPPED`], and whether it was dropped.
pub(super) fn read_with_waits(connection: &Connection, row: &Row<'_>) -> Result<(Park, bool), StoreError> {
    let mut park = read(row)?;
    park.draft.waits = waits(connection, park.number)?;
    Ok((park, row.get(18)?))
}

/// Writes an entry as it was elsewhere, under the number that it had there.
pub(super) fn put_whole(connection: &Connection, park: &Park, dropped: bool) -> Result<(), StoreError> {
    let ParkDraft { target: RecordRef { account, record, id }, pipeline, group, .. } = &park.draft;
    connection
        .prepare_cached(
            "INSERT INTO park (number, account, record, id, pipeline, field_group, since, attempts, next, dropped,
                reason, code, message, rule_file, rule_line, candidates, vals)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, '', '', '', '', 0, '[]', 'null')",
        )?
        .execute(params![
            park.number,
            account,
            record,
            id,
            pipeline,
            group,
            nanos(park.since),
            park.attempts,
            nanos(park.next),
            dropped
        ])?;
    describe(connection, park.number, &park.draft)
}

/// The inbox, oldest first.
pub(super) fn all(connection: &Connection) -> Result<Vec<Park>, StoreError> {
    let mut select =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM park WHERE dropped = 0 ORDER BY since, number"))?;
    gather(connection, select.query([])?)
}

/// The same, as much of each as tells them apart.
pub(super) fn heads(connection: &Connection) -> Result<Vec<ParkHead>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT number, since, account, record, id, pipeline, field_group, reason, code, message, rule_file, rule_line
         FROM park WHERE dropped = 0 ORDER BY since, number",
    )?;
    let mut rows = select.query([])?;
    let mut heads = Vec::new();
    while let Some(row) = rows.next()? {
        let line: i64 = row.get(11)?;
        heads.push(ParkHead {
            number: row.get(0)?,
            since: instant(row.get(1)?)?,
            target: RecordRef { account: row.get(2)?, record: row.get(3)?, id: row.get(4)? },
            pipeline: row.get(5)?,
            group: row.get(6)?,
            reason: row.get(7)?,
            code: row.get(8)?,
            message: row.get(9)?,
            rule: (row.get(10)?, usize::try_from(line).map_err(|error| damaged(&error.to_string()))?),
        });
    }
    Ok(heads)
}

/// The entries of these numbers, in the order of the inbox.
pub(super) fn numbered(connection: &Connection, numbers: &[i64]) -> Result<Vec<Park>, StoreError> {
    let mut parks = Vec::new();
    for number in numbers {
        let mut select =
            connection.prepare_cached(&format!("SELECT {COLUMNS} FROM park WHERE number = ?1 AND dropped = 0"))?;
        parks.extend(gather(connection, select.query([number])?)?);
    }
    parks.sort_by_key(|park| (park.since, park.number));
    Ok(parks)
}

/// What was taken out of it: records with their pipelines.
pub(super) fn dropped(connection: &Connection) -> Result<Vec<(RecordRef, String)>, StoreError> {
    let mut select = connection.prepare_cached("SELECT account, record, id, pipeline FROM park WHERE dropped <> 0")?;
    let rows = select.query_map([], |row| {
        Ok((RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? }, row.get(3)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What is parked of one record, oldest first.
pub(super) fn of(connection: &Connection, target: &RecordRef) -> Result<Vec<Park>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM park
         WHERE account = ?1 AND record = ?2 AND id = ?3 AND dropped = 0 ORDER BY since, number"
    ))?;
    gather(connection, select.query(params![target.account, target.record, target.id])?)
}

/// Whether work of a record stands parked, dropped or not.
pub(super) fn known(
    connection: &Connection,
    target: &RecordRef,
    pipeline: &str,
    group: Option<&str>,
) -> Result<bool, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT 1 FROM park WHERE account = ?1 AND record = ?2 AND id = ?3 AND pipeline = ?4 AND field_group IS ?5",
    )?;
    Ok(select.exists(params![target.account, target.record, target.id, pipeline, group])?)
}

fn gather(connection: &Connection, mut rows: Rows<'_>) -> Result<Vec<Park>, StoreError> {
    let mut parks = Vec::new();
    while let Some(row) = rows.next()? {
        let mut park = read(row)?;
        park.draft.waits = waits(connection, park.number)?;
        parks.push(park);
    }
    Ok(parks)
}

fn read(row: &Row<'_>) -> Result<Park, StoreError> {
    let line: i64 = row.get(13)?;
    Ok(Park {
        number: row.get(0)?,
        since: instant(row.get(1)?)?,
        attempts: row.get(2)?,
        next: instant(row.get(3)?)?,
        draft: ParkDraft {
            target: RecordRef { account: row.get(4)?, record: row.get(5)?, id: row.get(6)? },
            pipeline: row.get(7)?,
            group: row.get(8)?,
            reason: row.get(9)?,
            code: row.get(10)?,
            message: row.get(11)?,
            rule: (row.get(12)?, usize::try_from(line).map_err(|error| damaged(&error.to_string()))?),
            candidates: park_text::read_candidates(&row.get::<_, String>(14)?)?,
            waits: Vec::new(),
            values: decode(&row.get::<_, String>(15)?)?,
            shown: park_text::read_shown(&row.get::<_, String>(16)?)?,
            unpaired: row.get::<_, Option<String>>(17)?.map(|text| park_text::read_unpaired(&text)).transpose()?,
        },
    })
}

fn waits(connection: &Connection, park: i64) -> Result<Vec<Wait>, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT account, record, field, value FROM wait WHERE park = ?1 ORDER BY position")?;
    let rows = select.query_map([park], |row| {
        Ok(Wait { account: row.get(0)?, record: row.get(1)?, field: row.get(2)?, value: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The records whose parks wait for this.
pub(super) fn waiting_for(connection: &Connection, wait: &Wait) -> Result<Vec<RecordRef>, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT park.account, park.record, park.id FROM wait JOIN park ON park.number = wait.park
         WHERE wait.account = ?1 AND wait.record = ?2 AND wait.field = ?3 AND wait.value = ?4 AND park.dropped = 0",
    )?;
    let rows = select.query_map(params![wait.account, wait.record, wait.field, wait.value], |row| {
        Ok(RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the parks of a record are tried next, in nanoseconds.
pub(super) fn next_of(connection: &Connection, target: &RecordRef) -> Result<Option<i64>, StoreError> {
    let mut select = connection
        .prepare_cached("SELECT min(next) FROM park WHERE account = ?1 AND record = ?2 AND id = ?3 AND dropped = 0")?;
    Ok(select.query_row(params![target.account, target.record, target.id], |row| row.get(0))?)
}
