//! A list read whole, and read again where it moved while it was read.
//!
//! A change between two pages shifts the rows behind it, and one of them may be on neither page. Owns the signs of that
//! and how looks are put together; knows no page.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::Value as Json;

use super::connector::{Connector, Listing};
use super::failure::Failure;
use super::row::Row;
use crate::language::plan::RecordType;
use crate::value::{Value, digest, json};

/// How often a list that moves while it is read is read.
const LOOKS_MAX: usize = 4;

/// A list as one walk over its pages showed it.
struct Look {
    rows: Vec<Row>,
    /// What tells each row from the others, in the order in which they came.
    names: Vec<String>,
    /// How many rows the peer says there are.
    count: Option<usize>,
    /// Whether a row may be missing: it moved to a page that was read already.
    moved: bool,
}

impl Connector {
    /// Whether an answer holds all that the peer keeps of a record, so that what it lacks is not there.
    pub fn shows_whole(&self) -> bool {
        self.transport.peers_are_whole()
    }

    /// A record as somebody shows it who was not asked, read like an answer.
    pub fn as_told(&self, record: &RecordType, raw: &Json) -> Option<Row> {
        let text = raw.to_string();
        let read = self.shape(record).text(&text, self.transport.peers_are_whole()).ok()?;
        Some(Row::of(read, text, None))
    }

    /// All rows of a listing, for one value of what the call is repeated for.
    pub(super) async fn rows_for(
        &self,
        record: &RecordType,
        listing: &Listing,
        each: Option<(&str, &str)>,
    ) -> Result<Vec<Row>, Failure> {
        let mut looks: Vec<Look> = Vec::new();
        while looks.len() < LOOKS_MAX {
            let look = self.look(record, listing, each).await?;
            let before = looks.last();
            // Where nothing moved between two looks, the count is of something else, or rows are alike by nature.
            let stands = before.is_some_and(|before| before.names == look.names && before.count == look.count);
            if !look.moved || stands {
                return Ok(look.rows);
            }
            tracing::debug!(record = %record.name, rows = look.rows.len(), "the list moved while it was read");
            looks.push(look);
            if let Some(rows) = together(record, &looks) {
                return Ok(rows);
            }
        }
        let message = format!("the list moved each of the {LOOKS_MAX} times that it was read, so rows may be missing");
        Err(Failure::unusable(message, None, false))
    }

    /// Every page once.
    async fn look(&self, record: &RecordType, listing: &Listing, each: Option<(&str, &str)>) -> Result<Look, Failure> {
        let mut pager = self.pages_for(record, listing, each)?;
        let mut rows = Vec::new();
        let mut began = None;
        while let Some(page) = self.next_page(record, &mut pager).await? {
            rows.extend(page);
            // What the peer's clock shows is known best after an answer; nothing shifts before the first.
            began.get_or_insert_with(|| self.peer_now());
        }
        let names: Vec<String> = rows.iter().map(|row| name(record, row)).collect();
        let count = pager.count();
        let several = pager.pages_seen() > 1;
        let is_new = |row: &Row| began.is_some_and(|began| came_up(record, listing, row) >= Some(began));
        let moved = several
            && (pager.moved()
                || count.is_some_and(|count| distinct(record, &names) < count)
                || names.iter().collect::<BTreeSet<_>>().len() < names.len()
                || rows.iter().any(is_new));
        Ok(Look { rows, names, count, moved })
    }
}

/// Rows of a group have no key of their own; their content tells them apart.
fn name(record: &RecordType, row: &Row) -> String {
    let key = row.key(record).filter(|_| record.grouped.is_none());
    key.unwrap_or_else(|| digest::of_value(&json::from_json(&row.raw())))
}

fn distinct(record: &RecordType, names: &[String]) -> usize {
    if record.grouped.is_some() { names.len() } else { names.iter().collect::<BTreeSet<_>>().len() }
}

/// When a row came into the list: a row that came while another left leaves the count as it was.
fn came_up(record: &RecordType, listing: &Listing, row: &Row) -> Option<Timestamp> {
    let by = if matches!(listing, Listing::ChangedSince(_)) { &record.modified } else { &record.created };
    match by.as_deref().map(|field| row.value.field(field)) {
        Some(Value::Timestamp(at)) => Some(*at),
        _ => None,
    }
}

/// The rows of several looks, each as the last look that has it shows it, once a look brought nothing new and there are
/// as many as there should be. Groups are counted, not told apart: for them only a look of its own counts.
fn together(record: &RecordType, looks: &[Look]) -> Option<Vec<Row>> {
    let [before @ .., last] = looks else { return None };
    if record.grouped.is_some() || before.is_empty() {
        return None;
    }
    let seen: BTreeSet<&String> = before.iter().flat_map(|look| &look.names).collect();
    let named = || looks.iter().flat_map(|look| look.names.iter().zip(&look.rows));
    let all: BTreeMap<&String, &Row> = named().collect();
    let is_whole =
        last.names.iter().all(|name| seen.contains(name)) && last.count.is_none_or(|count| count <= all.len());
    let mut given = BTreeSet::new();
    let in_order = named().filter(|(name, _)| given.insert(*name)).filter_map(|(name, _)| all.get(name));
    is_whole.then(|| in_order.map(|row| Row::clone(row)).collect())
}
