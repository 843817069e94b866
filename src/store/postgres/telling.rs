//! Hints in: each is journalled and makes its record pending, or adds to what is.
//!
//! Hints of different records are one statement, in the order of their records, so that two of them do not wait for
//! each other. What a row is told is counted under its lock.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::fault::Fault;
use super::session::{Bound, Session, execute, rows};
use super::{cursor, role};
use crate::store::codec::nanos;
use crate::store::journal::{Cursor, Hint, HintSource};
use crate::store::record::RecordRef;

/// A hint and the number that it gets; none: the next one.
type Numbered<'a> = (&'a Hint, Option<i64>);

/// Journals hints and moves the cursor, if nobody else has the role by now under which that is done.
pub(super) async fn accept(session: &Session, hints: &[Hint], moved: Option<&Cursor>) -> Result<usize, Fault> {
    role::check(session, moved.and_then(|moved| moved.under.as_ref())).await?;
    let new = tell(session, hints).await?;
    if let Some(moved) = moved {
        cursor::advance(session, moved).await?;
    }
    Ok(new)
}

/// Journals hints; answers how many were new.
pub(super) async fn tell(session: &Session, hints: &[Hint]) -> Result<usize, Fault> {
    match hints {
        [] => Ok(0),
        [one] => tell_round(session, &[(one, None)]).await,
        many => {
            let mut new = 0;
            for round in rounds(many, &numbers(session, many.len()).await?) {
                new += tell_round(session, &round).await?;
            }
            Ok(new)
        }
    }
}

/// Numbers for so many hints, in their order.
async fn numbers(session: &Session, count: usize) -> Result<Vec<i64>, Fault> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let given = "SELECT nextval('petiole.hint_number') FROM generate_series(1, $1::bigint)";
    let mut numbers = Vec::new();
    for row in rows(session, given, &[&count]).await? {
        numbers.push(row.try_get(0)?);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Hints in as many rounds as the record that is told of most often has hints, each in the order of the records.
fn rounds<'a>(hints: &'a [Hint], numbers: &[i64]) -> Vec<Vec<Numbered<'a>>> {
    let mut of_record = BTreeMap::<&RecordRef, Vec<Numbered<'a>>>::new();
    for (hint, number) in hints.iter().zip(numbers) {
        of_record.entry(&hint.target).or_default().push((hint, Some(*number)));
    }
    let mut rounds: Vec<Vec<Numbered<'a>>> = Vec::new();
    for told in of_record.into_values() {
        for (at, one) in told.into_iter().enumerate() {
            match rounds.get_mut(at) {
                Some(round) => round.push(one),
                None => rounds.push(vec![one]),
            }
        }
    }
    rounds
}

/// Hints of which no two are of one record.
async fn tell_round(session: &Session, told: &[Numbered<'_>]) -> Result<usize, Fault> {
    let of = |part: fn(&RecordRef) -> &str| told.iter().map(|(hint, _)| part(&hint.target)).collect::<Vec<&str>>();
    let accounts = of(|target| &target.account);
    let records = of(|target| &target.record);
    let ids = of(|target| &target.id);
    let times: Vec<i64> = told.iter().map(|(hint, _)| nanos(hint.at)).collect();
    let sources: Vec<&str> = told.iter().map(|(hint, _)| hint.source.as_str()).collect();
    let versions: Vec<Option<&str>> = told.iter().map(|(hint, _)| hint.version.as_deref()).collect();
    let first: Vec<bool> = told.iter().map(|(hint, _)| hint.first).collect();
    let numbers: Vec<Option<i64>> = told.iter().map(|(_, number)| *number).collect();
    let bound = [&accounts as Bound<'_>, &records, &ids, &times, &sources, &versions, &first, &numbers];
    let new = execute(session, &TELL, &bound).await?;
    Ok(usize::try_from(new).unwrap_or(usize::MAX))
}

/// A hint whose version was accepted already is passed over; not a sweep's, which looks at what did not change, too.
/// A change ends the silence of dropped parks. Work that was put off keeps its time, since its account is in trouble; a
/// person's wish or a wake goes at once.
static TELL: LazyLock<String> = LazyLock::new(|| {
    // What a system told is looked at as such, and not under the brake of a sweep that lists it meanwhile: the sweep's
    // own look comes after it.
    const APART: &str = "work.source IN ('webhook', 'poll') AND excluded.source = 'sweep'";
    let more =
        |told: &str| format!("CASE WHEN work.state = 'flight' OR work.state = 'pending' AND {APART} THEN {told} END");
    format!(
        "WITH told AS (
            SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[],
                $7::boolean[], $8::bigint[]) AS told (account, record, id, at, source, version, first, number)
         ), changed AS (
            INSERT INTO petiole.seen (account, record, id, version)
            SELECT account, record, id, version FROM told WHERE version IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM petiole.seen WHERE seen.account = told.account AND seen.record = told.record
                AND seen.id = told.id AND seen.version = told.version)
            ORDER BY account, record, id
            ON CONFLICT (account, record, id) DO UPDATE SET version = excluded.version
                WHERE seen.version <> excluded.version
            RETURNING account, record, id
         ), news AS (
            SELECT told.*, coalesce(told.number, nextval('petiole.hint_number')) AS hint
            FROM told LEFT JOIN changed USING (account, record, id)
            WHERE told.version IS NULL OR told.source = 'sweep' OR changed.id IS NOT NULL
         ), heard AS (
            DELETE FROM petiole.park USING news WHERE park.account = news.account AND park.record = news.record
                AND park.id = news.id AND park.dropped AND news.source IN ('poll', 'webhook')
         ), journalled AS (
            INSERT INTO petiole.hint (number, at, source, account, record, id, version, first)
            SELECT hint, at, source, account, record, id, version, first FROM news
         )
         INSERT INTO petiole.work (account, record, id, hint, state, source, since, due, first)
         SELECT account, record, id, hint, 'pending', source, at, petiole.instant(), first FROM news
         ORDER BY account, record, id
         ON CONFLICT (account, record, id) DO UPDATE SET
            rev = work.rev + 1,
            answers = CASE WHEN work.state <> 'parked' AND {APART} THEN work.answers ELSE work.rev + 1 END,
            hint = CASE WHEN work.state <> 'parked' AND {APART} THEN work.hint ELSE excluded.hint END,
            source = CASE work.state WHEN 'parked' THEN excluded.source ELSE {} END,
            first = CASE work.state WHEN 'parked' THEN excluded.first ELSE work.first OR excluded.first END,
            since = CASE work.state WHEN 'parked' THEN excluded.since ELSE work.since END,
            due = CASE WHEN work.state = 'parked' THEN excluded.due
                WHEN excluded.source IN ('retry', 'asked') THEN least(work.due, excluded.due) ELSE work.due END,
            more_hint = {},
            more_source = {},
            more_since = {},
            more_first = {},
            state = CASE work.state WHEN 'parked' THEN 'pending' ELSE work.state END",
        HintSource::joined_in_sql("work.source"),
        more("excluded.hint"),
        more(&HintSource::joined_in_sql("work.more_source")),
        more("least(work.more_since, excluded.since)"),
        more("coalesce(work.more_first, false) OR excluded.first")
    )
});
