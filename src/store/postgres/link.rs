//! Links with their bases, found from either end.

use std::collections::BTreeSet;

use tokio_postgres::Row;

use super::fault::Fault;
use super::session::{Bound, Session, execute, rows};
use crate::store::base_text;
use crate::store::codec::{decode, encode, instant, nanos};
use crate::store::link::{Link, LinkEnd};

/// Writes a link whole: new, or in the place of the one between the same two records.
pub(super) async fn put(session: &Session, link: &Link) -> Result<(), Fault> {
    let written = "INSERT INTO petiole.link (pipeline, left_account, left_id, right_account, right_id, since, base,
            by_hand) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (pipeline, left_account, left_id, right_account, right_id)
        DO UPDATE SET since = excluded.since, base = excluded.base, by_hand = excluded.by_hand";
    let bound: [Bound<'_>; 8] = [
        &link.pipeline,
        &link.left.account,
        &link.left.id,
        &link.right.account,
        &link.right.id,
        &nanos(link.since),
        &encode(&base_text::value_of(&link.base))?,
        &link.by_hand,
    ];
    execute(session, written, &bound).await?;
    Ok(())
}

/// Takes a link away, by the two records that it is between.
pub(super) async fn remove(session: &Session, link: &Link) -> Result<(), Fault> {
    let gone = "DELETE FROM petiole.link WHERE pipeline = $1 AND left_account = $2 AND left_id = $3
        AND right_account = $4 AND right_id = $5";
    let Link { pipeline, left, right, .. } = link;
    execute(session, gone, &[pipeline, &left.account, &left.id, &right.account, &right.id]).await?;
    Ok(())
}

/// Links that have this end on one side.
pub(super) async fn at(session: &Session, pipeline: &str, left: bool, end: &LinkEnd) -> Result<Vec<Link>, Fault> {
    let which = if left {
        "WHERE pipeline = $1 AND left_account = $2 AND left_id = $3"
    } else {
        "WHERE pipeline = $1 AND right_account = $2 AND right_id = $3"
    };
    select(session, which, &[&pipeline, &end.account, &end.id]).await
}

/// The keys of an account's records that a pipeline links, of its left (or right) side.
pub(super) async fn ids(
    session: &Session,
    pipeline: &str,
    (left, account): (bool, &str),
) -> Result<BTreeSet<String>, Fault> {
    let side = if left { "left" } else { "right" };
    let text = format!("SELECT {side}_id FROM petiole.link WHERE pipeline = $1 AND {side}_account = $2");
    let mut ids = BTreeSet::new();
    for row in rows(session, &text, &[&pipeline, &account]).await? {
        ids.insert(row.try_get(0)?);
    }
    Ok(ids)
}

/// All links of a pipeline.
pub(super) async fn of(session: &Session, pipeline: &str) -> Result<Vec<Link>, Fault> {
    select(session, "WHERE pipeline = $1", &[&pipeline]).await
}

/// Links that a person made, in place of a match.
pub(super) async fn by_hand(session: &Session) -> Result<Vec<Link>, Fault> {
    select(session, "WHERE by_hand", &[]).await
}

async fn select(session: &Session, which: &str, bound: &[Bound<'_>]) -> Result<Vec<Link>, Fault> {
    let text = format!(
        "SELECT {COLUMNS} FROM petiole.link
         {which} ORDER BY left_account, left_id, right_account, right_id, pipeline"
    );
    rows(session, &text, bound).await?.iter().map(read).collect()
}

/// What is read of a link.
pub(super) const COLUMNS: &str = "pipeline, left_account, left_id, right_account, right_id, since, base, by_hand";

/// The link of a row of [`COLUMNS`].
pub(super) fn read(row: &Row) -> Result<Link, Fault> {
    Ok(Link {
        pipeline: row.try_get(0)?,
        left: LinkEnd { account: row.try_get(1)?, id: row.try_get(2)? },
        right: LinkEnd { account: row.try_get(3)?, id: row.try_get(4)? },
        since: instant(row.try_get(5)?)?,
        by_hand: row.try_get(7)?,
        base: base_text::read(&decode(&row.try_get::<_, String>(6)?)?)?,
    })
}
