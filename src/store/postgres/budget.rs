//! Budgets: how many calls of an account whoever draws may still make, counted over all nodes under the account's row.

use std::time::Duration;

use super::fault::Fault;
use super::limits::length;
use super::node;
use super::session::{Session, execute, row, rows};
use crate::store::coordination::{DRAW_LASTS, Draw, Drawn, Node, Rate};

/// Takes calls out of a budget.
pub(super) async fn draw(
    session: &Session,
    node: Node,
    account: &str,
    (wanted, rate): (u32, Rate),
) -> Result<Draw, Fault> {
    node::require(session, node).await?;
    let (paused, number) = lock(session, account).await?;
    execute(session, "DELETE FROM petiole.drawn WHERE account = $1 AND until <= petiole.instant()", &[&account])
        .await?;
    let counted = "SELECT coalesce(sum(calls), 0)::bigint, coalesce(min(until) - petiole.instant(), 0)
        FROM petiole.drawn WHERE account = $1";
    let counted = row(session, counted, &[&account]).await?;
    let (sum, free): (i64, i64) = match counted {
        Some(row) => (row.try_get(0)?, row.try_get(1)?),
        None => (0, 0),
    };
    let left = i64::from(rate.calls).saturating_sub(sum).clamp(0, i64::from(wanted));
    let calls = if paused > 0 { 0 } else { u32::try_from(left).unwrap_or_default() };
    if calls > 0 {
        let counts = length(DRAW_LASTS.saturating_add(rate.per));
        let drawn = "INSERT INTO petiole.drawn (number, account, calls, until)
            VALUES ($1, $2, $3, petiole.instant() + $4)";
        execute(session, drawn, &[&number, &account, &i64::from(calls), &counts]).await?;
    }
    let wait = if paused > 0 { paused } else { free };
    let wait = if calls > 0 { Duration::ZERO } else { Duration::from_nanos(u64::try_from(wait).unwrap_or_default()) };
    Ok(Draw { number, calls, lasts: DRAW_LASTS, wait })
}

/// Locks an account's budget: for how long nobody draws of it, and the number of what is drawn next.
async fn lock(session: &Session, account: &str) -> Result<(i64, i64), Fault> {
    let locked = "SELECT paused_until - petiole.instant(), nextval('petiole.token') FROM petiole.budget
        WHERE account = $1 FOR UPDATE";
    if let Some(row) = row(session, locked, &[&account]).await? {
        return Ok((row.try_get(0)?, row.try_get(1)?));
    }
    let new = "INSERT INTO petiole.budget (account) VALUES ($1) ON CONFLICT DO NOTHING";
    execute(session, new, &[&account]).await?;
    match row(session, locked, &[&account]).await? {
        Some(row) => Ok((row.try_get(0)?, row.try_get(1)?)),
        None => Ok((0, 0)),
    }
}

/// What is drawn of each budget.
pub(super) async fn all(session: &Session) -> Result<Vec<Drawn>, Fault> {
    let told = "SELECT budget.account, greatest(paused_until - petiole.instant(), 0), coalesce(sum(calls), 0)::bigint
        FROM petiole.budget LEFT JOIN petiole.drawn
            ON drawn.account = budget.account AND drawn.until > petiole.instant()
        GROUP BY budget.account ORDER BY budget.account";
    let mut budgets = Vec::new();
    for row in rows(session, told, &[]).await? {
        budgets.push(Drawn {
            account: row.try_get(0)?,
            paused_for: Duration::from_nanos(u64::try_from(row.try_get::<_, i64>(1)?).unwrap_or_default()),
            calls: row.try_get::<_, i64>(2)?.unsigned_abs(),
        });
    }
    Ok(budgets)
}

/// Gives calls of a draw back, once.
pub(super) async fn give_back(session: &Session, draw: &Draw, unused: u32) -> Result<(), Fault> {
    let given = "UPDATE petiole.drawn SET calls = greatest(0, calls - $2), is_settled = true
        WHERE number = $1 AND NOT is_settled";
    execute(session, given, &[&draw.number, &i64::from(unused)]).await?;
    Ok(())
}

/// Nobody draws for so long.
pub(super) async fn pause(session: &Session, account: &str, until: Duration) -> Result<(), Fault> {
    let paused = "INSERT INTO petiole.budget (account, paused_until) VALUES ($1, petiole.instant() + $2)
        ON CONFLICT (account) DO UPDATE SET paused_until = greatest(budget.paused_until, excluded.paused_until)";
    execute(session, paused, &[&account, &length(until)]).await?;
    Ok(())
}
