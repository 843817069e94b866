//! Decisions with their inputs, intents, history and generations.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};
use serde_json::{Value as Json, json};

use super::values::{instant, lines, read, split_lines, write};
use crate::store::intent::{Intent, IntentDraft, IntentState};
use crate::store::journal::{DecisionEntry, HistoryEntry, RecordRef};
use crate::store::rules::{Generation, RuleText};
use crate::value::digest;

pub(super) fn record(tx: &Transaction<'_>, entry: &DecisionEntry) -> rusqlite::Result<()> {
    let digest = digest::of_value(&entry.inputs);
    tx.prepare_cached("insert or ignore into input (digest, body) values (?1, ?2)")?
        .execute(params![digest, write(&entry.inputs)])?;
    tx.prepare_cached(
        "insert into decision (at, pipeline, target, generation, input, effects, lines) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        entry.at.to_string(),
        entry.pipeline,
        entry.target.to_string(),
        entry.generation,
        digest,
        write(&entry.effects),
        lines(&entry.lines)
    ])?;
    Ok(())
}

pub(super) fn open_intent(tx: &Transaction<'_>, draft: IntentDraft) -> rusqlite::Result<Intent> {
    tx.prepare_cached("insert into intent (state, cause, draft) values ('open', ?1, ?2)")?
        .execute(params![draft.cause.to_string(), draft_text(&draft)])?;
    Ok(Intent { number: tx.last_insert_rowid(), draft, state: IntentState::Open })
}

pub(super) fn open_intents(tx: &Transaction<'_>, cause: Option<&RecordRef>) -> rusqlite::Result<Vec<Intent>> {
    let mut found = tx.prepare_cached(
        "select number, draft from intent where state = 'open' and (?1 is null or cause = ?1) order by number",
    )?;
    let rows = found.query_map([cause.map(ToString::to_string)], |row| {
        let text: String = row.get(1)?;
        Ok(draft_of(&text).map(|draft| (row.get(0), draft)))
    })?;
    let mut intents = Vec::new();
    for row in rows {
        if let Some((number, draft)) = row? {
            intents.push(Intent { number: number?, draft, state: IntentState::Open });
        }
    }
    Ok(intents)
}

pub(super) fn close_intent(tx: &Transaction<'_>, number: i64, state: IntentState) -> rusqlite::Result<()> {
    let word = match state {
        IntentState::Open => "open",
        IntentState::Done => "done",
        IntentState::Failed => "failed",
    };
    tx.prepare_cached("update intent set state = ?2 where number = ?1")?.execute(params![number, word])?;
    Ok(())
}

fn draft_text(draft: &IntentDraft) -> String {
    json!({
        "key": draft.key, "pipeline": draft.pipeline,
        "cause": [draft.cause.account, draft.cause.record, draft.cause.id],
        "account": draft.account, "record": draft.record, "id": draft.id, "action": draft.action,
        "fields": write(&draft.fields), "lines": draft.lines, "generation": draft.generation, "at": draft.at.to_string(),
    })
    .to_string()
}

fn draft_of(text: &str) -> Option<IntentDraft> {
    let json: Json = serde_json::from_str(text).ok()?;
    let word = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    let cause = |at: usize| json.get("cause").and_then(|cause| cause.get(at)).and_then(Json::as_str).map(str::to_owned);
    let lines = json.get("lines").and_then(Json::as_array).into_iter().flatten();
    Some(IntentDraft {
        key: word("key")?,
        pipeline: word("pipeline")?,
        cause: RecordRef { account: cause(0)?, record: cause(1)?, id: cause(2)? },
        account: word("account")?,
        record: word("record")?,
        id: word("id"),
        action: word("action")?,
        fields: read(&word("fields")?),
        lines: lines.filter_map(Json::as_str).map(str::to_owned).collect(),
        generation: json.get("generation").and_then(Json::as_i64)?,
        at: instant(&word("at")?),
    })
}

pub(super) fn note(tx: &Transaction<'_>, entry: &HistoryEntry) -> rusqlite::Result<()> {
    tx.prepare_cached("insert into history (at, target, what, detail, lines) values (?1, ?2, ?3, ?4, ?5)")?.execute(
        params![entry.at.to_string(), entry.target.to_string(), entry.what, write(&entry.detail), lines(&entry.lines)],
    )?;
    Ok(())
}

pub(super) fn history(tx: &Transaction<'_>, target: &RecordRef, limit: usize) -> rusqlite::Result<Vec<HistoryEntry>> {
    let mut found = tx.prepare_cached(
        "select at, what, detail, lines from (select * from history where target = ?1 order by number desc limit ?2) order by number",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = found.query_map(params![target.to_string(), limit], |row| {
        let (at, detail, lines): (String, String, String) = (row.get(0)?, row.get(2)?, row.get(3)?);
        Ok(HistoryEntry {
            at: instant(&at),
            target: target.clone(),
            what: row.get(1)?,
            detail: read(&detail),
            lines: split_lines(&lines),
        })
    })?;
    rows.collect()
}

pub(super) fn serve(
    tx: &Transaction<'_>,
    hash: &str,
    texts: &[RuleText],
    now: Timestamp,
) -> rusqlite::Result<Generation> {
    if let Some(last) = newest(tx)?.filter(|last| last.hash == hash) {
        return Ok(last);
    }
    tx.execute("insert into generation (hash, since) values (?1, ?2)", params![hash, now.to_string()])?;
    let number = tx.last_insert_rowid();
    tx.execute("delete from rule_text", [])?;
    for text in texts {
        tx.execute("insert into rule_text (name, body) values (?1, ?2)", params![text.name, text.text])?;
    }
    Ok(Generation { number, hash: hash.to_owned(), since: now })
}

fn newest(tx: &Transaction<'_>) -> rusqlite::Result<Option<Generation>> {
    tx.query_row("select number, hash, since from generation order by number desc limit 1", [], |row| {
        let since: String = row.get(2)?;
        Ok(Generation { number: row.get(0)?, hash: row.get(1)?, since: instant(&since) })
    })
    .optional()
}

pub(super) fn last_good(tx: &Transaction<'_>) -> rusqlite::Result<Option<(Generation, Vec<RuleText>)>> {
    let Some(generation) = newest(tx)? else { return Ok(None) };
    let mut found = tx.prepare("select name, body from rule_text order by name")?;
    let rows = found.query_map([], |row| Ok(RuleText { name: row.get(0)?, text: row.get(1)? }))?;
    Ok(Some((generation, rows.collect::<rusqlite::Result<Vec<_>>>()?)))
}
