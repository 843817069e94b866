//! Who was decided on for want of a link, and is looked at again once it is made.
//!
//! Kept in the transaction that ends the work, so that neither a restart nor new rules lose it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, params};

use super::telling::enqueue;
use crate::store::error::StoreError;
use crate::store::journal::{Hint, HintSource};
use crate::store::link::Link;
use crate::store::park::{Asked, LinkWait};
use crate::store::record::RecordRef;

/// Keeps what a record waits for, in the place of what it did. What was linked meanwhile makes it pending at once.
pub(super) fn keep(connection: &Connection, asked: &Asked, now: Timestamp) -> Result<(), StoreError> {
    let RecordRef { account, record, id } = &asked.target;
    connection
        .prepare_cached(
            "DELETE FROM link_wait
             WHERE asking_account = ?1 AND asking_record = ?2 AND asking_id = ?3
             AND asking_pipeline = ?4 AND asking_with = ?5",
        )?
        .execute(params![account, record, id, asked.pipeline, asked.with])?;
    let mut insert = connection.prepare_cached(
        "INSERT OR IGNORE INTO link_wait (pipeline, on_left, account, id, other,
            asking_account, asking_record, asking_id, asking_pipeline, asking_with)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    let own = (&asked.pipeline, &asked.with);
    for wait in &asked.links {
        if is_linked(connection, wait, asked)? {
            return enqueue(connection, &hint(asked.target.clone(), now), now);
        }
        let LinkWait { pipeline, left, end, other } = wait;
        let bound = params![pipeline, left, end.account, end.id, other, account, record, id, own.0, own.1];
        insert.execute(bound)?;
    }
    Ok(())
}

/// A link is there: who waited for it is pending, except its own two records, which go on with it anyway.
pub(super) fn made(connection: &Connection, link: &Link, now: Timestamp) -> Result<(), StoreError> {
    let mut delete = connection.prepare_cached(
        "DELETE FROM link_wait WHERE pipeline = ?1 AND on_left = ?2 AND account = ?3 AND id = ?4 AND other = ?5
         RETURNING asking_account, asking_record, asking_id, asking_pipeline",
    )?;
    let mut asking = BTreeSet::new();
    for (left, own, other) in [(true, &link.left, &link.right), (false, &link.right, &link.left)] {
        let mut rows = delete.query(params![link.pipeline, left, own.account, own.id, other.account])?;
        while let Some(row) = rows.next()? {
            let target = RecordRef { account: row.get(0)?, record: row.get(1)?, id: row.get(2)? };
            let of_this = row.get::<_, String>(3)? == link.pipeline;
            let is_end =
                [&link.left, &link.right].iter().any(|end| end.account == target.account && end.id == target.id);
            let goes_on = of_this && is_end;
            if !goes_on {
                asking.insert(target);
            }
        }
    }
    asking.into_iter().try_for_each(|target| enqueue(connection, &hint(target, link.since), now))
}

fn hint(target: RecordRef, at: Timestamp) -> Hint {
    Hint { at, source: HintSource::Made, target, version: None, first: false }
}

/// Whether a link is there that a record waits for. One of the record's own pair is none: it goes on with that anyway.
fn is_linked(connection: &Connection, wait: &LinkWait, asked: &Asked) -> Result<bool, StoreError> {
    let LinkWait { pipeline, left, end, other } = wait;
    let RecordRef { account, id, .. } = &asked.target;
    let of_own = *pipeline == asked.pipeline;
    if of_own && (&end.account, &end.id) == (account, id) {
        return Ok(false);
    }
    let text = if *left {
        "SELECT EXISTS (SELECT 1 FROM link
            WHERE pipeline = ?1 AND left_account = ?2 AND left_id = ?3 AND right_account = ?4
            AND NOT (?5 AND right_account = ?6 AND right_id = ?7))"
    } else {
        "SELECT EXISTS (SELECT 1 FROM link INDEXED BY link_right
            WHERE pipeline = ?1 AND right_account = ?2 AND right_id = ?3 AND left_account = ?4
            AND NOT (?5 AND left_account = ?6 AND left_id = ?7))"
    };
    let mut select = connection.prepare_cached(text)?;
    Ok(select.query_row(params![pipeline, end.account, end.id, other, of_own, account, id], |row| row.get(0))?)
}
