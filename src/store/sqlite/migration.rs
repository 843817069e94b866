//! The tables, and how an older file gets them.
//!
//! A file's schema number is `SQLite`'s `user_version`: how many of the steps below it has seen.
//! Steps are only ever added at the end. Instants are nanoseconds since 1970.

use rusqlite::Connection;

use crate::store::error::StoreError;

/// Marks a file as petiole's: "petl" in ASCII.
const APPLICATION_ID: i64 = 0x7065_746c;

/// Steps from an empty file to the newest schema.
const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE hint (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, source TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    version TEXT, first INTEGER NOT NULL
);
CREATE INDEX hint_target ON hint (account, record, id, number);
CREATE INDEX hint_at ON hint (at);

-- The version last accepted for each record.
CREATE TABLE seen (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL, version TEXT NOT NULL,
    PRIMARY KEY (account, record, id)
) WITHOUT ROWID;

-- state: pending, flight, or parked (nothing new; waits for the next try of its parks).
CREATE TABLE work (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    hint INTEGER NOT NULL, state TEXT NOT NULL, source TEXT NOT NULL,
    since INTEGER NOT NULL, due INTEGER NOT NULL, first INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, reason TEXT,
    PRIMARY KEY (account, record, id)
) WITHOUT ROWID;
CREATE INDEX work_order ON work (first DESC, since, hint) WHERE state <> 'flight';
CREATE INDEX work_due ON work (due) WHERE state <> 'flight';

CREATE TABLE cursor (
    account TEXT NOT NULL, record TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (account, record)
) WITHOUT ROWID;

CREATE TABLE link (
    pipeline TEXT NOT NULL,
    left_account TEXT NOT NULL, left_id TEXT NOT NULL,
    right_account TEXT NOT NULL, right_id TEXT NOT NULL,
    since INTEGER NOT NULL, base TEXT NOT NULL,
    PRIMARY KEY (pipeline, left_account, left_id, right_account, right_id)
) WITHOUT ROWID;
CREATE INDEX link_right ON link (pipeline, right_account, right_id);

CREATE TABLE intent (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL, pipeline TEXT NOT NULL,
    cause_account TEXT NOT NULL, cause_record TEXT NOT NULL, cause_id TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT, action TEXT NOT NULL,
    fields TEXT NOT NULL, lines TEXT NOT NULL, generation INTEGER NOT NULL,
    at INTEGER NOT NULL, state TEXT NOT NULL
);
CREATE INDEX intent_open ON intent (cause_account, cause_record, cause_id) WHERE state = 'open';
CREATE INDEX intent_key ON intent (key) WHERE state = 'open';
CREATE INDEX intent_at ON intent (at);

CREATE TABLE input (digest TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, pipeline TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    generation INTEGER NOT NULL, input TEXT NOT NULL REFERENCES input (digest),
    effects TEXT NOT NULL, lines TEXT NOT NULL
);
CREATE INDEX decision_target ON decision (account, record, id, number);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_input ON decision (input);

CREATE TABLE history (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    what TEXT NOT NULL, detail TEXT NOT NULL, lines TEXT NOT NULL
);
CREATE INDEX history_target ON history (account, record, id, number);
CREATE INDEX history_at ON history (at);

-- A dropped park stays, unseen, so that the same trouble found again stays out of the inbox.
CREATE TABLE park (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    pipeline TEXT NOT NULL, field_group TEXT,
    since INTEGER NOT NULL, attempts INTEGER NOT NULL, next INTEGER NOT NULL,
    dropped INTEGER NOT NULL DEFAULT 0,
    reason TEXT NOT NULL, code TEXT NOT NULL, message TEXT NOT NULL,
    rule_file TEXT NOT NULL, rule_line INTEGER NOT NULL,
    candidates TEXT NOT NULL, vals TEXT NOT NULL
);
CREATE INDEX park_target ON park (account, record, id);
CREATE TABLE wait (
    park INTEGER NOT NULL REFERENCES park (number) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (park, position)
) WITHOUT ROWID;
CREATE INDEX wait_value ON wait (account, record, field, value);

CREATE TABLE generation (number INTEGER PRIMARY KEY, hash TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE rule_text (position INTEGER PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL);
",
    "
-- Listings that decisions read, each kept once as an input.
CREATE TABLE decision_listing (
    decision INTEGER NOT NULL, input TEXT NOT NULL REFERENCES input (digest), PRIMARY KEY (decision, input)
) WITHOUT ROWID;
CREATE INDEX decision_listing_input ON decision_listing (input);
",
    "
ALTER TABLE park ADD COLUMN shown TEXT NOT NULL DEFAULT '[]';
ALTER TABLE park ADD COLUMN unpaired TEXT;
ALTER TABLE link ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
",
    "
-- What a decision took from a listing stands among its own inputs now.
DROP TABLE decision_listing;
",
    "
-- Linked records that the last list of all of their kind did not show.
CREATE TABLE unlisted (
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (account, record, id)
) WITHOUT ROWID;

-- What answers showed of fields of which no system file says whether they are always there.
CREATE TABLE seen_field (
    account TEXT NOT NULL, record TEXT NOT NULL, field TEXT NOT NULL,
    listed INTEGER NOT NULL, read INTEGER NOT NULL, sparse INTEGER NOT NULL, witnesses TEXT NOT NULL,
    PRIMARY KEY (account, record, field)
) WITHOUT ROWID;
",
    "
-- Of the process that opened the file last.
CREATE TABLE owner (token TEXT NOT NULL);
",
    "
-- How many links there are is asked often, and counting them walks them all.
CREATE TABLE tally (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO tally SELECT 'links', count(*) FROM link;
CREATE TRIGGER link_made AFTER INSERT ON link BEGIN UPDATE tally SET count = count + 1 WHERE name = 'links'; END;
CREATE TRIGGER link_gone AFTER DELETE ON link BEGIN UPDATE tally SET count = count - 1 WHERE name = 'links'; END;

-- What is rare among many rows.
CREATE INDEX link_by_hand ON link (pipeline) WHERE by_hand;
CREATE INDEX work_pending ON work (due) WHERE state = 'pending';
CREATE INDEX work_flight ON work (due) WHERE state = 'flight';
CREATE INDEX work_reason ON work (reason) WHERE reason IS NOT NULL;
CREATE INDEX park_shown ON park (number) WHERE dropped = 0;
",
    "
-- Decisions that can be read and made again, their settings kept once. What stood here could not be, and among its
-- settings were addresses that nobody else should know: nothing of it stays in the file.
PRAGMA secure_delete = ON;
DROP TABLE decision;
DELETE FROM input;
PRAGMA secure_delete = OFF;
CREATE TABLE resolved_settings (digest TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, pipeline TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    generation INTEGER NOT NULL, input TEXT NOT NULL REFERENCES input (digest),
    settings TEXT NOT NULL REFERENCES resolved_settings (digest), outcome TEXT NOT NULL
);
CREATE INDEX decision_target ON decision (account, record, id, number);
CREATE INDEX decision_at ON decision (at);
CREATE INDEX decision_input ON decision (input);
",
    "
-- Large parts of what the journal keeps, once per content; text, or bytes where it is compressed. used: when one was
-- named last, give or take a day. What stood by itself becomes parts under the text of their digests.
CREATE TABLE part (
    number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, used INTEGER NOT NULL, value NOT NULL
);
CREATE INDEX part_used ON part (used);
INSERT INTO part (digest, used, value)
    SELECT CAST(digest AS BLOB), (SELECT max(at) FROM decision WHERE decision.input = input.digest), value
    FROM input WHERE EXISTS (SELECT 1 FROM decision WHERE decision.input = input.digest);
INSERT OR IGNORE INTO part (digest, used, value)
    SELECT CAST(digest AS BLOB), (SELECT max(at) FROM decision WHERE decision.settings = resolved_settings.digest),
           value
    FROM resolved_settings WHERE EXISTS (SELECT 1 FROM decision WHERE decision.settings = resolved_settings.digest);
CREATE TABLE decided (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, pipeline TEXT NOT NULL,
    account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    generation INTEGER NOT NULL, situation TEXT NOT NULL, settings TEXT NOT NULL, outcome TEXT NOT NULL
);
INSERT INTO decided SELECT number, at, pipeline, account, record, id, generation, '{\"$p\":\"' || input || '\"}',
    '{\"$p\":\"' || settings || '\"}', outcome FROM decision;
DROP TABLE decision;
DROP TABLE input;
DROP TABLE resolved_settings;
ALTER TABLE decided RENAME TO decision;
CREATE INDEX decision_target ON decision (account, record, id, number);
CREATE INDEX decision_at ON decision (at);
",
    "
-- Links that were not there when a record was decided on.
CREATE TABLE link_wait (
    pipeline TEXT NOT NULL, on_left INTEGER NOT NULL, account TEXT NOT NULL, id TEXT NOT NULL, other TEXT NOT NULL,
    asking_account TEXT NOT NULL, asking_record TEXT NOT NULL, asking_id TEXT NOT NULL,
    asking_pipeline TEXT NOT NULL, asking_with TEXT NOT NULL,
    PRIMARY KEY (pipeline, on_left, account, id, other,
        asking_account, asking_record, asking_id, asking_pipeline, asking_with)
) WITHOUT ROWID;
CREATE INDEX link_wait_asking ON link_wait (asking_account, asking_record, asking_id, asking_pipeline, asking_with);
",
    "
-- A claim has a token and a lease, and what is newer than it is counted in the row: rev counts hints, answers says how
-- many of them a claim answers, and more_* is what they tell beyond that.
ALTER TABLE work ADD COLUMN token INTEGER NOT NULL DEFAULT 0;
ALTER TABLE work ADD COLUMN until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE work ADD COLUMN rev INTEGER NOT NULL DEFAULT 1;
ALTER TABLE work ADD COLUMN answers INTEGER NOT NULL DEFAULT 1;
ALTER TABLE work ADD COLUMN more_hint INTEGER;
ALTER TABLE work ADD COLUMN more_source TEXT;
ALTER TABLE work ADD COLUMN more_since INTEGER;
ALTER TABLE work ADD COLUMN more_first INTEGER;
UPDATE work SET rev = 2, more_hint = newer.hint, more_source = newer.source,
        more_since = newer.since, more_first = newer.first
    FROM (SELECT hint.account, hint.record, hint.id, max(hint.number) AS hint, min(hint.at) AS since,
            max(hint.first) AS first, CASE WHEN min(hint.source = 'sweep') THEN 'sweep' ELSE work.source END AS source
        FROM hint JOIN work ON work.account = hint.account AND work.record = hint.record AND work.id = hint.id
        WHERE work.state <> 'parked' AND hint.number > work.hint
        GROUP BY hint.account, hint.record, hint.id) AS newer
    WHERE work.account = newer.account AND work.record = newer.record AND work.id = newer.id;
DROP INDEX hint_target;
DROP INDEX work_flight;
CREATE INDEX work_flight ON work (token, until) WHERE state = 'flight';
ALTER TABLE owner ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
",
    "
-- What is old is found by walking from the first row, so that no entry pays for an index by time.
DROP INDEX hint_at;
DROP INDEX decision_at;
DROP INDEX history_at;
DROP INDEX intent_at;
",
    "
-- Where every record stood at the last sweep.
CREATE TABLE ledger (one INTEGER PRIMARY KEY CHECK (one = 1), kept TEXT NOT NULL);
",
    "
-- What told of the change that a decision is about.
ALTER TABLE decision ADD COLUMN told TEXT;
ALTER TABLE decision ADD COLUMN told_at INTEGER;
",
    "
-- What a person has wait, as a list of texts: a record, a pipeline or an account; and whose work waits for it.
CREATE TABLE halt (
    reach TEXT PRIMARY KEY, since INTEGER NOT NULL, until INTEGER, because TEXT NOT NULL,
    owes_sweep INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE halted (
    reach TEXT NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    source TEXT NOT NULL, since INTEGER NOT NULL, first INTEGER NOT NULL,
    PRIMARY KEY (reach, account, record, id)
) WITHOUT ROWID;
",
    "
-- What people call records: a row for each text. at: when it was kept. linked: it stays, however old it is.
CREATE TABLE handle (
    text TEXT NOT NULL, account TEXT NOT NULL, record TEXT NOT NULL, id TEXT NOT NULL,
    field TEXT NOT NULL, linked INTEGER NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (text, account, record, id)
) WITHOUT ROWID;
CREATE INDEX handle_target ON handle (account, id, record);
CREATE INDEX handle_loose ON handle (at) WHERE linked = 0;
",
    "
-- Calls to peers, without secrets. bytes: of what is told, as it is when it is read.
CREATE TABLE call (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL, account TEXT, record TEXT, id TEXT, bytes INTEGER NOT NULL, told TEXT NOT NULL
);
CREATE INDEX call_target ON call (account, record, id, number) WHERE account IS NOT NULL;
",
    "
-- Rule files of earlier generations, where the next one has them otherwise; no text: there was none.
CREATE TABLE rule_then (
    generation INTEGER NOT NULL, name TEXT NOT NULL, text TEXT, PRIMARY KEY (generation, name)
) WITHOUT ROWID;
",
    "
-- Tokens that open accounts, sealed. number: counted up with each that is kept. asked: when it was used last, where the
-- answer to that was not kept.
CREATE TABLE kept_token (
    account TEXT PRIMARY KEY, number INTEGER NOT NULL, first TEXT NOT NULL, sealed TEXT NOT NULL,
    at INTEGER NOT NULL, asked INTEGER
) WITHOUT ROWID;
",
];

/// The number of the newest schema.
pub(in crate::store) const fn newest() -> usize {
    MIGRATIONS.len()
}

/// Brings a file to the newest schema.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let seen = known_version(connection)?;
    for (index, step) in MIGRATIONS.iter().enumerate().skip(seen) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", i64::try_from(index + 1).unwrap_or(i64::MAX))?;
        transaction.commit()?;
    }
    Ok(())
}

/// Checks that a file has the newest schema, for those who may not change it.
pub(super) fn require_newest(connection: &Connection) -> Result<(), StoreError> {
    if known_version(connection)? < MIGRATIONS.len() {
        return Err(StoreError::Unavailable(
            "it was last written by an older petiole; start the service once with this version".to_owned(),
        ));
    }
    Ok(())
}

/// The file's schema number. An error where it is another program's or a newer petiole's.
fn known_version(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let owner: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = connection.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && owner != APPLICATION_ID {
        return Err(StoreError::Unavailable("it is another program's database; name another file".to_owned()));
    }
    let newest = MIGRATIONS.len();
    usize::try_from(version).ok().filter(|seen| *seen <= newest).ok_or_else(|| {
        StoreError::Unavailable(format!(
            "it was written by a newer petiole (schema {version}, this one knows {newest}); use that version"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{file, intent, journal, part};

    #[test]
    fn decisions_that_cannot_be_read_again_go_with_what_they_were_made_from() -> Result<(), StoreError> {
        let mut connection = file::memory()?;
        let older =
            MIGRATIONS.iter().position(|step| step.contains("CREATE TABLE resolved_settings")).unwrap_or_default();
        for step in MIGRATIONS.iter().take(older) {
            connection.execute_batch(step)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", i64::try_from(older).unwrap_or_default())?;
        connection.execute_batch(
            "INSERT INTO input VALUES ('a', 'with an address that nobody else should know');
             INSERT INTO decision (at, pipeline, account, record, id, generation, input, effects, lines)
                VALUES (1, 'p', 'a', 'r', 'x', 1, 'a', 'null', '[]');
             INSERT INTO history (at, account, record, id, what, detail, lines)
             VALUES (1, 'a', 'r', 'x', '', 'null', '[]');",
        )?;
        migrate(&mut connection)?;
        let left = |table: &str| -> Result<i64, StoreError> {
            Ok(connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
        };
        assert_eq!([left("part")?, left("decision")?, left("history")?], [0, 0, 1]);
        Ok(())
    }

    /// A file as the version before parts wrote it.
    fn file_before_parts() -> Result<Connection, StoreError> {
        let connection = file::memory()?;
        let older = MIGRATIONS.iter().position(|step| step.contains("CREATE TABLE part")).unwrap_or_default();
        for step in MIGRATIONS.iter().take(older) {
            connection.execute_batch(step)?;
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", i64::try_from(older).unwrap_or_default())?;
        connection.execute_batch(
            r#"INSERT INTO input VALUES ('0f', '{"left":{"$n":"1.50"}}'), ('loose', 'null');
             INSERT INTO resolved_settings VALUES ('5e', '{"mode":"live"}');
             INSERT INTO decision (number, at, pipeline, account, record, id, generation, input, settings, outcome)
             VALUES
                (4, 70, 'orders', 'shop', 'order', '1', 2, '0f', '5e', '{}'),
                (9, 80, 'orders', 'shop', 'order', '1', 2, '0f', '5e', '{}');
             INSERT INTO history (at, account, record, id, what, detail, lines) VALUES
                (70, 'shop', 'order', '1', 'created', '{"status":"new"}', '["orders.yaml:3"]');
             INSERT INTO intent (key, pipeline, cause_account, cause_record, cause_id, account, record, action, fields,
                lines, generation, at, state) VALUES
                ('k', 'orders', 'shop', 'order', '1', 'crm', 'order', 'create', '{"status":"new"}', '[]', 2, 70,
                 'open')"#,
        )?;
        Ok(connection)
    }

    #[test]
    fn a_journal_from_before_parts_reads_as_it_was_written() -> Result<(), StoreError> {
        let mut connection = file_before_parts()?;
        migrate(&mut connection)?;
        let kept = |column: &str, number: i64| -> Result<String, StoreError> {
            let select = format!("SELECT {column} FROM decision WHERE number = ?1");
            let text: String = connection.query_row(&select, [number], |row| row.get(0))?;
            Ok(part::read::<serde_json::Value>(&connection, &text)?.to_string())
        };
        let written = r#"{"left":{"$n":"1.50"}}"#;
        assert_eq!([kept("situation", 4)?, kept("situation", 9)?], [written, written]);
        assert_eq!(kept("settings", 9)?, r#"{"mode":"live"}"#);
        let mut select = connection.prepare("SELECT used FROM part")?;
        let used = select.query_map([], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        assert_eq!(used, [80, 80], "what nothing names is gone");
        let target = crate::store::RecordRef { account: "shop".into(), record: "order".into(), id: "1".into() };
        let history = journal::history(&connection, &target, 9)?;
        let lines: Vec<&String> = history.iter().flat_map(|entry| &entry.lines).collect();
        assert_eq!(lines, ["orders.yaml:3"]);
        let open = intent::open_ones(&connection, Some(&target))?;
        let fields = history.iter().map(|entry| &entry.detail).chain(open.iter().map(|intent| &intent.draft.fields));
        assert_eq!(fields.filter_map(|fields| fields.field("status").as_text()).collect::<Vec<_>>(), ["new", "new"]);
        Ok(())
    }
}
