//! Links with their bases.

use rusqlite::{Row, Transaction, params};

use super::values::{instant, read, write};
use crate::store::link::{Base, BaseValues, Link, LinkEnd};
use crate::value::{Record, Value};

const COLUMNS: &str = "pipeline, left_account, left_id, right_account, right_id, since, base";

pub(super) fn of_end(tx: &Transaction<'_>, pipeline: &str, left: bool, end: &LinkEnd) -> rusqlite::Result<Vec<Link>> {
    let side = if left { "left" } else { "right" };
    let sql = format!("select {COLUMNS} from link where pipeline = ?1 and {side}_account = ?2 and {side}_id = ?3");
    let mut found = tx.prepare_cached(&sql)?;
    let rows = found.query_map(params![pipeline, end.account, end.id], link)?;
    rows.collect()
}

pub(super) fn of_pipeline(tx: &Transaction<'_>, pipeline: &str) -> rusqlite::Result<Vec<Link>> {
    let mut found = tx.prepare_cached(&format!("select {COLUMNS} from link where pipeline = ?1"))?;
    let rows = found.query_map([pipeline], link)?;
    rows.collect()
}

pub(super) fn put(tx: &Transaction<'_>, link: &Link) -> rusqlite::Result<()> {
    let base = link
        .base
        .iter()
        .map(|(rule, values)| (rule.clone(), Value::List(vec![values.left.clone(), values.right.clone()])));
    tx.prepare_cached(
        "insert into link (pipeline, left_account, left_id, right_account, right_id, since, base)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict do update set base = excluded.base",
    )?
    .execute(params![
        link.pipeline,
        link.left.account,
        link.left.id,
        link.right.account,
        link.right.id,
        link.since.to_string(),
        write(&Value::Record(base.collect::<Record>()))
    ])?;
    Ok(())
}

fn link(row: &Row<'_>) -> rusqlite::Result<Link> {
    let since: String = row.get(5)?;
    let base: String = row.get(6)?;
    Ok(Link {
        pipeline: row.get(0)?,
        left: LinkEnd { account: row.get(1)?, id: row.get(2)? },
        right: LinkEnd { account: row.get(3)?, id: row.get(4)? },
        since: instant(&since),
        base: base_of(&read(&base)),
    })
}

fn base_of(value: &Value) -> Base {
    let pair = |value: &Value| {
        let items = value.as_list().unwrap_or_default();
        BaseValues {
            left: items.first().cloned().unwrap_or_default(),
            right: items.get(1).cloned().unwrap_or_default(),
        }
    };
    value.as_record().into_iter().flatten().map(|(rule, value)| (rule.clone(), pair(value))).collect()
}
