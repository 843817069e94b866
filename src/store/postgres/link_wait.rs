//! Who was decided on for want of a link, and is looked at again once it is made.
//!
//! Whoever waits for a link and whoever makes it take the same lock before they look: so either the one sees the link,
//! or the other sees who waits.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::fault::Fault;
use super::session::{Bound, Session, execute, row, rows};
use super::telling::tell;
use crate::store::journal::{Hint, HintSource};
use crate::store::link::{Link, LinkEnd};
use crate::store::park::{Asked, LinkWait};
use crate::store::record::RecordRef;

/// One side of links that may be made: the pipeline, the side, and the end.
type Side<'a> = (&'a str, bool, &'a str, &'a str);

fn side<'a>(pipeline: &'a str, left: bool, end: &'a LinkEnd) -> Side<'a> {
    (pipeline, left, &end.account, &end.id)
}

/// Until the transaction ends nobody else makes a link of these sides, or begins to wait for one.
async fn lock(session: &Session, sides: &BTreeSet<Side<'_>>) -> Result<(), Fault> {
    let locked = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))";
    let mut names: Vec<String> = sides.iter().map(|side| format!("petiole {side:?}")).collect();
    names.sort_unstable();
    for name in names {
        execute(session, locked, &[&name]).await?;
    }
    Ok(())
}

/// Keeps what records wait for, in the place of what they did. What was linked meanwhile makes its record pending at
/// once.
pub(super) async fn keep(session: &Session, all: &[Asked], now: Timestamp) -> Result<(), Fault> {
    let waits = all.iter().flat_map(|asked| &asked.links);
    lock(session, &waits.map(|wait| side(&wait.pipeline, wait.left, &wait.end)).collect()).await?;
    for asked in all {
        let RecordRef { account, record, id } = &asked.target;
        let (own, with) = (&asked.pipeline, &asked.with);
        let before = "DELETE FROM petiole.link_wait WHERE asking_account = $1 AND asking_record = $2
            AND asking_id = $3 AND asking_pipeline = $4 AND asking_with = $5";
        execute(session, before, &[account, record, id, own, with]).await?;
        for wait in &asked.links {
            if is_linked(session, wait, asked).await? {
                tell(session, &[hint(asked.target.clone(), now)]).await?;
                break;
            }
            let kept = "INSERT INTO petiole.link_wait (pipeline, on_left, account, id, other,
                    asking_account, asking_record, asking_id, asking_pipeline, asking_with)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
            let LinkWait { pipeline, left, end, other } = wait;
            let bound: [Bound<'_>; 10] = [pipeline, left, &end.account, &end.id, other, account, record, id, own, with];
            execute(session, kept, &bound).await?;
        }
    }
    Ok(())
}

/// To be done before a link is written: see [`keep`].
pub(super) async fn about_to_make(session: &Session, link: &Link) -> Result<(), Fault> {
    let Link { pipeline, left, right, .. } = link;
    lock(session, &BTreeSet::from([side(pipeline, true, left), side(pipeline, false, right)])).await
}

/// A link is there: who waited for it is pending, except its own two records, which go on with it anyway.
pub(super) async fn made(session: &Session, link: &Link) -> Result<bool, Fault> {
    let over = "DELETE FROM petiole.link_wait
        WHERE (pipeline, on_left, account, id, other) IN (($1, true, $2, $3, $4), ($1, false, $4, $5, $2))
        RETURNING asking_account, asking_record, asking_id, asking_pipeline";
    let Link { pipeline, left, right, .. } = link;
    let bound: [Bound<'_>; 5] = [pipeline, &left.account, &left.id, &right.account, &right.id];
    let mut asking = BTreeSet::new();
    for row in rows(session, over, &bound).await? {
        let target = RecordRef { account: row.try_get(0)?, record: row.try_get(1)?, id: row.try_get(2)? };
        let of_this = row.try_get::<_, String>(3)? == *pipeline;
        let is_end = [left, right].iter().any(|end| end.account == target.account && end.id == target.id);
        let goes_on = of_this && is_end;
        if !goes_on {
            asking.insert(target);
        }
    }
    let hints: Vec<Hint> = asking.into_iter().map(|target| hint(target, link.since)).collect();
    Ok(tell(session, &hints).await? > 0)
}

fn hint(target: RecordRef, at: Timestamp) -> Hint {
    Hint { at, source: HintSource::Made, target, version: None, first: false }
}

/// Whether a link is there that a record waits for. One of the record's own pair is none: it goes on with that anyway.
async fn is_linked(session: &Session, wait: &LinkWait, asked: &Asked) -> Result<bool, Fault> {
    let LinkWait { pipeline, left, end, other } = wait;
    let RecordRef { account, id, .. } = &asked.target;
    let of_own = *pipeline == asked.pipeline;
    if of_own && (&end.account, &end.id) == (account, id) {
        return Ok(false);
    }
    let (near, far) = if *left { ("left", "right") } else { ("right", "left") };
    let there = format!(
        "SELECT 1 FROM petiole.link WHERE pipeline = $1 AND {near}_account = $2 AND {near}_id = $3
            AND {far}_account = $4 AND NOT ($5 AND {far}_account = $6 AND {far}_id = $7) LIMIT 1"
    );
    let bound: [Bound<'_>; 7] = [pipeline, &end.account, &end.id, other, &of_own, account, id];
    Ok(row(session, &there, &bound).await?.is_some())
}
