//! Generations of rules: numbers that only grow, the texts of the last one that served, and what those before it had
//! otherwise.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::store::codec::{instant, nanos};
use crate::store::error::StoreError;
use crate::store::rules::{EARLIER_MAX, Generation, RuleText, RuleThen, texts_then};

/// The generation of a rule tree. The tree that served last keeps its number.
pub(super) fn serve(
    connection: &Connection,
    hash: &str,
    texts: &[RuleText],
    now: Timestamp,
) -> Result<Generation, StoreError> {
    let last = last_good(connection)?;
    if let Some((same, _)) = last.as_ref().filter(|(last, _)| last.hash == hash) {
        return Ok(same.clone());
    }
    let number = last.as_ref().map_or(1, |(last, _)| last.number + 1);
    if let Some((last, before)) = &last {
        RuleThen::of(last.number, before, texts).iter().try_for_each(|earlier| put_earlier(connection, earlier))?;
    }
    connection.execute("DELETE FROM rule_then WHERE generation < ?1", [number.saturating_sub(EARLIER_MAX)])?;
    connection.execute(
        "INSERT INTO generation (number, hash, since) VALUES (?1, ?2, ?3)",
        params![number, hash, nanos(now)],
    )?;
    connection.execute("DELETE FROM rule_text", [])?;
    let mut insert = connection.prepare_cached("INSERT INTO rule_text (position, name, text) VALUES (?1, ?2, ?3)")?;
    for (position, rule) in (0_i64..).zip(texts) {
        insert.execute(params![position, rule.name, rule.text])?;
    }
    // What callers get now equals what they get after a restart.
    Ok(Generation { number, hash: hash.to_owned(), since: instant(nanos(now))? })
}

/// The generation of a row: number, hash, since.
pub(super) fn read(row: &Row<'_>) -> Result<Generation, StoreError> {
    Ok(Generation { number: row.get(0)?, hash: row.get(1)?, since: instant(row.get(2)?)? })
}

/// The text of a row: name, text.
pub(super) fn read_text(row: &Row<'_>) -> Result<RuleText, StoreError> {
    Ok(RuleText { name: row.get(0)?, text: row.get(1)? })
}

/// Writes a generation that served elsewhere.
pub(super) fn put(connection: &Connection, served: &Generation) -> Result<(), StoreError> {
    let text = "INSERT INTO generation (number, hash, since) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(text)?.execute(params![served.number, served.hash, nanos(served.since)])?;
    Ok(())
}

/// Adds a text to those of the last one.
pub(super) fn put_text(connection: &Connection, rule: &RuleText) -> Result<(), StoreError> {
    let text = "INSERT INTO rule_text (position, name, text)
         SELECT coalesce(max(position) + 1, 0), ?1, ?2 FROM rule_text";
    connection.prepare_cached(text)?.execute(params![rule.name, rule.text])?;
    Ok(())
}

/// What an earlier generation had otherwise, of a row: generation, name, text.
pub(super) fn read_earlier(row: &Row<'_>) -> Result<RuleThen, StoreError> {
    Ok(RuleThen { generation: row.get(0)?, name: row.get(1)?, text: row.get(2)? })
}

/// Keeps what an earlier generation had otherwise.
pub(super) fn put_earlier(connection: &Connection, earlier: &RuleThen) -> Result<(), StoreError> {
    let text = "INSERT INTO rule_then (generation, name, text) VALUES (?1, ?2, ?3)";
    let RuleThen { generation, name, text: then } = earlier;
    connection.prepare_cached(text)?.execute(params![generation, name, then])?;
    Ok(())
}

/// The texts of a generation, where they can still be told.
pub(super) fn served(connection: &Connection, number: i64) -> Result<Option<Vec<RuleText>>, StoreError> {
    let Some((last, texts)) = last_good(connection)? else { return Ok(None) };
    let select = "SELECT generation, name, text FROM rule_then WHERE generation >= ?1 ORDER BY generation DESC, name";
    let mut select = connection.prepare_cached(select)?;
    let mut rows = select.query([number])?;
    let mut earlier = Vec::new();
    while let Some(row) = rows.next()? {
        earlier.push(read_earlier(row)?);
    }
    Ok(texts_then((number, last.number), texts, earlier))
}

/// The last generation with its texts.
pub(super) fn last_good(connection: &Connection) -> Result<Option<(Generation, Vec<RuleText>)>, StoreError> {
    let Some(generation) = last(connection)? else { return Ok(None) };
    let mut select = connection.prepare_cached("SELECT name, text FROM rule_text ORDER BY position")?;
    let texts = select.query_map([], |row| Ok(RuleText { name: row.get(0)?, text: row.get(1)? }))?;
    Ok(Some((generation, texts.collect::<Result<_, _>>()?)))
}

fn last(connection: &Connection) -> Result<Option<Generation>, StoreError> {
    let found: Option<(i64, String, i64)> = connection
        .prepare_cached("SELECT number, hash, since FROM generation ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    found.map(|(number, hash, since)| Ok(Generation { number, hash, since: instant(since)? })).transpose()
}
