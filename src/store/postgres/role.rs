//! Roles: what one node at a time does for all, under a term that is never given twice.

use std::time::Duration;

use super::fault::Fault;
use super::limits::length;
use super::node::{self, Taken};
use super::session::{Session, execute, row};
use crate::store::coordination::{Lead, Node, Role};
use crate::store::error::StoreError;

/// Takes a role or keeps it, under the same term, unless another has it whose time is not over.
const LEAD: &str = "
    WITH me AS (SELECT epoch FROM petiole.node WHERE epoch = $1 FOR KEY SHARE),
    led AS (
        INSERT INTO petiole.role (name, node, term, until)
        SELECT $2, epoch, nextval('petiole.token'), petiole.instant() + $3 FROM me
        ON CONFLICT (name) DO UPDATE SET node = excluded.node, until = excluded.until,
            term = CASE WHEN role.node = excluded.node THEN role.term ELSE nextval('petiole.token') END
            WHERE role.node = excluded.node OR role.until <= petiole.instant()
        RETURNING term
    )
    SELECT (SELECT epoch FROM me) IS NOT NULL, (SELECT term FROM led), EXISTS (
        SELECT 1 FROM petiole.role JOIN petiole.node ON epoch = role.node
        WHERE name = $2 AND node.until > petiole.instant())";

/// Takes a role that nobody else has, or keeps it.
pub(super) async fn lead(session: &Session, node: Node, role: &Role, until: Duration) -> Result<Taken, Fault> {
    node::taken(row(session, LEAD, &[&node.0, &role.to_string(), &length(until)]).await?)
}

/// The same after whoever has it is fenced, if its time is over.
pub(super) async fn lead_of_silent(
    session: &Session,
    node: Node,
    role: &Role,
    until: Duration,
) -> Result<Taken, Fault> {
    let holder = "SELECT node FROM petiole.role WHERE name = $1";
    let is_free = node::end_silent(session, holder, &role.to_string()).await?;
    if is_free { lead(session, node, role, until).await } else { Ok(Taken::Others) }
}

/// Gives a role back; false: it was another's.
pub(super) async fn resign(session: &Session, lead: &Lead) -> Result<bool, Fault> {
    let gone = "DELETE FROM petiole.role WHERE name = $1 AND term = $2";
    Ok(execute(session, gone, &[&lead.role.to_string(), &lead.term]).await? > 0)
}

/// Locks a role that is still had under this term until the transaction ends: nobody takes it before that.
///
/// # Errors
/// [`StoreError::LostClaim`].
pub(super) async fn check(session: &Session, under: Option<&Lead>) -> Result<(), Fault> {
    let Some(lead) = under else { return Ok(()) };
    let held = "SELECT 1 FROM petiole.role WHERE name = $1 AND term = $2 FOR SHARE";
    match row(session, held, &[&lead.role.to_string(), &lead.term]).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::LostClaim.into()),
    }
}
