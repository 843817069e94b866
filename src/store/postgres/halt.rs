//! What a person has wait, and whose work waits for it.
//!
//! Whoever has work wait locks the halt's row, which a lift takes away: so either the lift finds the work, or the work
//! finds that the halt is over.

use tokio_postgres::Row;

use super::fault::Fault;
use super::session::{Bound, Session, execute, row, rows};
use super::telling::tell;
use crate::store::codec::{damaged, instant, nanos};
use crate::store::halts::{Halt, HaltWait, Lifted, Standing, goes_on_as};
use crate::store::journal::{Hint, HintSource, Work};
use crate::store::reach::Reach;
use crate::store::record::RecordRef;

/// What is read of a halt that moves to another store.
pub(super) const COLUMNS: &str = "reach, since, until, because, owes_sweep";

/// The same of work that waits for one.
pub(super) const WAIT_COLUMNS: &str = "reach, account, record, id, source, since, first";

/// Has something wait.
pub(super) async fn put(session: &Session, halt: &Halt, owes_sweep: bool) -> Result<(), Fault> {
    let put = "INSERT INTO petiole.halt (reach, since, until, because, owes_sweep) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (reach) DO UPDATE SET since = excluded.since, until = excluded.until, because = excluded.because";
    let (since, until) = (nanos(halt.since), halt.until.map(nanos));
    // The one sign that the database keeps none of.
    let because = halt.because.replace('\0', "\u{fffd}");
    let bound: [Bound<'_>; 5] = [&halt.reach.key(), &since, &until, &because, &owes_sweep];
    execute(session, put, &bound).await?;
    Ok(())
}

/// All of it, oldest first.
pub(super) async fn all(session: &Session) -> Result<Vec<Standing>, Fault> {
    let all = format!(
        "SELECT {COLUMNS}, (SELECT count(*) FROM petiole.halted WHERE halted.reach = halt.reach) FROM petiole.halt
         ORDER BY since, reach"
    );
    let mut standing = Vec::new();
    for row in rows(session, &all, &[]).await? {
        let (halt, owes_sweep) = read(&row)?;
        standing.push(Standing { halt, waiting: row.try_get::<_, i64>(5)?.unsigned_abs(), owes_sweep });
    }
    Ok(standing)
}

/// The halt of a row of [`COLUMNS`], and whether it owes a sweep.
pub(super) fn read(row: &Row) -> Result<(Halt, bool), Fault> {
    let until: Option<i64> = row.try_get(2)?;
    let halt = Halt {
        reach: reach_of(row)?,
        since: instant(row.try_get(1)?)?,
        until: until.map(instant).transpose()?,
        because: row.try_get(3)?,
    };
    Ok((halt, row.try_get(4)?))
}

/// What a row is about, in its first column.
fn reach_of(row: &Row) -> Result<Reach, Fault> {
    let text: String = row.try_get(0)?;
    Reach::parse(&text).ok_or_else(|| damaged(&text).into())
}

/// The work of a row of [`WAIT_COLUMNS`].
pub(super) fn read_wait(row: &Row) -> Result<HaltWait, Fault> {
    let source: String = row.try_get(4)?;
    Ok(HaltWait {
        reach: reach_of(row)?,
        target: RecordRef { account: row.try_get(1)?, record: row.try_get(2)?, id: row.try_get(3)? },
        source: HintSource::parse(&source).ok_or_else(|| damaged(&source))?,
        since: instant(row.try_get(5)?)?,
        first: row.try_get(6)?,
    })
}

/// A piece of work waits from now on, or is pending again where the halt is over. Of what a sweep tells of more than
/// one record, the sweep comes again.
pub(super) async fn keep(session: &Session, reach: &Reach, work: &Work) -> Result<(), Fault> {
    let RecordRef { account, record, id } = &work.target;
    let told = "SELECT first FROM petiole.work WHERE account = $1 AND record = $2 AND id = $3";
    let first = row(session, told, &[account, record, id]).await?.map(|row| row.try_get(0)).transpose()?;
    let wait = HaltWait {
        reach: reach.clone(),
        target: work.target.clone(),
        source: work.source,
        since: work.since,
        first: first.unwrap_or_default(),
    };
    let key = reach.key();
    let stands = "SELECT owes_sweep FROM petiole.halt WHERE reach = $1 FOR KEY SHARE";
    let Some(stands) = row(session, stands, &[&key]).await? else {
        tell(session, &[hint(wait)]).await?;
        return Ok(());
    };
    if work.source == HintSource::Sweep && !matches!(reach, Reach::Record(_)) {
        if !stands.try_get::<_, bool>(0)? {
            let owed = "UPDATE petiole.halt SET owes_sweep = true WHERE reach = $1 AND NOT owes_sweep";
            execute(session, owed, &[&key]).await?;
        }
        return Ok(());
    }
    put_wait(session, &wait).await
}

fn hint(HaltWait { target, source, since, first, .. }: HaltWait) -> Hint {
    Hint { at: since, source, target, version: None, first }
}

/// Work waits for a halt, together with what was told before.
pub(super) async fn put_wait(session: &Session, wait: &HaltWait) -> Result<(), Fault> {
    let put = format!(
        "INSERT INTO petiole.halted ({WAIT_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (reach, account, record, id) DO UPDATE SET source = {},
            since = least(halted.since, excluded.since), first = halted.first OR excluded.first",
        HintSource::joined_in_sql("halted.source")
    );
    let RecordRef { account, record, id } = &wait.target;
    let (key, source, since) = (wait.reach.key(), wait.source.as_str(), nanos(wait.since));
    let bound: [Bound<'_>; 7] = [&key, account, record, id, &source, &since, &wait.first];
    execute(session, &put, &bound).await?;
    Ok(())
}

/// Ends halts: this one, or those whose time is over.
pub(super) async fn lift(session: &Session, reach: Option<&Reach>) -> Result<Vec<Lifted>, Fault> {
    let over = "DELETE FROM petiole.halt
        WHERE CASE WHEN $1::text IS NULL THEN until <= petiole.instant() ELSE reach = $1 END
        RETURNING reach, owes_sweep";
    let mut lifted = Vec::new();
    for row in rows(session, over, &[&reach.map(Reach::key)]).await? {
        let reach = reach_of(&row)?;
        lifted.push(Lifted { reach, records: 0, owes_sweep: row.try_get(1)? });
    }
    lifted.sort_by(|a, b| a.reach.cmp(&b.reach));
    let waited = format!("DELETE FROM petiole.halted WHERE reach = $1 RETURNING {WAIT_COLUMNS}");
    for one in &mut lifted {
        let mut hints = Vec::new();
        for row in rows(session, &waited, &[&one.reach.key()]).await? {
            let wait = read_wait(&row)?;
            let source = goes_on_as(wait.source);
            hints.push(Hint { source, ..hint(wait) });
        }
        one.records = u64::try_from(hints.len()).unwrap_or(u64::MAX);
        tell(session, &hints).await?;
    }
    Ok(lifted)
}
