//! Intents: journalled before the call, settled after it.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{decision, handle, journal, link, link_wait, part, work};
use crate::store::codec::{damaged, instant, nanos};
use crate::store::error::StoreError;
use crate::store::intent::{Intent, IntentDraft, IntentState, Settlement};
use crate::store::journal::Claim;
use crate::store::record::RecordRef;

/// Journals an intent. One that is open with the same key is the same effect: it keeps its number
/// and its time, so that a look for its trace reaches back to the first call.
pub(super) fn open(connection: &Connection, mut draft: IntentDraft) -> Result<Intent, StoreError> {
    let found: Option<(i64, i64)> = connection
        .prepare_cached("SELECT number, at FROM intent WHERE key = ?1 AND state = 'open' ORDER BY number LIMIT 1")?
        .query_row([&draft.key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((_, at)) = found {
        draft.at = instant(at)?;
    }
    if let Some(entry) = draft.decision.take() {
        decision::add(connection, &entry)?;
    }
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO intent (number, key, pipeline, cause_account, cause_record, cause_id, account,
                record, id, action, fields, lines, generation, at, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, 'open')",
        )?
        .execute(params![
            found.map(|(number, _)| number),
            draft.key,
            draft.pipeline,
            draft.cause.account,
            draft.cause.record,
            draft.cause.id,
            draft.account,
            draft.record,
            draft.id,
            draft.action,
            part::keep(connection, &draft.fields, draft.at)?,
            part::keep(connection, &draft.lines, draft.at)?,
            draft.generation,
            nanos(draft.at)
        ])?;
    let number = found.map_or_else(|| connection.last_insert_rowid(), |(number, _)| number);
    Ok(Intent { number, draft, state: IntentState::Open })
}

/// What is read of an intent, and how far it has come.
pub(super) const COLUMNS_AND_STATE: &str = "number, key, pipeline, cause_account, cause_record, cause_id, account,
    record, id, action, fields, lines, generation, at, state";

/// Open intents, oldest first.
pub(super) fn open_ones(connection: &Connection, cause: Option<&RecordRef>) -> Result<Vec<Intent>, StoreError> {
    const COLUMNS: &str = "SELECT number, key, pipeline, cause_account, cause_record, cause_id, account, record, id,
        action, fields, lines, generation, at FROM intent WHERE state = 'open'";
    let mut intents = Vec::new();
    if let Some(cause) = cause {
        let mut select = connection.prepare_cached(&format!(
            "{COLUMNS} AND cause_account = ?1 AND cause_record = ?2 AND cause_id = ?3 ORDER BY number"
        ))?;
        let mut rows = select.query(params![cause.account, cause.record, cause.id])?;
        while let Some(row) = rows.next()? {
            intents.push(read(connection, row)?);
        }
    } else {
        let mut select = connection.prepare_cached(&format!("{COLUMNS} ORDER BY number"))?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            intents.push(read(connection, row)?);
        }
    }
    Ok(intents)
}

fn read(connection: &Connection, row: &Row<'_>) -> Result<Intent, StoreError> {
    Ok(Intent {
        number: row.get(0)?,
        draft: IntentDraft {
            key: row.get(1)?,
            pipeline: row.get(2)?,
            cause: RecordRef { account: row.get(3)?, record: row.get(4)?, id: row.get(5)? },
            account: row.get(6)?,
            record: row.get(7)?,
            id: row.get(8)?,
            action: row.get(9)?,
            fields: part::read(connection, &row.get::<_, String>(10)?)?,
            lines: part::read(connection, &row.get::<_, String>(11)?)?,
            generation: row.get(12)?,
            at: instant(row.get(13)?)?,
            decision: None,
        },
        state: IntentState::Open,
    })
}

/// The intent of a row of [`COLUMNS_AND_STATE`].
pub(super) fn read_any(connection: &Connection, row: &Row<'_>) -> Result<Intent, StoreError> {
    let word: String = row.get(14)?;
    let state = IntentState::parse(&word).ok_or_else(|| damaged(&word))?;
    Ok(Intent { state, ..read(connection, row)? })
}

/// Writes an intent that was opened elsewhere.
pub(super) fn put(connection: &Connection, draft: IntentDraft, state: IntentState) -> Result<(), StoreError> {
    let intent = open(connection, draft)?;
    let mut update = connection.prepare_cached("UPDATE intent SET state = ?2 WHERE number = ?1")?;
    update.execute(params![intent.number, state.as_str()])?;
    Ok(())
}

/// Settles an intent, with link and history.
pub(super) fn settle(connection: &Connection, settlement: &Settlement, now: Timestamp) -> Result<(), StoreError> {
    match settlement.intent {
        Some((number, state)) => end(connection, (number, state), settlement.claim)?,
        None => settlement.claim.map_or(Ok(()), |claim| work::check(connection, claim))?,
    }
    for link in &settlement.gives_way {
        link::remove(connection, link)?;
        handle::mark(connection, [&link.left, &link.right], false)?;
    }
    if let Some(link) = &settlement.link {
        if !settlement.gives_way.is_empty() {
            handle::mark(connection, [&link.left, &link.right], true)?;
        }
        link::put(connection, link)?;
        link_wait::made(connection, link, now)?;
    }
    for entry in &settlement.history {
        journal::add_history(connection, entry)?;
    }
    if let Some(entry) = &settlement.decision {
        decision::add(connection, entry)?;
    }
    work::accept(connection, (&settlement.hints, None), now)?;
    Ok(())
}

/// Ends an open intent under the claim that is current.
fn end(connection: &Connection, (number, state): (i64, IntentState), claim: Option<Claim>) -> Result<(), StoreError> {
    let changed = connection
        .prepare_cached(
            "UPDATE intent SET state = ?2 WHERE number = ?1 AND state = 'open'
             AND (?3 IS NULL OR EXISTS (SELECT 1 FROM work WHERE state = 'flight' AND token = ?3))",
        )?
        .execute(params![number, state.as_str(), claim.map(|claim| claim.0)])?;
    if changed > 0 {
        return Ok(());
    }
    claim.map_or(Ok(()), |claim| work::check(connection, claim))?;
    Err(StoreError::no_open_intent(number))
}
