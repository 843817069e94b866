//! Retention: takes out of the journal what is older than is to be kept.
//!
//! Links, parks, cursors, generations, unanswered hints and open intents are never taken. Works
//! in small steps, so that other jobs come between. Entries are numbered as they come, so the old ones are found by
//! walking from the first, and the journal pays for no index by time.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{handle, part};
use crate::store::codec::nanos;
use crate::store::error::StoreError;

/// Rows looked at per table and step.
const STEP: i64 = 500;

/// The tables of the journal, and which of their rows stay however old they are.
const TABLES: [(&str, &str); 4] = [
    (
        "hint",
        "EXISTS (SELECT 1 FROM work WHERE work.account = hint.account AND work.record = hint.record
            AND work.id = hint.id AND state <> 'parked')",
    ),
    ("decision", "FALSE"),
    ("history", "FALSE"),
    ("intent", "state = 'open'"),
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

/// Takes one step; answers how far that came, and how many entries went.
pub(super) fn step(connection: &Connection, before: Timestamp, walk: Walk) -> Result<(Walk, usize), StoreError> {
    let mut next = walk;
    let mut entries = 0;
    for (table, after) in TABLES.iter().zip(&mut next.after) {
        let Some(from) = *after else { continue };
        let (reached, taken) = take(connection, *table, (before, from))?;
        *after = reached;
        entries += taken;
    }
    if !next.are_handles_done {
        let taken = handle::prune(connection, before, STEP)?;
        next.are_handles_done = taken == 0;
    }
    next.are_parts_done = part::prune(connection, before, STEP)? == 0;
    Ok((next, entries))
}

/// Takes what is old of the next rows of a table. The walk ends where a row is young; one from a time after the newest
/// row's was written by a clock that was ahead, and says nothing of those behind it.
fn take(
    connection: &Connection,
    (table, stays): (&str, &str),
    (before, after): (Timestamp, i64),
) -> Result<(Option<i64>, usize), StoreError> {
    let last: Option<i64> = connection
        .prepare_cached(&format!(
            "SELECT max(number) FROM (SELECT number FROM {table} WHERE number > ?1 ORDER BY number LIMIT ?2)"
        ))?
        .query_row(params![after, STEP], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(last) = last else { return Ok((None, 0)) };
    let is_at_young: bool = connection
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM {table} WHERE number > ?1 AND number <= ?2 AND at >= ?3
                AND at <= (SELECT at FROM {table} ORDER BY number DESC LIMIT 1))"
        ))?
        .query_row(params![after, last, nanos(before)], |row| row.get(0))?;
    let taken = connection
        .prepare_cached(&format!(
            "DELETE FROM {table} WHERE number > ?1 AND number <= ?2 AND at < ?3 AND NOT ({stays})"
        ))?
        .execute(params![after, last, nanos(before)])?;
    Ok((if is_at_young { None } else { Some(last) }, taken))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{file, migration};

    fn all(connection: &Connection, before: Timestamp) -> Result<usize, StoreError> {
        let (mut walk, mut total) = (Walk::START, 0);
        while !walk.is_over() {
            let (next, taken) = step(connection, before, walk)?;
            walk = next;
            total += taken;
        }
        Ok(total)
    }

    #[test]
    fn walks_past_what_stays_and_past_a_clock_that_was_ahead() -> Result<(), StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        let mut insert = connection.prepare(
            "INSERT INTO intent (key, pipeline, cause_account, cause_record, cause_id, account, record, action,
                fields, lines, generation, at, state)
             VALUES ('k', 'p', 'a', 'r', 'x', 'b', 'r', 'create', 'null', '[]', 1, ?1, ?2)",
        )?;
        let rows = [("open", 1), ("done", 1), ("done", 1_000), ("done", 2), ("done", 90), ("done", 91)];
        for (state, at) in rows {
            for _ in 0..STEP {
                insert.execute(params![at, state])?;
            }
        }
        let before = Timestamp::from_nanosecond(50).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        assert_eq!(all(&connection, before)?, 2 * usize::try_from(STEP).unwrap_or_default());
        let mut select = connection.prepare("SELECT at, count(*) FROM intent GROUP BY at")?;
        let left = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let left = left.collect::<Result<Vec<(i64, i64)>, _>>()?;
        assert_eq!(left, [(1, STEP), (90, STEP), (91, STEP), (1_000, STEP)]);
        Ok(())
    }

    #[test]
    fn takes_the_old_and_leaves_what_is_still_needed() -> Result<(), StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        connection.execute_batch(
            "INSERT INTO hint (at, source, account, record, id, first) VALUES
                (1, 'poll', 'a', 'r', 'done', 0), (1, 'poll', 'a', 'r', 'waits', 0), (9, 'poll', 'a', 'r', 'new', 0);
             INSERT INTO work (account, record, id, hint, state, source, since, due, first)
                VALUES ('a', 'r', 'waits', 2, 'pending', 'poll', 1, 1, 0);
             INSERT INTO part (digest, used, value) VALUES ('old', -90000000000000, 'null'), ('young', 1, 'null');
             INSERT INTO decision (at, pipeline, account, record, id, generation, situation, settings, outcome) VALUES
                (1, 'p', 'a', 'r', 'x', 1, '{}', '{}', 'null'), (1, 'p', 'a', 'r', 'y', 1, '{}', '{}', 'null'),
                (9, 'p', 'a', 'r', 'x', 1, '{}', '{}', 'null');
             INSERT INTO history (at, account, record, id, what, detail, lines) VALUES
                (1, 'a', 'r', 'x', '', 'null', '[]'), (9, 'a', 'r', 'x', '', 'null', '[]');",
        )?;
        let before = Timestamp::from_nanosecond(5).map_err(|error| StoreError::Unavailable(error.to_string()))?;
        assert_eq!(all(&connection, before)?, 4);
        assert_eq!(all(&connection, before)?, 0);
        let left = |table: &str| -> Result<i64, StoreError> {
            Ok(connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
        };
        assert_eq!([left("hint")?, left("decision")?, left("part")?, left("history")?], [2, 1, 1, 1]);
        Ok(())
    }
}
