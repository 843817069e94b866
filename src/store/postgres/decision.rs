//! Decisions with what they were made from, to be read again, and the history of records.

use jiff::Timestamp;
use tokio_postgres::Row;

use super::fault::Fault;
use super::part::{self, Parts};
use super::session::{Bound, Session, execute, rows};
use crate::engine::Situation;
use crate::store::codec::{instant, nanos, told_by};
use crate::store::decisions::{DecisionEntry, HistoryEntry};
use crate::store::error::StoreError;
use crate::store::record::RecordRef;

/// A decision as it is kept. What it was made from is kept by its very bytes, which tell `1.5` from `1.50`, so that
/// deciding again reads exactly what was read.
pub(super) struct Kept<'a> {
    entry: &'a DecisionEntry,
    situation: String,
    settings: String,
    outcome: String,
}

impl<'a> Kept<'a> {
    /// With its large parts among those.
    pub(super) fn of(entry: &'a DecisionEntry, parts: &mut Parts) -> Result<Self, StoreError> {
        Ok(Self {
            entry,
            situation: parts.fields_of(&entry.situation)?,
            settings: parts.whole_of(&entry.situation.settings)?,
            outcome: parts.fields_of(&entry.outcome)?,
        })
    }

    /// Journals it.
    pub(super) async fn add(&self, session: &Session) -> Result<(), Fault> {
        let added = "INSERT INTO petiole.decision (at, pipeline, account, record, id, generation, situation, settings,
            outcome, told, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let Self { entry, situation, settings, outcome } = self;
        let RecordRef { account, record, id } = &entry.target;
        let at = nanos(entry.at);
        let told = entry.told.map(|told| told.source.as_str());
        let told_at = entry.told.map(|told| nanos(told.at));
        let (pipeline, generation) = (&entry.pipeline, &entry.generation);
        let bound: [Bound<'_>; 11] =
            [&at, pipeline, account, record, id, generation, situation, settings, outcome, &told, &told_at];
        execute(session, added, &bound).await?;
        Ok(())
    }
}

/// Journals a decision by itself.
pub(super) async fn add(session: &Session, entry: &DecisionEntry) -> Result<(), Fault> {
    let mut parts = Parts::at(entry.at);
    let kept = Kept::of(entry, &mut parts)?;
    parts.keep(session).await?;
    kept.add(session).await
}

/// The newest decisions on a record, or on any, made since an instant, or ever; oldest first.
pub(super) async fn read(
    session: &Session,
    target: Option<&RecordRef>,
    (since, limit): (Option<Timestamp>, usize),
) -> Result<Vec<DecisionEntry>, Fault> {
    let of_one = if target.is_some() { " AND account = $3 AND record = $4 AND id = $5" } else { "" };
    let select = format!(
        "SELECT {COLUMNS} FROM petiole.decision
         WHERE at >= $1{of_one} ORDER BY number DESC LIMIT $2"
    );
    let since = since.map_or(i64::MIN, nanos);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut bound: Vec<Bound<'_>> = vec![&since, &limit];
    if let Some(RecordRef { account, record, id }) = target {
        bound.extend([account as Bound<'_>, record, id]);
    }
    let found = rows(session, &select, &bound).await?;
    let mut texts = Vec::new();
    for row in &found {
        texts.extend([row.try_get::<_, &str>(6)?, row.try_get(7)?, row.try_get(8)?]);
    }
    let parts = part::Read::of(session, &texts).await?;
    found.iter().rev().map(|row| entry(row, &parts)).collect()
}

/// What is read of a decision.
pub(super) const COLUMNS: &str =
    "at, pipeline, account, record, id, generation, situation, settings, outcome, told, told_at";

/// The decision of a row of [`COLUMNS`].
pub(super) fn entry(row: &Row, parts: &part::Read) -> Result<DecisionEntry, Fault> {
    let mut situation: Situation = parts.whole(row.try_get(6)?)?;
    situation.settings = parts.whole(row.try_get(7)?)?;
    Ok(DecisionEntry {
        at: instant(row.try_get(0)?)?,
        pipeline: row.try_get(1)?,
        target: RecordRef { account: row.try_get(2)?, record: row.try_get(3)?, id: row.try_get(4)? },
        generation: row.try_get(5)?,
        situation,
        told: told_by(row.try_get(9)?, row.try_get(10)?)?,
        outcome: parts.whole(row.try_get(8)?)?,
    })
}

/// Lines of the history of records as they are kept.
pub(super) struct Story<'a> {
    entries: &'a [HistoryEntry],
    details: Vec<String>,
    lines: Vec<String>,
}

impl<'a> Story<'a> {
    /// With their large parts among those.
    pub(super) fn of(entries: &'a [HistoryEntry], parts: &mut Parts) -> Result<Self, StoreError> {
        let details = entries.iter().map(|entry| parts.whole_of(&entry.detail)).collect::<Result<_, _>>()?;
        let lines = entries.iter().map(|entry| parts.whole_of(&entry.lines)).collect::<Result<_, _>>()?;
        Ok(Self { entries, details, lines })
    }

    /// Adds them.
    pub(super) async fn add(&self, session: &Session) -> Result<(), Fault> {
        let Self { entries, details, lines } = self;
        if entries.is_empty() {
            return Ok(());
        }
        let of = |part: fn(&HistoryEntry) -> &str| entries.iter().map(part).collect::<Vec<&str>>();
        let times: Vec<i64> = entries.iter().map(|entry| nanos(entry.at)).collect();
        let (accounts, records) = (of(|entry| &entry.target.account), of(|entry| &entry.target.record));
        let ids = of(|entry| &entry.target.id);
        let said: Vec<String> = entries.iter().map(|entry| entry.what.replace('\0', "\u{fffd}")).collect();
        let added = "INSERT INTO petiole.history (at, account, record, id, what, detail, lines)
            SELECT at, account, record, id, what, detail, lines FROM unnest($1::bigint[], $2::text[], $3::text[],
                $4::text[], $5::text[], $6::text[], $7::text[]) WITH ORDINALITY
                AS new (at, account, record, id, what, detail, lines, position) ORDER BY position";
        let bound: [Bound<'_>; 7] = [&times, &accounts, &records, &ids, &said, details, lines];
        execute(session, added, &bound).await?;
        Ok(())
    }
}

/// Adds a line to the history of a record by itself.
pub(super) async fn add_line(session: &Session, entry: &HistoryEntry) -> Result<(), Fault> {
    let mut parts = Parts::at(entry.at);
    let story = Story::of(std::slice::from_ref(entry), &mut parts)?;
    parts.keep(session).await?;
    story.add(session).await
}

/// The newest lines of a record's history, oldest first.
pub(super) async fn history(session: &Session, target: &RecordRef, limit: usize) -> Result<Vec<HistoryEntry>, Fault> {
    let select = "SELECT at, what, detail, lines FROM petiole.history WHERE account = $1 AND record = $2 AND id = $3
        ORDER BY number DESC LIMIT $4";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let found = rows(session, select, &[&target.account, &target.record, &target.id, &limit]).await?;
    let mut texts = Vec::new();
    for row in &found {
        texts.extend([row.try_get::<_, &str>(2)?, row.try_get(3)?]);
    }
    let parts = part::Read::of(session, &texts).await?;
    found.iter().rev().map(|row| line(row, target.clone(), &parts)).collect()
}

/// What is read of a line of history, and whose it is.
pub(super) const HISTORY_COLUMNS: &str = "at, what, detail, lines, account, record, id";

/// The line of a row of [`HISTORY_COLUMNS`].
pub(super) fn line(row: &Row, target: RecordRef, parts: &part::Read) -> Result<HistoryEntry, Fault> {
    Ok(HistoryEntry {
        at: instant(row.try_get(0)?)?,
        target,
        what: row.try_get(1)?,
        detail: parts.whole(row.try_get(2)?)?,
        lines: parts.whole(row.try_get(3)?)?,
    })
}
