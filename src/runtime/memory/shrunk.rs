//! Whole lists that suddenly lack more of the linked records that they showed before than people take away at a time:
//! more than a fifth of them and more than twenty, or most of a few.
//!
//! An empty answer with a good status is a peer's mistake far more often than the end of all its records: nothing is
//! concluded from it, neither that records are gone nor that there is none to match, until somebody confirms it. What
//! a list lacks record by record is another matter, and is remembered as lacking.

use std::collections::BTreeSet;

use super::alarm::{Asked, LIST_SHRUNK, about};
use super::search::Search;
use crate::connector::Row;
use crate::language::plan::Side;
use crate::runtime::trouble::Trouble;

/// Linked records below which nothing is concluded from how many a list lacks.
const LINKED_MIN: usize = 3;

/// As many as people may take away at a time, from however long a list.
const TAKEN_AWAY_MAX: usize = 20;

/// The part of a list, one in so many, that people may take away at a time.
const TAKEN_AWAY_PART: usize = 5;

/// Why a whole list cannot be taken as it is, if so.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read.
pub(crate) async fn why(search: &Search<'_>, rows: &[Row]) -> Result<Option<String>, Trouble> {
    let linked = linked(search).await?;
    if linked.len() < LINKED_MIN {
        return Ok(None);
    }
    let Search { account, kind, .. } = search;
    let lacking = search.store.unlisted(account, &kind.name).await?;
    let expected: BTreeSet<&String> = linked.difference(&lacking).collect();
    let shown = shown(search, rows);
    // A row of which not even the key can be read is still a row.
    let nameless = rows.iter().filter(|row| row.broken.is_some() && kind.id_of(&row.value).is_none()).count();
    let found = expected.iter().filter(|id| shown.contains(**id)).count().saturating_add(nameless);
    if !is_short(expected.len(), found) {
        return Ok(None);
    }
    Ok(Some(format!(
        "{account} lists {found} of {} linked {} records, and nothing is concluded from that",
        expected.len(),
        kind.name
    )))
}

/// Whether a list that should show so many shows too few of them.
fn is_short(expected: usize, found: usize) -> bool {
    let lacking = expected.saturating_sub(found);
    let many = lacking > TAKEN_AWAY_MAX && lacking.saturating_mul(TAKEN_AWAY_PART) > expected;
    let most = expected >= LINKED_MIN && found.saturating_mul(2) < expected;
    many || most
}

/// The same with what to do about it.
pub(crate) fn told(why: &str) -> String {
    format!("{why}; where it is right, confirm with `petiole sync --full --yes`")
}

impl Search<'_> {
    /// Why a whole list cannot be taken as it is, if so; the account's state says it, too.
    ///
    /// # Errors
    /// [`Trouble::Store`] where the store cannot be read.
    pub(crate) async fn shrunk(&self, rows: &[Row]) -> Result<Option<String>, Trouble> {
        let why = why(self, rows).await?;
        let place = about(self.account, &self.kind.name, LIST_SHRUNK);
        self.alarms.set(place, &Asked::All, why.as_deref().map(told), self.clock.now());
        Ok(why)
    }
}

/// Remembers which linked records a whole list lacks, so that they are not missed again.
///
/// # Errors
/// [`Trouble::Store`] where the store cannot be read or written.
pub(crate) async fn accept(search: &Search<'_>, rows: &[Row]) -> Result<(), Trouble> {
    let shown = shown(search, rows);
    let lacking: BTreeSet<String> = linked(search).await?.into_iter().filter(|id| !shown.contains(id)).collect();
    if lacking != search.store.unlisted(search.account, &search.kind.name).await? {
        search.store.set_unlisted(search.account, &search.kind.name, lacking).await?;
    }
    Ok(())
}

/// The keys of an account's records of a kind that are linked in any pipeline.
pub(crate) async fn linked(search: &Search<'_>) -> Result<BTreeSet<String>, Trouble> {
    let mut linked = BTreeSet::new();
    for (pipeline, side) in search.plan.pipelines_of(&search.kind.system, &search.kind.name) {
        linked.extend(search.store.linked_ids(&pipeline.name, side == Side::Left, search.account).await?);
    }
    Ok(linked)
}

fn shown(search: &Search<'_>, rows: &[Row]) -> BTreeSet<String> {
    rows.iter().filter_map(|row| search.kind.id_of(&row.value)).collect()
}
