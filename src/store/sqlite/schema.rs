//! Tables and their migrations, in the order in which they came.

use rusqlite::Connection;

/// Each entry is one version; never edited once it shipped.
const MIGRATIONS: [&str; 1] = ["
create table hint (seq integer primary key autoincrement, at text not null, source text not null,
  account text not null, record text not null, id text not null, version text);
create table work (account text not null, record text not null, id text not null,
  hint integer not null, source text not null, since text not null, due integer not null, first integer not null,
  attempts integer not null default 0, state text not null, version text, reason text,
  primary key (account, record, id)) without rowid;
create index work_due on work (state, first, due);
create table link (pipeline text not null, left_account text not null, left_id text not null,
  right_account text not null, right_id text not null, since text not null, base text not null,
  primary key (pipeline, left_account, left_id, right_account, right_id)) without rowid;
create index link_right on link (pipeline, right_account, right_id);
create table intent (number integer primary key autoincrement, state text not null, cause text not null, draft text not null);
create index intent_open on intent (state, cause);
create table input (digest text primary key, body text not null) without rowid;
create table decision (number integer primary key autoincrement, at text not null, pipeline text not null,
  target text not null, generation integer not null, input text not null, effects text not null, lines text not null);
create index decision_target on decision (target);
create table history (number integer primary key autoincrement, at text not null, target text not null,
  what text not null, detail text not null, lines text not null);
create index history_target on history (target);
create table park (number integer primary key autoincrement, account text not null, record text not null, id text not null,
  pipeline text not null, grp text not null, since text not null, attempts integer not null, next integer not null, draft text not null,
  unique (account, record, id, pipeline, grp));
create table wait (park integer not null, account text not null, record text not null, field text not null, value text not null);
create index wait_for on wait (account, record, field, value);
create table cursor (account text not null, record text not null, at text not null, primary key (account, record)) without rowid;
create table generation (number integer primary key autoincrement, hash text not null, since text not null);
create table rule_text (name text primary key, body text not null) without rowid;
"];

/// Settings of the connection, the newest schema, and work in flight made pending.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let version = usize::try_from(version).unwrap_or(0);
    for (at, migration) in MIGRATIONS.iter().enumerate().skip(version) {
        connection.execute_batch(&format!("begin immediate; {migration} pragma user_version = {}; commit;", at + 1))?;
    }
    connection.execute("update work set state = 'pending' where state = 'in_flight'", [])?;
    Ok(())
}
