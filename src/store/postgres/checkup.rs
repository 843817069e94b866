//! What goes wrong with a database: rights, distance, clocks, what keeps dead rows alive, nodes that differ.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value as Json;

use super::fault::Fault;
use super::node;
use super::postgres_store::PostgresStore;
use super::session::{Session, ask, row, rows};
use crate::store::checkup::{Checked, Checkup, Health};
use crate::store::error::StoreError;
use crate::world::{Clock as _, SystemClock};

/// How long a question and its answer may be under way before nodes are slow.
const ROUND_TRIP_MAX: Duration = Duration::from_millis(10);

/// Questions of which the middle one counts.
const QUESTIONS: usize = 5;

/// How far a clock may be off before a person should know.
const CLOCK_OFF_MAX: Duration = Duration::from_mins(1);

/// How long somebody may keep old rows alive.
const HORIZON_MAX: Duration = Duration::from_mins(5);

/// Dead rows of a table with much coming and going before they slow it down.
const DEAD_ROWS_MAX: i64 = 50_000;

/// Of a hundred connections so many may be taken.
const CONNECTIONS_PERCENT_MAX: i64 = 80;

#[async_trait]
impl Checkup for PostgresStore {
    async fn examine(&self) -> Result<Vec<Checked>, StoreError> {
        ask!(read &self.sessions, session => all(session))
    }
}

async fn all(session: &Session) -> Result<Vec<Checked>, Fault> {
    Ok(vec![
        server(session).await?,
        writable(session).await?,
        rights(session).await?,
        durable(session).await?,
        round_trip(session).await?,
        clock(session).await?,
        connections(session).await?,
        horizon(session).await?,
        dead_rows(session).await?,
        nodes(session).await?,
    ])
}

async fn text(session: &Session, statement: &str) -> Result<String, Fault> {
    Ok(row(session, statement, &[]).await?.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
}

async fn number(session: &Session, statement: &str) -> Result<i64, Fault> {
    Ok(row(session, statement, &[]).await?.map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
}

async fn server(session: &Session) -> Result<Checked, Fault> {
    let version = text(session, "SELECT current_setting('server_version')").await?;
    let step = number(session, "SELECT coalesce(max(number), 0)::bigint FROM petiole.step").await?;
    Ok(Checked::well("server", format!("PostgreSQL {version}, schema {step}")))
}

async fn writable(session: &Session) -> Result<Checked, Fault> {
    let asked = "SELECT pg_is_in_recovery()::text || ' ' || current_setting('default_transaction_read_only')";
    let told = text(session, asked).await?;
    if told == "false off" {
        return Ok(Checked::well("writable", "the server takes writes"));
    }
    let mend = "name the primary in the store's URL, or several hosts with `target_session_attrs=read-write`";
    Ok(Checked::ill("writable", Health::Wrong, "the server only reads: it is a stand-by, or was told so", mend))
}

async fn rights(session: &Session) -> Result<Checked, Fault> {
    let who = text(session, "SELECT current_user::text").await?;
    let others = "SELECT count(*) FROM pg_tables WHERE schemaname = 'petiole' AND tableowner <> current_user
        AND NOT pg_has_role(current_user, tableowner, 'USAGE')";
    let others = number(session, others).await?;
    if others == 0 {
        return Ok(Checked::well("rights", format!("`{who}` owns the tables")));
    }
    let seen = format!("`{who}` does not own {others} of the tables, and a newer petiole could not migrate them");
    let mend = format!("REASSIGN OWNED BY the_other TO \"{who}\", or name the owner in the store's URL");
    Ok(Checked::ill("rights", Health::Doubtful, seen, mend))
}

async fn durable(session: &Session) -> Result<Checked, Fault> {
    let asked = "SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit')";
    let told = text(session, asked).await?;
    let (fsync, commit) = told.split_once(' ').unwrap_or_default();
    if fsync != "on" {
        let mend = "set fsync = on in postgresql.conf";
        return Ok(Checked::ill("durable", Health::Wrong, "fsync is off: a power cut can take all of it", mend));
    }
    if commit == "off" {
        let mend = "ALTER ROLE … SET synchronous_commit = on";
        let seen = "synchronous_commit is off: a crash can take webhooks that were answered with 202";
        return Ok(Checked::ill("durable", Health::Wrong, seen, mend));
    }
    Ok(Checked::well("durable", format!("synchronous_commit is {commit}")))
}

async fn round_trip(session: &Session) -> Result<Checked, Fault> {
    let mut taken = Vec::new();
    for _ in 0..QUESTIONS {
        let begun = SystemClock.steady();
        number(session, "SELECT 1::bigint").await?;
        taken.push(SystemClock.steady().duration_since(begun).unsigned_abs());
    }
    taken.sort_unstable();
    let middle = taken.get(QUESTIONS / 2).copied().unwrap_or_default();
    let seen = format!("{:.1} ms for a question and its answer", middle.as_secs_f64() * 1_000.0);
    if middle <= ROUND_TRIP_MAX {
        return Ok(Checked::well("distance", seen));
    }
    let mend = "put the nodes near the database: each order asks it some dozens of times";
    Ok(Checked::ill("distance", Health::Doubtful, seen, mend))
}

async fn clock(session: &Session) -> Result<Checked, Fault> {
    let theirs = number(session, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint").await?;
    let theirs = Timestamp::from_millisecond(theirs).unwrap_or_default();
    let off = SystemClock.now().duration_since(theirs);
    let (seconds, word) = (off.as_secs_f64().abs(), if off.is_negative() { "behind" } else { "ahead of" });
    let seen = format!("this machine's is {seconds:.1} s {word} the database's, which counts");
    if off.unsigned_abs() <= CLOCK_OFF_MAX {
        return Ok(Checked::well("clock", seen));
    }
    let mend = "nothing is due by this machine's clock, but its log is off, and signed times may be: see to its NTP";
    Ok(Checked::ill("clock", Health::Doubtful, seen, mend))
}

async fn connections(session: &Session) -> Result<Checked, Fault> {
    let taken = number(session, "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").await?;
    let most = number(session, "SELECT current_setting('max_connections')::bigint").await?;
    let seen = format!("{taken} of {most} are taken; a node takes up to {}", super::limits::CONNECTIONS + 1);
    if taken.saturating_mul(100) <= most.saturating_mul(CONNECTIONS_PERCENT_MAX) {
        return Ok(Checked::well("connections", seen));
    }
    Ok(Checked::ill("connections", Health::Doubtful, seen, "raise max_connections, or run fewer nodes"))
}

/// Who has the oldest view of the database: no row that it may see goes, however dead.
async fn horizon(session: &Session) -> Result<Checked, Fault> {
    let holders = "
        SELECT 'process ' || pid || ' (' || coalesce(nullif(application_name, ''), 'no name') || ', user '
                || coalesce(usename, '?') || ', ' || coalesce(state, '?') || ')',
            extract(epoch FROM clock_timestamp() - xact_start)::bigint,
            'SELECT pg_terminate_backend(' || pid || ')', age(backend_xmin)::bigint
            FROM pg_stat_activity
            -- Of other users' processes only pg_read_all_stats is told since when.
            WHERE backend_xmin IS NOT NULL AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
        UNION ALL
        SELECT 'prepared transaction ' || gid, extract(epoch FROM clock_timestamp() - prepared)::bigint,
            'ROLLBACK PREPARED ' || quote_literal(gid), age(transaction)::bigint FROM pg_prepared_xacts
        UNION ALL
        SELECT 'replication slot ' || slot_name, NULL,
            'SELECT pg_drop_replication_slot(' || quote_literal(slot_name) || '), if nobody reads it',
            greatest(age(xmin), age(catalog_xmin))::bigint
            FROM pg_replication_slots WHERE NOT active AND coalesce(xmin, catalog_xmin) IS NOT NULL
        ORDER BY 4 DESC NULLS LAST LIMIT 1";
    let Some(oldest) = row(session, holders, &[]).await? else {
        return Ok(Checked::well("horizon", "nobody keeps dead rows alive"));
    };
    let (who, seconds, end): (String, Option<i64>, String) =
        (oldest.try_get(0)?, oldest.try_get(1)?, oldest.try_get(2)?);
    let seconds = seconds.unwrap_or(i64::MAX);
    if seconds <= i64::try_from(HORIZON_MAX.as_secs()).unwrap_or(i64::MAX) {
        return Ok(Checked::well("horizon", format!("{who} has had its view for {seconds} s")));
    }
    let since = if seconds == i64::MAX { String::new() } else { format!(" for {} min", seconds / 60) };
    let seen = format!("{who} keeps dead rows alive{since}; the tables of work grow until it ends");
    Ok(Checked::ill("horizon", Health::Doubtful, seen, format!("end it: {end}")))
}

async fn dead_rows(session: &Session) -> Result<Checked, Fault> {
    let worst = "SELECT relname::text, n_dead_tup, n_live_tup, coalesce(last_autovacuum::text, 'never')
        FROM pg_stat_user_tables
        WHERE schemaname = 'petiole' AND relname IN ('work', 'pair_hold', 'drawn', 'node', 'role')
        ORDER BY n_dead_tup DESC LIMIT 1";
    let Some(worst) = row(session, worst, &[]).await? else {
        return Ok(Checked::well("dead rows", "none are counted"));
    };
    let (table, dead, alive): (String, i64, i64) = (worst.try_get(0)?, worst.try_get(1)?, worst.try_get(2)?);
    let vacuum: String = worst.try_get(3)?;
    let seen = format!("{dead} beside {alive} live ones in `{table}`; last taken out by itself: {vacuum}");
    if dead <= DEAD_ROWS_MAX.max(alive) {
        return Ok(Checked::well("dead rows", seen));
    }
    let mend = format!("see that autovacuum is on and that nobody keeps them (horizon); now: VACUUM petiole.{table}");
    Ok(Checked::ill("dead rows", Health::Doubtful, seen, mend))
}

async fn nodes(session: &Session) -> Result<Checked, Fault> {
    let living = node::living(session).await?;
    let silent = living.iter().filter(|one| one.lives_for.is_zero()).count();
    let said = |name: &str| -> BTreeSet<String> {
        let about = living.iter().filter_map(|one| serde_json::from_str::<Json>(&one.about).ok());
        about.filter_map(|about| about.get(name).filter(|one| !one.is_null()).map(ToString::to_string)).collect()
    };
    let in_flight = rows(session, "SELECT 1 FROM petiole.work WHERE state = 'flight' LIMIT 1", &[]).await?.len();
    let seen = format!("{} live", living.len() - silent);
    if silent > 0 {
        let mend = "another node takes over what they had; where none lives, start one";
        return Ok(Checked::ill("nodes", Health::Doubtful, format!("{seen}, {silent} are silent"), mend));
    }
    let (versions, generations) = (said("version"), said("generation"));
    if versions.len() > 1 || generations.len() > 1 {
        let seen = format!("{seen}, under {} versions and {} generations", versions.len(), generations.len());
        return Ok(Checked::ill(
            "nodes",
            Health::Doubtful,
            seen,
            "end the roll-out: the same version and rules on each",
        ));
    }
    if living.is_empty() && in_flight > 0 {
        let mend = "start a node: it takes the work back";
        return Ok(Checked::ill("nodes", Health::Doubtful, format!("{seen}, and work is in flight"), mend));
    }
    Ok(Checked::well("nodes", seen))
}
