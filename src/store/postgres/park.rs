//! The inbox: parks with their waits, renewed by record, pipeline and field group.
//!
//! Knows when a park is tried next; what that makes of the record's work is in `work`.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use super::session::{Bound, Session, execute, row, rows};
use crate::store::codec::{damaged, decode, encode, instant, nanos};
use crate::store::due::{LONGEST_PAUSE, later, next_try};
use crate::store::error::StoreError;
use crate::store::park::{Park, ParkDraft, ParkHead, Renewal, Wait};
use crate::store::park_text;
use crate::store::record::RecordRef;

/// Makes `drafts` the parks of a record, or of the field groups of one linked pair: renews those it has, adds new ones,
/// takes out the others, except in pipelines that were `left`, whose parks are tried later. Where two drafts have the
/// same pipeline and group, the first counts.
pub(super) async fn replace(
    session: &Session,
    (target, pair): (&RecordRef, Option<&str>),
    now: Timestamp,
    Renewal { drafts, left }: Renewal<'_>,
) -> Result<(), Fault> {
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let mut kept: Vec<i64> = Vec::new();
    let mut groups = BTreeSet::new();
    for draft in drafts {
        if groups.insert((&draft.pipeline, &draft.group)) {
            kept.push(put(session, target, now, draft).await?);
        }
    }
    let others = "DELETE FROM petiole.park WHERE account = $1 AND record = $2 AND id = $3
        AND number <> ALL ($4) AND ($5::text IS NULL OR pipeline = $5 AND field_group IS NOT NULL)
        AND pipeline <> ALL ($6)";
    execute(session, others, &[&target.account, &target.record, &target.id, &kept, &pair, &left]).await?;
    if !left.is_empty() {
        let later = "UPDATE petiole.park SET next = $5 WHERE account = $1 AND record = $2 AND id = $3
            AND pipeline = ANY ($4) AND next <= $6";
        let next = nanos(self::later(now, LONGEST_PAUSE));
        let bound: [Bound<'_>; 6] = [&target.account, &target.record, &target.id, &left, &next, &nanos(now)];
        execute(session, later, &bound).await?;
    }
    Ok(())
}

/// Renews a park or adds it; answers its number.
async fn put(session: &Session, target: &RecordRef, now: Timestamp, draft: &ParkDraft) -> Result<i64, Fault> {
    let RecordRef { account, record, id } = target;
    let known = "SELECT number, attempts FROM petiole.park WHERE account = $1 AND record = $2 AND id = $3
        AND pipeline = $4 AND field_group IS NOT DISTINCT FROM $5 FOR UPDATE";
    let found = row(session, known, &[account, record, id, &draft.pipeline, &draft.group]).await?;
    let number: i64 = if let Some(found) = found {
        let attempts = found.try_get::<_, i32>(1)?.saturating_add(1);
        let next = next_try(now, u32::try_from(attempts).unwrap_or_default());
        let number = found.try_get(0)?;
        let renewed = "UPDATE petiole.park SET attempts = $2, next = $3 WHERE number = $1";
        execute(session, renewed, &[&number, &attempts, &nanos(next)]).await?;
        number
    } else {
        let added = "INSERT INTO petiole.park (account, record, id, pipeline, field_group, since, attempts, next,
                reason, code, message, rule_file, rule_line, candidates, vals, shown)
            VALUES ($1, $2, $3, $4, $5, $6, 0, $7, '', '', '', '', 0, '[]', 'null', '[]') RETURNING number";
        let bound: [Bound<'_>; 7] =
            [account, record, id, &draft.pipeline, &draft.group, &nanos(now), &nanos(next_try(now, 0))];
        let added = row(session, added, &bound).await?;
        added.ok_or_else(|| damaged("a new park has no number"))?.try_get(0)?
    };
    describe(session, number, draft).await?;
    Ok(number)
}

/// Writes an entry as it was elsewhere, under the number that it had there.
pub(super) async fn put_whole(session: &Session, park: &Park, dropped: bool) -> Result<(), Fault> {
    let ParkDraft { target: RecordRef { account, record, id }, pipeline, group, .. } = &park.draft;
    let text = "INSERT INTO petiole.park (number, account, record, id, pipeline, field_group, since, attempts, next,
            dropped, reason, code, message, rule_file, rule_line, candidates, vals, shown)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '', '', 0, '[]', 'null', '[]')";
    let attempts = i32::try_from(park.attempts).unwrap_or(i32::MAX);
    let (since, next) = (nanos(park.since), nanos(park.next));
    let bound: [Bound<'_>; 10] =
        [&park.number, account, record, id, pipeline, group, &since, &attempts, &next, &dropped];
    execute(session, text, &bound).await?;
    describe(session, park.number, &park.draft).await
}

/// Text for people, without the one sign that the database keeps none of.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Writes what a park says and waits for.
async fn describe(session: &Session, number: i64, draft: &ParkDraft) -> Result<(), Fault> {
    let said = "UPDATE petiole.park SET reason = $2, code = $3, message = $4, rule_file = $5, rule_line = $6,
        candidates = $7, vals = $8, shown = $9, unpaired = $10 WHERE number = $1";
    let bound: [Bound<'_>; 10] = [
        &number,
        &plain(&draft.reason),
        &draft.code,
        &plain(&draft.message),
        &draft.rule.0,
        &i64::try_from(draft.rule.1).unwrap_or(i64::MAX),
        &park_text::of_candidates(&draft.candidates),
        &encode(&draft.values)?,
        &park_text::of_shown(&draft.shown)?,
        &draft.unpaired.as_ref().map(park_text::of_unpaired),
    ];
    execute(session, said, &bound).await?;
    execute(session, "DELETE FROM petiole.wait WHERE park = $1", &[&number]).await?;
    let waits = "INSERT INTO petiole.wait (park, position, account, record, field, value)
        VALUES ($1, $2, $3, $4, $5, $6)";
    for (position, wait) in (0_i32..).zip(&draft.waits) {
        let Wait { account, record, field, value } = wait;
        execute(session, waits, &[&number, &position, account, record, field, &plain(value)]).await?;
    }
    Ok(())
}

/// A park with what it waits for.
pub(super) const SELECT: &str = "
    SELECT number, since, attempts, next, park.account, park.record, id, pipeline, field_group, reason, code, message,
        rule_file, rule_line, candidates, vals, shown, unpaired,
        array(SELECT wait.account FROM petiole.wait WHERE park = number ORDER BY position),
        array(SELECT wait.record FROM petiole.wait WHERE park = number ORDER BY position),
        array(SELECT wait.field FROM petiole.wait WHERE park = number ORDER BY position),
        array(SELECT wait.value FROM petiole.wait WHERE park = number ORDER BY position), dropped
    FROM petiole.park";

/// The inbox, oldest first.
pub(super) async fn all(session: &Session) -> Result<Vec<Park>, Fault> {
    let found = rows(session, &format!("{SELECT} WHERE NOT dropped ORDER BY since, number"), &[]).await?;
    found.iter().map(read).collect()
}

/// The same, as much of each as tells them apart.
pub(super) async fn heads(session: &Session) -> Result<Vec<ParkHead>, Fault> {
    let all =
        "SELECT number, since, account, record, id, pipeline, field_group, reason, code, message, rule_file, rule_line
        FROM petiole.park WHERE NOT dropped ORDER BY since, number";
    rows(session, all, &[]).await?.iter().map(head).collect()
}

fn head(row: &Row) -> Result<ParkHead, Fault> {
    let text = |at: usize| row.try_get::<_, String>(at);
    let line: i64 = row.try_get(11)?;
    Ok(ParkHead {
        number: row.try_get(0)?,
        since: instant(row.try_get(1)?)?,
        target: RecordRef { account: text(2)?, record: text(3)?, id: text(4)? },
        pipeline: text(5)?,
        group: row.try_get(6)?,
        reason: text(7)?,
        code: text(8)?,
        message: text(9)?,
        rule: (text(10)?, usize::try_from(line).map_err(|error| damaged(&error.to_string()))?),
    })
}

/// The entries of these numbers, in the order of the inbox.
pub(super) async fn numbered(session: &Session, numbers: &[i64]) -> Result<Vec<Park>, Fault> {
    let which = format!("{SELECT} WHERE NOT dropped AND number = ANY($1) ORDER BY since, number");
    rows(session, &which, &[&numbers]).await?.iter().map(read).collect()
}

/// What is parked of one record, oldest first.
pub(super) async fn of(session: &Session, target: &RecordRef) -> Result<Vec<Park>, Fault> {
    let which = format!(
        "{SELECT} WHERE NOT dropped AND park.account = $1 AND park.record = $2 AND id = $3 ORDER BY since, number"
    );
    let found = rows(session, &which, &[&target.account, &target.record, &target.id]).await?;
    found.iter().map(read).collect()
}

/// What was taken out of the inbox: records with their pipelines.
pub(super) async fn dropped(session: &Session) -> Result<Vec<(RecordRef, String)>, Fault> {
    let out = "SELECT account, record, id, pipeline FROM petiole.park WHERE dropped ORDER BY number";
    let mut found = Vec::new();
    for row in rows(session, out, &[]).await? {
        let target = RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? };
        found.push((target, row.try_get(3)?));
    }
    Ok(found)
}

/// Whether work of a record stands parked, dropped or not.
pub(super) async fn known(
    session: &Session,
    target: &RecordRef,
    pipeline: &str,
    group: Option<&str>,
) -> Result<bool, Fault> {
    let there = "SELECT 1 FROM petiole.park WHERE account = $1 AND record = $2 AND id = $3
        AND pipeline = $4 AND field_group IS NOT DISTINCT FROM $5";
    let RecordRef { account, record, id } = target;
    Ok(row(session, there, &[account, record, id, &pipeline, &group]).await?.is_some())
}

/// The park of a row of [`SELECT`].
pub(super) fn read(row: &Row) -> Result<Park, Fault> {
    let text = |at: usize| row.try_get::<_, String>(at);
    let list = |at: usize| row.try_get::<_, Vec<String>>(at);
    let line: i64 = row.try_get(13)?;
    let unpaired: Option<String> = row.try_get(17)?;
    let kept = list(18)?.into_iter().zip(list(19)?).zip(list(20)?).zip(list(21)?);
    let waits = kept.map(|(((account, record), field), value)| Wait { account, record, field, value }).collect();
    Ok(Park {
        number: row.try_get(0)?,
        since: instant(row.try_get(1)?)?,
        attempts: u32::try_from(row.try_get::<_, i32>(2)?).unwrap_or_default(),
        next: instant(row.try_get(3)?)?,
        draft: ParkDraft {
            target: RecordRef { account: text(4)?, record: text(5)?, id: text(6)? },
            pipeline: text(7)?,
            group: row.try_get(8)?,
            reason: text(9)?,
            code: text(10)?,
            message: text(11)?,
            rule: (text(12)?, usize::try_from(line).map_err(|error| damaged(&error.to_string()))?),
            candidates: park_text::read_candidates(&text(14)?)?,
            waits,
            values: decode(&text(15)?)?,
            shown: park_text::read_shown(&text(16)?)?,
            unpaired: unpaired.map(|text| park_text::read_unpaired(&text)).transpose()?,
        },
    })
}

/// When the parks of a record are tried next, in nanoseconds.
pub(super) async fn next_of(session: &Session, target: &RecordRef) -> Result<Option<i64>, Fault> {
    let next = "SELECT min(next) FROM petiole.park WHERE account = $1 AND record = $2 AND id = $3 AND NOT dropped";
    let found = row(session, next, &[&target.account, &target.record, &target.id]).await?;
    Ok(found.ok_or_else(|| StoreError::Unavailable("no row came".to_owned()))?.try_get(0)?)
}
