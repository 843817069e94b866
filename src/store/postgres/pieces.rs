//! What is moved to another store, as rows: where it is kept, and how it is read.

use tokio_postgres::Row;

use super::fault::Fault;
use super::session::Session;
use super::{decision, generation, halt, handle, intent, link, park, part, seen, token};
use crate::store::codec::{damaged, instant, parsed};
use crate::store::journal::HintSource;
use crate::store::link::LinkEnd;
use crate::store::moving::{Carried, INTAKE, Named, Shelf, TellingOf, WorkLeft};
use crate::store::park::LinkWait;
use crate::store::record::RecordRef;

/// What is read of a kind, in the order in which it goes.
pub(super) fn select(shelf: Shelf) -> String {
    let (columns, order) = match shelf {
        Shelf::Links => (link::COLUMNS, "pipeline, left_account, left_id, right_account, right_id"),
        Shelf::Parks => return format!("{} ORDER BY number", park::SELECT),
        Shelf::Work => (
            "account, record, id, source, since, first, greatest(due - petiole.instant(), 0), attempts, reason, state,
             more_source, more_since, more_first",
            "first DESC, since, hint",
        ),
        Shelf::Intents => (intent::COLUMNS, "number"),
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
        Shelf::History => (decision::HISTORY_COLUMNS, "number"),
    };
    format!("SELECT {columns} FROM petiole.{} ORDER BY {order}", shelf.table())
}

/// The pieces of rows.
pub(super) async fn read(session: &Session, shelf: Shelf, rows: &[Row]) -> Result<Vec<Carried>, Fault> {
    let parts = match shelf {
        Shelf::Intents => part::Read::of(session, &texts(rows, &[10, 11])?).await?,
        Shelf::Decisions => part::Read::of(session, &texts(rows, &[6, 7, 8])?).await?,
        Shelf::History => part::Read::of(session, &texts(rows, &[2, 3])?).await?,
        _ => part::Read::of(session, &[]).await?,
    };
    let mut pieces = Vec::new();
    for row in rows {
        pieces.extend(piece(row, shelf, &parts)?);
    }
    Ok(pieces)
}

/// Texts with marks of parts in them.
fn texts<'a>(rows: &'a [Row], columns: &[usize]) -> Result<Vec<&'a str>, Fault> {
    let all = rows.iter().flat_map(|row| columns.iter().map(|column| row.try_get(*column)));
    Ok(all.collect::<Result<_, _>>()?)
}

/// The piece of a row; none where it is the mark of a copy.
fn piece(row: &Row, shelf: Shelf, parts: &part::Read) -> Result<Option<Carried>, Fault> {
    Ok(Some(match shelf {
        Shelf::Links => Carried::Link(link::read(row)?),
        Shelf::Parks => Carried::Park(Box::new(park::read(row)?), row.try_get(22)?),
        Shelf::Work => Carried::Work(work_left(row)?),
        Shelf::Intents => {
            let intent = intent::read(row, parts)?;
            Carried::Intent(Box::new(intent.draft), intent.state)
        }
        Shelf::LinkWaits => {
            let end = LinkEnd { account: row.try_get(2)?, id: row.try_get(3)? };
            let wait = LinkWait { pipeline: row.try_get(0)?, left: row.try_get(1)?, end, other: row.try_get(4)? };
            Carried::LinkWait(wait, (target(row, 5)?, row.try_get(8)?, row.try_get(9)?))
        }
        Shelf::Cursors => {
            let name: (String, String) = (row.try_get(0)?, row.try_get(1)?);
            if (name.0.as_str(), name.1.as_str()) == INTAKE {
                return Ok(None);
            }
            Carried::Cursor(name, instant(row.try_get(2)?)?)
        }
        Shelf::Versions => Carried::Version(target(row, 0)?, row.try_get(3)?),
        Shelf::Generations => Carried::Generation(generation::read(row)?),
        Shelf::RuleTexts => Carried::RuleText(generation::read_text(row)?),
        Shelf::EarlierRules => Carried::EarlierRule(generation::read_earlier(row)?),
        Shelf::Unlisted => Carried::Unlisted(target(row, 0)?),
        Shelf::SeenFields => Carried::SeenField(seen::read_field(row)?),
        Shelf::Ledgers => Carried::Ledger(parsed(row.try_get(0)?)?),
        Shelf::Halts => {
            let (held, owes_sweep) = halt::read(row)?;
            Carried::Halt(held, owes_sweep)
        }
        Shelf::HaltWaits => Carried::HaltWait(halt::read_wait(row)?),
        Shelf::Tokens => Carried::Token(token::read(row)?),
        Shelf::Handles => {
            let (handle, at) = (handle::read(row)?, instant(row.try_get(6)?)?);
            Carried::Handle(Named { handle, linked: row.try_get(5)?, at })
        }
        Shelf::Decisions => Carried::Decision(Box::new(decision::entry(row, parts)?)),
        Shelf::History => Carried::History(decision::line(row, target(row, 4)?, parts)?),
    }))
}

fn target(row: &Row, first: usize) -> Result<RecordRef, Fault> {
    Ok(RecordRef { account: row.try_get(first)?, record: row.try_get(first + 1)?, id: row.try_get(first + 2)? })
}

fn work_left(row: &Row) -> Result<WorkLeft, Fault> {
    let source = |word: String| HintSource::parse(&word).ok_or_else(|| damaged(&word));
    let told = TellingOf { source: source(row.try_get(3)?)?, since: instant(row.try_get(4)?)?, first: row.try_get(5)? };
    let then = match row.try_get::<_, Option<String>>(10)? {
        Some(word) => {
            let since: Option<i64> = row.try_get(11)?;
            let first: Option<bool> = row.try_get(12)?;
            let since = since.map_or(Ok(told.since), instant)?;
            Some(TellingOf { source: source(word)?, since, first: first.unwrap_or_default() })
        }
        None => None,
    };
    Ok(WorkLeft {
        target: target(row, 0)?,
        told,
        then,
        due_in: std::time::Duration::from_nanos(u64::try_from(row.try_get::<_, i64>(6)?).unwrap_or_default()),
        attempts: u32::try_from(row.try_get::<_, i32>(7)?).unwrap_or_default(),
        reason: row.try_get(8)?,
        is_parked: row.try_get::<_, &str>(9)? == "parked",
    })
}
