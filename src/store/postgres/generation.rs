//! Generations of rules: numbers that only grow, the texts of the last one that served, and what those before it had
//! otherwise.

use tokio_postgres::Row;

use super::fault::Fault;
use super::session::{Session, execute, row, rows};
use crate::store::codec::{instant, nanos};
use crate::store::rules::{EARLIER_MAX, Generation, RuleText, RuleThen, texts_then};

/// The generation of a rule tree. The tree that served last keeps its number.
pub(super) async fn serve(session: &Session, hash: &str, texts: &[RuleText]) -> Result<Generation, Fault> {
    // Two processes that begin to serve at once do so one after the other.
    session.batch_execute("LOCK TABLE petiole.generation IN SHARE ROW EXCLUSIVE MODE").await?;
    if let Some((last, before)) = last_good(session).await? {
        if last.hash == hash {
            return Ok(last);
        }
        for earlier in RuleThen::of(last.number, &before, texts) {
            put_earlier(session, &earlier).await?;
        }
        let kept = last.number.saturating_add(1).saturating_sub(EARLIER_MAX);
        execute(session, "DELETE FROM petiole.rule_then WHERE generation < $1", &[&kept]).await?;
    }
    let new = "INSERT INTO petiole.generation (number, hash, since)
        SELECT coalesce(max(number), 0) + 1, $1, petiole.instant() FROM petiole.generation";
    execute(session, new, &[&hash]).await?;
    execute(session, "DELETE FROM petiole.rule_text", &[]).await?;
    let kept = "INSERT INTO petiole.rule_text (position, name, text)
        SELECT position, name, text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS new (name, text, position)";
    let names: Vec<&str> = texts.iter().map(|rule| rule.name.as_str()).collect();
    let bodies: Vec<&str> = texts.iter().map(|rule| rule.text.as_str()).collect();
    execute(session, kept, &[&names, &bodies]).await?;
    let served = last(session).await?;
    Ok(served.ok_or_else(|| crate::store::codec::damaged("a generation that was just kept is not there"))?)
}

/// What an earlier generation had otherwise, of a row: generation, name, text.
pub(super) fn read_earlier(row: &Row) -> Result<RuleThen, Fault> {
    Ok(RuleThen { generation: row.try_get(0)?, name: row.try_get(1)?, text: row.try_get(2)? })
}

/// Keeps what an earlier generation had otherwise.
pub(super) async fn put_earlier(session: &Session, earlier: &RuleThen) -> Result<(), Fault> {
    let text = "INSERT INTO petiole.rule_then (generation, name, text) VALUES ($1, $2, $3)";
    execute(session, text, &[&earlier.generation, &earlier.name, &earlier.text]).await?;
    Ok(())
}

/// The texts of a generation, where they can still be told.
pub(super) async fn served(session: &Session, number: i64) -> Result<Option<Vec<RuleText>>, Fault> {
    let Some((last, texts)) = last_good(session).await? else { return Ok(None) };
    let select = "SELECT generation, name, text FROM petiole.rule_then WHERE generation >= $1
        ORDER BY generation DESC, name";
    let earlier = rows(session, select, &[&number]).await?;
    let earlier = earlier.iter().map(read_earlier).collect::<Result<Vec<_>, _>>()?;
    Ok(texts_then((number, last.number), texts, earlier))
}

/// The last generation with its texts.
pub(super) async fn last_good(session: &Session) -> Result<Option<(Generation, Vec<RuleText>)>, Fault> {
    let Some(generation) = last(session).await? else { return Ok(None) };
    let mut texts = Vec::new();
    for row in rows(session, "SELECT name, text FROM petiole.rule_text ORDER BY position", &[]).await? {
        texts.push(read_text(&row)?);
    }
    Ok(Some((generation, texts)))
}

async fn last(session: &Session) -> Result<Option<Generation>, Fault> {
    let last = "SELECT number, hash, since FROM petiole.generation ORDER BY number DESC LIMIT 1";
    match row(session, last, &[]).await? {
        Some(row) => Ok(Some(read(&row)?)),
        None => Ok(None),
    }
}

/// The generation of a row: number, hash, since.
pub(super) fn read(row: &Row) -> Result<Generation, Fault> {
    Ok(Generation { number: row.try_get(0)?, hash: row.try_get(1)?, since: instant(row.try_get(2)?)? })
}

/// The text of a row: name, text.
pub(super) fn read_text(row: &Row) -> Result<RuleText, Fault> {
    Ok(RuleText { name: row.try_get(0)?, text: row.try_get(1)? })
}

/// Writes a generation that served elsewhere.
pub(super) async fn put(session: &Session, served: &Generation) -> Result<(), Fault> {
    let text = "INSERT INTO petiole.generation (number, hash, since) VALUES ($1, $2, $3)";
    execute(session, text, &[&served.number, &served.hash, &nanos(served.since)]).await?;
    Ok(())
}

/// Adds a text to those of the last one.
pub(super) async fn put_text(session: &Session, rule: &RuleText) -> Result<(), Fault> {
    let text = "INSERT INTO petiole.rule_text (position, name, text)
        SELECT coalesce(max(position) + 1, 1), $1, $2 FROM petiole.rule_text";
    execute(session, text, &[&rule.name, &rule.text]).await?;
    Ok(())
}
