//! What is old goes out of the journal, a step at a time. Rows are numbered as they come, so the old ones are found by
//! walking from the first, and the journal pays for no index by time.

use jiff::Timestamp;

use super::fault::Fault;
use super::session::{Session, execute, row};
use super::{handle, part, role};
use crate::store::codec::nanos;
use crate::store::coordination::Lead;

/// Rows looked at per table and step.
const STEP: i64 = 500;

/// The tables of the journal, and which of their rows stay however old they are.
const TABLES: [(&str, &str); 4] = [
    (
        "hint",
        "EXISTS (SELECT 1 FROM petiole.work WHERE work.account = hint.account AND work.record = hint.record
            AND work.id = hint.id AND work.state <> 'parked')",
    ),
    ("decision", "false"),
    ("history", "false"),
    ("intent", "intent.state = 'open'"),
];

/// How far the walk through each table has come: the number that was looked at last, or `None` where it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Walk {
    after: [Option<i64>; TABLES.len()],
    are_parts_done: bool,
    are_handles_done: bool,
}

impl Walk {
    pub(super) const START: Self =
        Self { after: [Some(0); TABLES.len()], are_parts_done: false, are_handles_done: false };

    /// Whether all that is old was gone before.
    pub(super) fn is_over(self) -> bool {
        self.are_parts_done && self.are_handles_done && self.after.iter().all(Option::is_none)
    }
}

/// Takes one step, if nobody else has the role by now; answers how far that came, and how many entries went.
pub(super) async fn step(
    session: &Session,
    before: Timestamp,
    walk: Walk,
    under: Option<&Lead>,
) -> Result<(Walk, usize), Fault> {
    role::check(session, under).await?;
    let mut next = walk;
    let mut entries = 0;
    for (table, after) in TABLES.iter().zip(&mut next.after) {
        let Some(from) = *after else { continue };
        let (reached, taken) = take(session, *table, (before, from)).await?;
        *after = reached;
        entries += taken;
    }
    if !next.are_handles_done {
        next.are_handles_done = handle::prune(session, before, STEP).await? == 0;
    }
    next.are_parts_done = part::prune(session, before, STEP).await? == 0;
    Ok((next, entries))
}

/// Takes what is old of the next rows of a table. The walk ends where a row is young; one from a time after the newest
/// row's was written by a clock that was ahead, and says nothing of those behind it.
async fn take(
    session: &Session,
    (table, stays): (&str, &str),
    (before, after): (Timestamp, i64),
) -> Result<(Option<i64>, usize), Fault> {
    let before = nanos(before);
    let next = format!(
        "SELECT max(number), coalesce(bool_or(at >= $3 AND at <= (
            SELECT at FROM petiole.{table} ORDER BY number DESC LIMIT 1)), false)
         FROM (SELECT number, at FROM petiole.{table} WHERE number > $1 ORDER BY number LIMIT $2) AS next"
    );
    let Some(found) = row(session, &next, &[&after, &STEP, &before]).await? else { return Ok((None, 0)) };
    let Some(last) = found.try_get::<_, Option<i64>>(0)? else { return Ok((None, 0)) };
    let is_at_young: bool = found.try_get(1)?;
    let gone = format!("DELETE FROM petiole.{table} WHERE number > $1 AND number <= $2 AND at < $3 AND NOT ({stays})");
    let taken = execute(session, &gone, &[&after, &last, &before]).await?;
    Ok((if is_at_young { None } else { Some(last) }, usize::try_from(taken).unwrap_or(usize::MAX)))
}
