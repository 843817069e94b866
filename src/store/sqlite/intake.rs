//! One piece that another store handed over, as a row.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::{cursor, decision, generation, halt, handle, intent, journal, link, park, seen, token};
use crate::store::codec::nanos;
use crate::store::due::later;
use crate::store::error::StoreError;
use crate::store::moving::{Carried, TellingOf, WorkLeft};
use crate::store::park::LinkWait;
use crate::store::record::RecordRef;

/// Writes a piece.
pub(super) fn take_in(connection: &Connection, piece: Carried, now: Timestamp) -> Result<(), StoreError> {
    match piece {
        Carried::Link(link) => link::put(connection, &link),
        Carried::Park(park, dropped) => park::put_whole(connection, &park, dropped),
        Carried::Work(work) => put_work(connection, &work, now),
        Carried::Intent(draft, state) => intent::put(connection, *draft, state),
        Carried::LinkWait(wait, asking) => put_link_wait(connection, &wait, &asking),
        Carried::Cursor((account, name), at) => cursor::mark(connection, (&account, &name), at),
        Carried::Version(target, version) => {
            let RecordRef { account, record, id } = target;
            let text = "INSERT INTO seen (account, record, id, version) VALUES (?1, ?2, ?3, ?4)";
            connection.prepare_cached(text)?.execute(params![account, record, id, version])?;
            Ok(())
        }
        Carried::Generation(served) => generation::put(connection, &served),
        Carried::RuleText(text) => generation::put_text(connection, &text),
        Carried::EarlierRule(earlier) => generation::put_earlier(connection, &earlier),
        Carried::Unlisted(RecordRef { account, record, id }) => {
            let text = "INSERT INTO unlisted (account, record, id) VALUES (?1, ?2, ?3)";
            connection.prepare_cached(text)?.execute(params![account, record, id])?;
            Ok(())
        }
        Carried::SeenField(field) => seen::note_fields(connection, &[field]),
        Carried::Ledger(ledger) => seen::set_ledger(connection, &ledger),
        Carried::Halt(held, owes_sweep) => halt::put_whole(connection, &held, owes_sweep),
        Carried::HaltWait(wait) => halt::put_wait(connection, &wait),
        Carried::Token(kept) => token::put(connection, &kept),
        Carried::Handle(named) => handle::put(connection, &named),
        Carried::Decision(entry) => decision::add(connection, &entry),
        Carried::History(entry) => journal::add_history(connection, &entry),
    }
}

/// A record that is to be looked at, under hints of its own, as if they had come one after the other.
fn put_work(connection: &Connection, work: &WorkLeft, now: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &work.target;
    let mut hint = connection
        .prepare_cached("INSERT INTO hint (at, source, account, record, id, first) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut told = |TellingOf { source, since, first }: &TellingOf| -> Result<i64, StoreError> {
        hint.execute(params![nanos(*since), source.as_str(), account, record, id, first])?;
        Ok(connection.last_insert_rowid())
    };
    let number = told(&work.told)?;
    let then = work.then.as_ref().map(&mut told).transpose()?;
    connection
        .prepare_cached(
            "INSERT INTO work (account, record, id, hint, state, source, since, due, first, attempts, reason, rev,
                answers, more_hint, more_source, more_since, more_first)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, 1, ?13, ?14, ?15, ?16)",
        )?
        .execute(params![
            account,
            record,
            id,
            number,
            if work.is_parked { "parked" } else { "pending" },
            work.told.source.as_str(),
            nanos(work.told.since),
            nanos(later(now, work.due_in)),
            work.told.first,
            work.attempts,
            work.reason,
            if then.is_some() { 2 } else { 1 },
            then,
            work.then.map(|then| then.source.as_str()),
            work.then.map(|then| nanos(then.since)),
            work.then.map(|then| then.first)
        ])?;
    Ok(())
}

fn put_link_wait(
    connection: &Connection,
    LinkWait { pipeline, left, end, other }: &LinkWait,
    (asking, by, with): &(RecordRef, String, String),
) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO link_wait (pipeline, on_left, account, id, other,
                asking_account, asking_record, asking_id, asking_pipeline, asking_with)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            pipeline,
            left,
            end.account,
            end.id,
            other,
            asking.account,
            asking.record,
            asking.id,
            by,
            with
        ])?;
    Ok(())
}
