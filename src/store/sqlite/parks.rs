//! Parked work: renewed, retried, dropped, woken.

use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde_json::{Value as Json, json};

use super::values::{instant, millis, read, write};
use crate::store::journal::RecordRef;
use crate::store::park::{Candidate, Park, ParkDraft, Wait};

/// The first wait before a parked record is tried again, in milliseconds.
const RETRY_FIRST: i64 = 15_000;

/// The longest such wait, in milliseconds.
const RETRY_MAX: i64 = 15 * 60 * 1_000;

/// Replaces the parks of a record by these; `since` and attempts of renewed ones go on. Gives the
/// earliest instant of a retry, in milliseconds.
pub(super) fn renew(
    tx: &Transaction<'_>,
    target: &RecordRef,
    parks: &[ParkDraft],
    now: Timestamp,
) -> rusqlite::Result<Option<i64>> {
    let own = "account = ?1 and record = ?2 and id = ?3";
    let key = params![target.account, target.record, target.id];
    tx.prepare_cached(&format!("delete from wait where park in (select number from park where {own})"))?
        .execute(key)?;
    let mut kept = Vec::new();
    let mut next = None;
    for draft in parks {
        let group = draft.group.clone().unwrap_or_default();
        let known: Option<i64> = tx
            .prepare_cached(&format!("select attempts from park where {own} and pipeline = ?4 and grp = ?5"))?
            .query_map(params![target.account, target.record, target.id, draft.pipeline, group], |row| row.get(0))?
            .next()
            .transpose()?;
        let attempts = known.map_or(0, |attempts| attempts + 1);
        let pause = RETRY_FIRST.saturating_mul(1 << attempts.clamp(0, 10)).min(RETRY_MAX);
        let due = millis(now).saturating_add(pause);
        tx.prepare_cached(
            "insert into park (account, record, id, pipeline, grp, since, attempts, next, draft) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             on conflict do update set attempts = excluded.attempts, next = excluded.next, draft = excluded.draft",
        )?
        .execute(params![target.account, target.record, target.id, draft.pipeline, group, now.to_string(), attempts, due, draft_text(draft)])?;
        let number: i64 = tx.query_row(
            &format!("select number from park where {own} and pipeline = ?4 and grp = ?5"),
            params![target.account, target.record, target.id, draft.pipeline, group],
            |row| row.get(0),
        )?;
        kept.push(number);
        next = Some(next.map_or(due, |earliest: i64| earliest.min(due)));
        for wait in &draft.waits {
            tx.prepare_cached("insert into wait (park, account, record, field, value) values (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![number, wait.account, wait.record, wait.field, wait.value])?;
        }
    }
    let mut found = tx.prepare_cached(&format!("select number from park where {own}"))?;
    let all = found.query_map(key, |row| row.get::<_, i64>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for number in all.into_iter().filter(|number| !kept.contains(number)) {
        tx.execute("delete from park where number = ?1", [number])?;
    }
    Ok(next)
}

pub(super) fn all(tx: &Transaction<'_>) -> rusqlite::Result<Vec<Park>> {
    let mut found =
        tx.prepare("select number, account, record, id, since, attempts, next, draft from park order by number")?;
    let rows = found.query_map([], |row| {
        let target = RecordRef { account: row.get(1)?, record: row.get(2)?, id: row.get(3)? };
        let (since, next, draft): (String, i64, String) = (row.get(4)?, row.get(6)?, row.get(7)?);
        Ok(Park {
            number: row.get(0)?,
            since: instant(&since),
            attempts: row.get(5)?,
            next: Timestamp::from_millisecond(next).unwrap_or(Timestamp::MAX),
            draft: draft_of(&draft, target),
        })
    })?;
    rows.collect()
}

const WAKE: &str = "update work set state = 'pending', due = ?1, attempts = 0 where state in ('parked', 'done')
  and (account, record, id) in (select account, record, id from park where";

pub(super) fn retry(tx: &Transaction<'_>, number: Option<i64>, now: Timestamp) -> rusqlite::Result<usize> {
    tx.execute(&format!("{WAKE} ?2 is null or number = ?2)"), params![millis(now), number])?;
    tx.query_row("select count(*) from park where ?1 is null or number = ?1", [number], |row| row.get::<_, i64>(0))
        .map(|count| usize::try_from(count).unwrap_or(0))
}

pub(super) fn remove(tx: &Transaction<'_>, number: i64) -> rusqlite::Result<bool> {
    tx.execute(
        "update work set state = 'done' where state = 'parked'
         and (account, record, id) in (select account, record, id from park where number = ?1)",
        [number],
    )?;
    tx.execute("delete from wait where park = ?1", [number])?;
    tx.execute("delete from park where number = ?1", [number]).map(|count| count > 0)
}

pub(super) fn wake(tx: &Transaction<'_>, found: &[Wait], now: Timestamp) -> rusqlite::Result<usize> {
    let mut woken = 0;
    for wait in found {
        woken += tx
            .prepare_cached(&format!(
                "{WAKE} number in (select park from wait where account = ?2 and record = ?3 and field = ?4 and value = ?5))"
            ))?
            .execute(params![millis(now), wait.account, wait.record, wait.field, wait.value])?;
    }
    Ok(woken)
}

fn draft_text(draft: &ParkDraft) -> String {
    json!({
        "pipeline": draft.pipeline, "group": draft.group, "reason": draft.reason, "code": draft.code,
        "message": draft.message, "file": draft.rule.0, "line": draft.rule.1, "values": write(&draft.values),
        "candidates": draft.candidates.iter().map(|one| json!([one.record, one.id, one.label, one.why])).collect::<Vec<_>>(),
        "waits": draft.waits.iter().map(|one| json!([one.account, one.record, one.field, one.value])).collect::<Vec<_>>(),
    })
    .to_string()
}

fn draft_of(text: &str, target: RecordRef) -> ParkDraft {
    let json: Json = serde_json::from_str(text).unwrap_or_default();
    let word = |name: &str| json.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let part = |row: &Json, at: usize| row.get(at).and_then(Json::as_str).unwrap_or_default().to_owned();
    let rows = |name: &str| json.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
    ParkDraft {
        target,
        pipeline: word("pipeline"),
        group: json.get("group").and_then(Json::as_str).map(str::to_owned),
        reason: word("reason"),
        code: word("code"),
        message: word("message"),
        rule: (
            word("file"),
            json.get("line").and_then(Json::as_u64).and_then(|line| usize::try_from(line).ok()).unwrap_or(0),
        ),
        candidates: rows("candidates")
            .iter()
            .map(|row| Candidate { record: part(row, 0), id: part(row, 1), label: part(row, 2), why: part(row, 3) })
            .collect(),
        waits: rows("waits")
            .iter()
            .map(|row| Wait { account: part(row, 0), record: part(row, 1), field: part(row, 2), value: part(row, 3) })
            .collect(),
        values: read(&word("values")),
    }
}
