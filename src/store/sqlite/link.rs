//! Links with their bases, found from either end.

use std::collections::BTreeSet;

use rusqlite::{Connection, Params, Row, params};

use super::packed::{Packed, unpacked};
use crate::store::base_text;
use crate::store::codec::{decode, encode, instant, nanos};
use crate::store::error::StoreError;
use crate::store::link::{Link, LinkEnd};

/// What is read of a link.
pub(super) const COLUMNS: &str = "pipeline, left_account, left_id, right_account, right_id, since, base, by_hand";

/// Writes a link whole: new, or in the place of the one between the same two records.
pub(super) fn put(connection: &Connection, link: &Link) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO link (pipeline, left_account, left_id, right_account, right_id, since, base, by_hand)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET since = excluded.since, base = excluded.base, by_hand = excluded.by_hand",
        )?
        .execute(params![
            link.pipeline,
            link.left.account,
            link.left.id,
            link.right.account,
            link.right.id,
            nanos(link.since),
            Packed::of(encode(&base_text::value_of(&link.base))?),
            link.by_hand
        ])?;
    Ok(())
}

/// Takes a link away, by the two records that it is between.
pub(super) fn remove(connection: &Connection, link: &Link) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "DELETE FROM link WHERE pipeline = ?1 AND left_account = ?2 AND left_id = ?3
             AND right_account = ?4 AND right_id = ?5",
        )?
        .execute(params![link.pipeline, link.left.account, link.left.id, link.right.account, link.right.id])?;
    Ok(())
}

/// Links that have this end on one side.
pub(super) fn at(connection: &Connection, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, StoreError> {
    let bound = params![pipeline, end.account, end.id];
    if left {
        return select(connection, "WHERE pipeline = ?1 AND left_account = ?2 AND left_id = ?3", bound);
    }
    // Left to itself, SQLite walks all links of the pipeline: the primary key begins with it, too.
    let by_right = "INDEXED BY link_right WHERE pipeline = ?1 AND right_account = ?2 AND right_id = ?3";
    select(connection, by_right, bound)
}

/// The keys of an account's records that a pipeline links, of its left (or right) side.
pub(super) fn ids(
    connection: &Connection,
    pipeline: &str,
    (left, account): (bool, &str),
) -> Result<BTreeSet<String>, StoreError> {
    let side = if left { "left" } else { "right" };
    let text = format!("SELECT {side}_id FROM link WHERE pipeline = ?1 AND {side}_account = ?2");
    let mut select = connection.prepare_cached(&text)?;
    let ids = select.query_map(params![pipeline, account], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// All links of a pipeline.
pub(super) fn of(connection: &Connection, pipeline: &str) -> Result<Vec<Link>, StoreError> {
    select(connection, "WHERE pipeline = ?1", params![pipeline])
}

/// Links that a person made, in place of a match.
pub(super) fn by_hand(connection: &Connection) -> Result<Vec<Link>, StoreError> {
    select(connection, "WHERE by_hand", params![])
}

fn select(connection: &Connection, which: &str, bound: impl Params) -> Result<Vec<Link>, StoreError> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM link {which} ORDER BY left_account, left_id, right_account, right_id, pipeline"
    ))?;
    let mut rows = select.query(bound)?;
    let mut links = Vec::new();
    while let Some(row) = rows.next()? {
        links.push(read(row)?);
    }
    Ok(links)
}

/// The link of a row of [`COLUMNS`].
pub(super) fn read(row: &Row<'_>) -> Result<Link, StoreError> {
    Ok(Link {
        pipeline: row.get(0)?,
        left: LinkEnd { account: row.get(1)?, id: row.get(2)? },
        right: LinkEnd { account: row.get(3)?, id: row.get(4)? },
        since: instant(row.get(5)?)?,
        by_hand: row.get(7)?,
        base: base_text::read(&decode(&unpacked(row.get_ref(6)?)?)?)?,
    })
}
