//! Everything out of a file, and everything into an empty one.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use tokio::sync::mpsc::Sender;

use super::sqlite_store::SqliteStore;
use super::worker::Keep;
use super::{cursor, decision, generation, halt, handle, intake, intent, journal, link, park, seen, token};
use crate::store::codec::{damaged, instant};
use crate::store::error::StoreError;
use crate::store::journal::HintSource;
use crate::store::moving::{Carried, INTAKE, Moving, Named, PIECES_AT_ONCE, Shelf, TellingOf, WorkLeft};
use crate::store::park::LinkWait;
use crate::store::record::RecordRef;

#[async_trait]
impl Moving for SqliteStore {
    async fn holds_of(&self, shelf: Shelf) -> Result<u64, StoreError> {
        self.read(move |connection| count(connection, shelf)).await
    }

    async fn hand_over(&self, shelf: Shelf, to: Sender<Vec<Carried>>) -> Result<(), StoreError> {
        let now = self.now();
        self.read(move |connection| each(connection, (shelf, now), &mut Batch { to, pieces: Vec::new() })).await
    }

    async fn begin_intake(&self) -> Result<(), StoreError> {
        let now = self.now();
        self.write(Keep::Flushed, move |connection| begin(connection, now)).await
    }

    async fn take_in(&self, pieces: Vec<Carried>) -> Result<(), StoreError> {
        let now = self.now();
        let take = move |connection: &Connection| {
            pieces.into_iter().try_for_each(|piece| intake::take_in(connection, piece, now))
        };
        self.write(Keep::Past, take).await
    }

    async fn end_intake(&self) -> Result<(), StoreError> {
        let end = |connection: &Connection| {
            connection.execute("DELETE FROM cursor WHERE account = ?1 AND record = ?2", params![INTAKE.0, INTAKE.1])?;
            Ok(())
        };
        self.write(Keep::Flushed, end).await
    }
}

fn count(connection: &Connection, shelf: Shelf) -> Result<u64, StoreError> {
    let text = match shelf {
        // The mark of the copy itself is none of what is copied.
        Shelf::Cursors => {
            format!("SELECT count(*) FROM cursor WHERE NOT (account = '{}' AND record = '{}')", INTAKE.0, INTAKE.1)
        }
        _ => format!("SELECT count(*) FROM {}", shelf.table()),
    };
    Ok(connection.query_row(&text, [], |row| row.get::<_, i64>(0))?.unsigned_abs())
}

/// Takes out what an earlier copy left, and marks the file as one that is being copied into.
fn begin(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    if cursor::read(connection, INTAKE.0, INTAKE.1)?.is_some() {
        for shelf in Shelf::ALL {
            connection.execute(&format!("DELETE FROM {}", shelf.table()), [])?;
        }
        connection.execute_batch("DELETE FROM hint; DELETE FROM part; DELETE FROM wait")?;
    }
    for shelf in Shelf::ALL {
        let there = count(connection, shelf)?;
        if there > 0 {
            return Err(StoreError::Conflict(format!("it holds {there} {shelf}; name one that holds nothing")));
        }
    }
    cursor::mark(connection, INTAKE, now)
}

/// Pieces on their way.
struct Batch {
    to: Sender<Vec<Carried>>,
    pieces: Vec<Carried>,
}

impl Batch {
    /// False: nobody takes any more.
    fn add(&mut self, piece: Carried) -> bool {
        self.pieces.push(piece);
        self.pieces.len() < PIECES_AT_ONCE || self.send()
    }

    fn send(&mut self) -> bool {
        let pieces = std::mem::take(&mut self.pieces);
        pieces.is_empty() || self.to.blocking_send(pieces).is_ok()
    }
}

/// Hands over each piece of a kind.
fn each(connection: &Connection, (shelf, now): (Shelf, Timestamp), batch: &mut Batch) -> Result<(), StoreError> {
    let (columns, order) = columns(shelf);
    let mut select = connection.prepare(&format!("SELECT {columns} FROM {} ORDER BY {order}", shelf.table()))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let Some(piece) = piece(connection, row, (shelf, now))? else { continue };
        if !batch.add(piece) {
            return Ok(());
        }
    }
    batch.send();
    Ok(())
}

/// What is read of a kind, and in which order.
fn columns(shelf: Shelf) -> (&'static str, &'static str) {
    match shelf {
        Shelf::Links => (link::COLUMNS, "pipeline, left_account, left_id, right_account, right_id"),
        Shelf::Parks => (park::COLUMNS_AND_DROPPED, "number"),
        Shelf::Work => (
            "account, record, id, source, since, first, due, attempts, reason, state, more_source, more_since,
             more_first",
            "first DESC, since, hint",
        ),
        Shelf::Intents => (intent::COLUMNS_AND_STATE, "number"),
        Shelf::LinkWaits => (
            "pipeline, on_left, account, id, other, asking_account, asking_record, asking_id, asking_pipeline,
             asking_with",
            "pipeline, on_left, account, id, other",
        ),
        Shelf::Cursors => ("account, record, at", "account, record"),
        Shelf::Versions => ("account, record, id, version", "account, record, id"),
        Shelf::Generations => ("number, hash, since", "number"),
        Shelf::RuleTexts => ("name, text", "position"),
        Shelf::EarlierRules => ("generation, name, text", "generation, name"),
        Shelf::Unlisted => ("account, record, id", "account, record, id"),
        Shelf::SeenFields => (seen::COLUMNS, "account, record, field"),
        Shelf::Ledgers => ("kept", "one"),
        Shelf::Halts => (halt::COLUMNS, "reach"),
        Shelf::HaltWaits => (halt::WAIT_COLUMNS, "reach, account, record, id"),
        Shelf::Tokens => (token::COLUMNS, "account"),
        Shelf::Handles => (handle::COLUMNS, "text, account, record, id"),
        Shelf::Decisions => (decision::COLUMNS, "number"),
        Shelf::History => ("at, what, detail, lines, account, record, id", "number"),
    }
}

/// The piece of a row; none where it is the mark of a copy.
fn piece(
    connection: &Connection,
    row: &Row<'_>,
    (shelf, now): (Shelf, Timestamp),
) -> Result<Option<Carried>, StoreError> {
    Ok(Some(match shelf {
        Shelf::Links => Carried::Link(link::read(row)?),
        Shelf::Parks => {
            let (park, dropped) = park::read_with_waits(connection, row)?;
            Carried::Park(Box::new(park), dropped)
        }
        Shelf::Work => Carried::Work(work_left(row, now)?),
        Shelf::Intents => {
            let intent = intent::read_any(connection, row)?;
            Carried::Intent(Box::new(intent.draft), intent.state)
        }
        Shelf::LinkWaits => {
            let end = crate::store::link::LinkEnd { account: row.get(2)?, id: row.get(3)? };
            let wait = LinkWait { pipeline: row.get(0)?, left: row.get(1)?, end, other: row.get(4)? };
            Carried::LinkWait(wait, (target(row, 5)?, row.get(8)?, row.get(9)?))
        }
        Shelf::Cursors => {
            let name: (String, String) = (row.get(0)?, row.get(1)?);
            if (name.0.as_str(), name.1.as_str()) == INTAKE {
                return Ok(None);
            }
            Carried::Cursor(name, instant(row.get(2)?)?)
        }
        Shelf::Versions => Carried::Version(target(row, 0)?, row.get(3)?),
        Shelf::Generations => Carried::Generation(generation::read(row)?),
        Shelf::RuleTexts => Carried::RuleText(generation::read_text(row)?),
        Shelf::EarlierRules => Carried::EarlierRule(generation::read_earlier(row)?),
        Shelf::Unlisted => Carried::Unlisted(target(row, 0)?),
        Shelf::SeenFields => Carried::SeenField(seen::read_field(row)?),
        Shelf::Ledgers => Carried::Ledger(crate::store::codec::parsed(&row.get::<_, String>(0)?)?),
        Shelf::Halts => {
            let (held, owes_sweep) = halt::read(row)?;
            Carried::Halt(held, owes_sweep)
        }
        Shelf::HaltWaits => Carried::HaltWait(halt::read_wait(row)?),
        Shelf::Tokens => Carried::Token(token::read(row)?),
        Shelf::Handles => {
            let (handle, at) = (handle::read(row)?, instant(row.get(6)?)?);
            Carried::Handle(Named { handle, linked: row.get(5)?, at })
        }
        Shelf::Decisions => Carried::Decision(Box::new(decision::entry(connection, row)?)),
        Shelf::History => Carried::History(journal::read(connection, row, target(row, 4)?)?),
    }))
}

fn target(row: &Row<'_>, first: usize) -> Result<RecordRef, StoreError> {
    Ok(RecordRef { account: row.get(first)?, record: row.get(first + 1)?, id: row.get(first + 2)? })
}

fn work_left(row: &Row<'_>, now: Timestamp) -> Result<WorkLeft, StoreError> {
    let source = |word: String| HintSource::parse(&word).ok_or_else(|| damaged(&word));
    let told = TellingOf { source: source(row.get(3)?)?, since: instant(row.get(4)?)?, first: row.get(5)? };
    let then = match row.get::<_, Option<String>>(10)? {
        Some(word) => {
            let since: Option<i64> = row.get(11)?;
            let first: Option<bool> = row.get(12)?;
            let since = since.map_or(Ok(told.since), instant)?;
            Some(TellingOf { source: source(word)?, since, first: first.unwrap_or_default() })
        }
        None => None,
    };
    let due_in = instant(row.get(6)?)?.duration_since(now);
    let state: String = row.get(9)?;
    Ok(WorkLeft {
        target: target(row, 0)?,
        told,
        then,
        due_in: Duration::try_from(due_in).unwrap_or_default(),
        attempts: row.get(7)?,
        reason: row.get(8)?,
        is_parked: state == "parked",
    })
}
