//! Nodes and what they hold: each lives until its time is over and somebody fences it.
//!
//! Whoever takes something as a node locks its row, which a fence takes away: so nothing is taken by a node that is
//! fenced, and a fence finds all that was taken before it.

use std::time::Duration;

use tokio_postgres::Row;

use super::claim::GIVEN_BACK;
use super::fault::Fault;
use super::limits::length;
use super::session::{Session, execute, row, rows};
use crate::store::coordination::{Hold, Living, Node};
use crate::store::error::StoreError;

/// Takes a pair that nobody has, or that this node has already, under a new token.
const HOLD: &str = "
    WITH me AS (SELECT epoch FROM petiole.node WHERE epoch = $1 FOR KEY SHARE),
    held AS (
        INSERT INTO petiole.pair_hold (pair, node, token) SELECT $2, epoch, nextval('petiole.token') FROM me
        ON CONFLICT (pair) DO UPDATE SET token = nextval('petiole.token') WHERE pair_hold.node = excluded.node
        RETURNING token
    )
    SELECT (SELECT epoch FROM me) IS NOT NULL, (SELECT token FROM held), EXISTS (
        SELECT 1 FROM petiole.pair_hold JOIN petiole.node ON epoch = pair_hold.node
        WHERE pair = $2 AND node.until > petiole.instant())";

/// Begins a node.
pub(super) async fn join(session: &Session, ttl: Duration) -> Result<Node, Fault> {
    let joins = "INSERT INTO petiole.node (epoch, until)
        VALUES (nextval('petiole.token'), petiole.instant() + $1) RETURNING epoch";
    let epoch = row(session, joins, &[&length(ttl)]).await?.map(|row| row.try_get(0)).transpose()?;
    Ok(Node(epoch.unwrap_or_default()))
}

/// A node lives on.
pub(super) async fn beat(session: &Session, node: Node, ttl: Duration) -> Result<(), Fault> {
    let beats = "UPDATE petiole.node SET until = greatest(until, petiole.instant() + $2) WHERE epoch = $1";
    if execute(session, beats, &[&node.0, &length(ttl)]).await? > 0 { Ok(()) } else { lost() }
}

/// Keeps what a node says of itself.
pub(super) async fn tell(session: &Session, node: Node, about: &str) -> Result<(), Fault> {
    let said = "UPDATE petiole.node SET about = $2 WHERE epoch = $1";
    if execute(session, said, &[&node.0, &about]).await? > 0 { Ok(()) } else { lost() }
}

/// The nodes that are not fenced, with what they have.
pub(super) async fn living(session: &Session) -> Result<Vec<Living>, Fault> {
    let told = "SELECT epoch, about, greatest(until - petiole.instant(), 0),
            array(SELECT name FROM petiole.role WHERE node = epoch AND role.until > petiole.instant() ORDER BY name),
            (SELECT count(*) FROM petiole.pair_hold WHERE node = epoch)
        FROM petiole.node ORDER BY epoch";
    let mut nodes = Vec::new();
    for row in rows(session, told, &[]).await? {
        nodes.push(Living {
            node: Node(row.try_get(0)?),
            about: row.try_get(1)?,
            lives_for: Duration::from_nanos(u64::try_from(row.try_get::<_, i64>(2)?).unwrap_or_default()),
            roles: row.try_get(3)?,
            holds: row.try_get::<_, i64>(4)?.unsigned_abs(),
        });
    }
    Ok(nodes)
}

fn lost<T>() -> Result<T, Fault> {
    Err(StoreError::LostClaim.into())
}

/// Fences the nodes whose time is over; which ones.
pub(super) async fn fence(session: &Session) -> Result<Vec<Node>, Fault> {
    let over = "DELETE FROM petiole.node WHERE epoch IN (
            SELECT epoch FROM petiole.node WHERE until <= petiole.instant() ORDER BY epoch FOR UPDATE)
        RETURNING epoch";
    let mut nodes = Vec::new();
    for row in rows(session, over, &[]).await? {
        nodes.push(row.try_get(0)?);
    }
    nodes.sort_unstable();
    take_back(session, &nodes).await?;
    Ok(nodes.into_iter().map(Node).collect())
}

/// Whether a node's time is over at all: looked at far more often than one is.
pub(super) async fn is_any_silent(session: &Session) -> Result<bool, Fault> {
    let over = "SELECT EXISTS (SELECT 1 FROM petiole.node WHERE until <= petiole.instant())";
    Ok(row(session, over, &[]).await?.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
}

/// A node ends.
pub(super) async fn leave(session: &Session, node: Node) -> Result<(), Fault> {
    execute(session, "DELETE FROM petiole.node WHERE epoch = $1", &[&node.0]).await?;
    take_back(session, &[node.0]).await
}

/// All that these had is free, and their work is due. What they drew of a budget stays counted: it may be in use.
async fn take_back(session: &Session, nodes: &[i64]) -> Result<(), Fault> {
    if nodes.is_empty() {
        return Ok(());
    }
    execute(session, "DELETE FROM petiole.pair_hold WHERE node = ANY ($1)", &[&nodes]).await?;
    execute(session, "DELETE FROM petiole.role WHERE node = ANY ($1)", &[&nodes]).await?;
    let work = format!(
        "UPDATE petiole.work SET {GIVEN_BACK}, due = petiole.instant() WHERE (account, record, id) IN (
            SELECT account, record, id FROM petiole.work WHERE state = 'flight' AND owner = ANY ($1)
            ORDER BY account, record, id FOR UPDATE)"
    );
    execute(session, &work, &[&nodes]).await?;
    Ok(())
}

/// Fences whoever has what this statement looks for by this name, if its time is over. False: it lives.
pub(super) async fn end_silent(session: &Session, holder: &str, name: &str) -> Result<bool, Fault> {
    let Some(holder) = row(session, holder, &[&name]).await? else { return Ok(true) };
    let holder: i64 = holder.try_get(0)?;
    let over = "DELETE FROM petiole.node WHERE epoch = $1 AND until <= petiole.instant()";
    if execute(session, over, &[&holder]).await? == 0 {
        let lives = row(session, "SELECT 1 FROM petiole.node WHERE epoch = $1", &[&holder]).await?;
        if lives.is_some() {
            return Ok(false);
        }
    }
    take_back(session, &[holder]).await?;
    Ok(true)
}

/// What became of it that a node wanted something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It is the node's, under this number.
    Now(i64),
    /// Another has it, and lives.
    Others,
    /// Another has it whose time is over.
    Silents,
}

impl Taken {
    /// The number under which it is had.
    pub(super) fn number(self) -> Option<i64> {
        match self {
            Self::Now(number) => Some(number),
            Self::Others | Self::Silents => None,
        }
    }
}

/// What became of it: whether the node is there, the number that it got, and whether whoever has it lives.
///
/// # Errors
/// [`StoreError::LostClaim`] where the node is fenced.
pub(super) fn taken(told: Option<Row>) -> Result<Taken, Fault> {
    let Some(told) = told else { return lost() };
    if !told.try_get(0)? {
        return lost();
    }
    Ok(match (told.try_get(1)?, told.try_get(2)?) {
        (Some(number), _) => Taken::Now(number),
        (None, true) => Taken::Others,
        (None, false) => Taken::Silents,
    })
}

/// Locks a node's row, so that nobody fences it before the transaction ends.
pub(super) async fn require(session: &Session, node: Node) -> Result<(), Fault> {
    let lives = "SELECT 1 FROM petiole.node WHERE epoch = $1 FOR KEY SHARE";
    if row(session, lives, &[&node.0]).await?.is_some() { Ok(()) } else { lost() }
}

/// Takes a pair that nobody else has.
pub(super) async fn hold(session: &Session, node: Node, pair: &str) -> Result<Taken, Fault> {
    taken(row(session, HOLD, &[&node.0, &pair]).await?)
}

/// The same after whoever has it is fenced, if its time is over.
pub(super) async fn hold_of_silent(session: &Session, node: Node, pair: &str) -> Result<Taken, Fault> {
    let holder = "SELECT node FROM petiole.pair_hold WHERE pair = $1";
    if end_silent(session, holder, pair).await? { hold(session, node, pair).await } else { Ok(Taken::Others) }
}

/// Checks that a hold is the current one.
pub(super) async fn holds(session: &Session, hold: Hold) -> Result<(), Fault> {
    let held = "SELECT 1 FROM petiole.pair_hold WHERE token = $1 AND node = $2";
    if row(session, held, &[&hold.token, &hold.node.0]).await?.is_some() { Ok(()) } else { lost() }
}

/// Gives a pair back; false: it was another's.
pub(super) async fn release(session: &Session, hold: Hold) -> Result<bool, Fault> {
    let gone = "DELETE FROM petiole.pair_hold WHERE token = $1 AND node = $2";
    Ok(execute(session, gone, &[&hold.token, &hold.node.0]).await? > 0)
}
