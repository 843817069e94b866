//! Retention: takes out of the journal what is older than is to be kept.
//!
//! Links, parks, cursors, generations, unanswered hints and open intents are never taken. Works
//! in small steps, so that other jobs come between.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::codec::nanos;
use super::part;
use crate::store::error::StoreError;

/// Rows taken per table and step.
const STEP: i64 = 500;

const STATEMENTS: [&str; 4] = [
    "DELETE FROM hint WHERE number IN (SELECT number FROM hint WHERE at < ?1 AND NOT EXISTS (
        SELECT 1 FROM work WHERE work.account = hint.account AND work.record = hint.record AND work.id = hint.id
        AND state <> 'parked') LIMIT ?2)",
    "DELETE FROM decision WHERE number IN (SELECT number FROM decision WHERE at < ?1 LIMIT ?2)",
    "DELETE FROM history WHERE number IN (SELECT number FROM history WHERE at < ?1 LIMIT ?2)",
    "DELETE FROM intent WHERE number IN (SELECT number FROM intent WHERE at < ?1 AND state <> 'open' LIMIT ?2)",
];

/// What one step took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Entries of the journal.
    pub(super) entries: usize,
    /// Parts that no entry names any more.
    parts: usize,
}

impl Taken {
    /// Whether all that is old was gone before.
    pub(super) fn is_all(self) -> bool {
        self.entries + self.parts == 0
    }
}

/// Takes one step.
pub(super) fn step(connection: &Connection, before: Timestamp) -> Result<Taken, StoreError> {
    let mut entries = 0;
    for statement in STATEMENTS {
        entries += connection.prepare_cached(statement)?.execute(params![nanos(before), STEP])?;
    }
    Ok(Taken { entries, parts: part::prune(connection, before, STEP)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{file, migration};

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
        assert_eq!(step(&connection, before)?, Taken { entries: 4, parts: 1 });
        assert!(step(&connection, before)?.is_all());
        let left = |table: &str| -> Result<i64, StoreError> {
            Ok(connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
        };
        assert_eq!([left("hint")?, left("decision")?, left("part")?, left("history")?], [2, 1, 1, 1]);
        Ok(())
    }
}
