//! What the journal keeps of values: large parts once per content, compressed, and in their place a mark of which.
//!
//! Successive decisions, the intent and the history of one write hold much the same: a record, its lines, the settings.
//! A part that is kept again is young again, so that what is older than all that may name it can go. Knows values and
//! bytes, not what they mean.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::packed::{Packed, unpacked};
use crate::store::codec::{damaged, nanos, parsed, written};
use crate::store::error::StoreError;
use crate::value::digest;

/// Bytes of text from which the value of a field is kept as a part.
const FIELD_BYTES_MIN: usize = 160;

/// The same of what stands further in.
const INNER_BYTES_MIN: usize = 512;

/// Levels below which nothing is taken apart.
const DEPTH_MAX: usize = 4;

/// Levels of what is put together: more than anything has that was taken apart.
const LEVELS_MAX: usize = 256;

/// Bytes of the parts that are put together into one value.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Bytes of a digest that tell parts apart.
const DIGEST_BYTES: usize = 16;

/// How much younger than its last use a part has to be for that to be noted: less often than every use.
const USED_STEP: SignedDuration = SignedDuration::from_hours(24);

/// The field under which a part is named.
const MARK: &str = "$p";

/// Anything that is kept whole, as text with marks for its large fields.
pub(super) fn keep_fields(connection: &Connection, kept: &impl Serialize, at: Timestamp) -> Result<String, StoreError> {
    let mut json = as_json(kept)?;
    take_apart(connection, &mut json, (at, 0))?;
    written(&json)
}

/// The same, and a mark for the whole of it where it is large.
pub(super) fn keep(connection: &Connection, kept: &impl Serialize, at: Timestamp) -> Result<String, StoreError> {
    let mut json = as_json(kept)?;
    take_apart(connection, &mut json, (at, 0))?;
    put(connection, &mut json, (at, FIELD_BYTES_MIN))?;
    written(&json)
}

/// What [`keep`] or [`keep_fields`] wrote, whole again.
pub(super) fn read<Kept: DeserializeOwned>(connection: &Connection, text: &str) -> Result<Kept, StoreError> {
    let mut json = parsed(text)?;
    put_together(connection, &mut json, &mut Put::default())?;
    serde_json::from_value(json).map_err(|error| damaged(&error.to_string()))
}

fn as_json(kept: &impl Serialize) -> Result<Json, StoreError> {
    serde_json::to_value(kept).map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// Takes out parts that nobody named since then; answers how many. The newest stays: its number, by which parts are
/// named, must not be given again.
pub(super) fn prune(connection: &Connection, before: Timestamp, most: i64) -> Result<usize, StoreError> {
    let before = before.saturating_sub(USED_STEP).unwrap_or(Timestamp::MIN);
    let taken = connection
        .prepare_cached(
            "DELETE FROM part WHERE number IN (
                SELECT number FROM part WHERE used < ?1 AND number < (SELECT max(number) FROM part) LIMIT ?2)",
        )?
        .execute(params![nanos(before), most])?;
    Ok(taken)
}

/// Puts marks in the place of what is large inside a value. What looks like a mark and is none becomes a part, too.
fn take_apart(connection: &Connection, json: &mut Json, (at, depth): (Timestamp, usize)) -> Result<(), StoreError> {
    if marked(json).is_some() {
        return put(connection, json, (at, 0));
    }
    let least = if depth == 0 { FIELD_BYTES_MIN } else { INNER_BYTES_MIN };
    each_inside(json, &mut |inner| {
        take_apart(connection, inner, (at, depth + 1))?;
        let is_large = depth < DEPTH_MAX && (inner.is_array() || inner.is_object());
        if is_large { put(connection, inner, (at, least)) } else { Ok(()) }
    })
}

/// Does something with each value directly inside.
fn each_inside(
    json: &mut Json,
    inside: &mut impl FnMut(&mut Json) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    match json {
        Json::Array(items) => items.iter_mut().try_for_each(inside),
        Json::Object(fields) => fields.values_mut().try_for_each(inside),
        _ => Ok(()),
    }
}

/// Keeps what is at least so large as a part, with a mark in its place.
fn put(connection: &Connection, json: &mut Json, (at, least): (Timestamp, usize)) -> Result<(), StoreError> {
    let text = json.to_string();
    if text.len() < least {
        return Ok(());
    }
    let address = address(digest::of_bytes(text.as_bytes()).get(..DIGEST_BYTES * 2).unwrap_or_default());
    let known: Option<(i64, i64)> = connection
        .prepare_cached("SELECT number, used FROM part WHERE digest = ?1")?
        .query_row([&address], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let number = match known {
        Some((number, used)) if used >= nanos(at.saturating_sub(USED_STEP).unwrap_or(at)) => number,
        Some((number, _)) => {
            let mut update = connection.prepare_cached("UPDATE part SET used = ?2 WHERE number = ?1")?;
            update.execute(params![number, nanos(at)])?;
            number
        }
        None => {
            let mut insert = connection.prepare_cached("INSERT INTO part (digest, used, value) VALUES (?1, ?2, ?3)")?;
            insert.execute(params![address, nanos(at), Packed::of(text)])?;
            connection.last_insert_rowid()
        }
    };
    *json = Json::Object(Map::from_iter([(MARK.to_owned(), Json::from(number))]));
    Ok(())
}

/// How much was put together: what no store takes apart has parts that stand in themselves, or in one another so often
/// that no memory holds it.
#[derive(Default)]
struct Put {
    levels: usize,
    bytes: usize,
}

/// Puts parts in the place of their marks. A part is never a mark itself, whatever it looks like.
fn put_together(connection: &Connection, json: &mut Json, put: &mut Put) -> Result<(), StoreError> {
    if let Some(name) = marked(json) {
        let text = text_of(connection, name)?;
        put.bytes = put.bytes.saturating_add(text.len());
        *json = parsed(&text)?;
    }
    if put.levels >= LEVELS_MAX || put.bytes > BYTES_MAX {
        return Err(damaged("parts stand in one another without end"));
    }
    put.levels += 1;
    let inside = each_inside(json, &mut |inner| put_together(connection, inner, put));
    put.levels -= 1;
    inside
}

/// How a part is named.
#[derive(Clone, Copy)]
enum Name<'a> {
    Number(i64),
    /// By its digest, as what was written before is.
    Digest(&'a str),
}

fn marked(json: &Json) -> Option<Name<'_>> {
    let fields = json.as_object().filter(|fields| fields.len() == 1)?;
    match fields.get(MARK)? {
        Json::String(digest) => Some(Name::Digest(digest)),
        number => number.as_i64().map(Name::Number),
    }
}

fn text_of(connection: &Connection, name: Name<'_>) -> Result<String, StoreError> {
    let text = |row: &Row<'_>| Ok(unpacked(row.get_ref(0)?));
    let (told, found) = match name {
        Name::Number(number) => {
            let mut select = connection.prepare_cached("SELECT value FROM part WHERE number = ?1")?;
            (number.to_string(), select.query_row([number], text).optional()?)
        }
        Name::Digest(digest) => {
            let mut select = connection.prepare_cached("SELECT value FROM part WHERE digest = ?1")?;
            (digest.to_owned(), select.query_row([address(digest)], text).optional()?)
        }
    };
    found.unwrap_or_else(|| Err(damaged(&format!("there is no part {told}"))))
}

/// The bytes of a digest. Parts of files from before stand under their digest's text.
fn address(name: &str) -> Vec<u8> {
    let bytes = if name.len() == DIGEST_BYTES * 2 { hex::decode(name).ok() } else { None };
    bytes.unwrap_or_else(|| name.as_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{file, migration};
    use crate::value::{Record, Value};

    fn open() -> Result<Connection, StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        Ok(connection)
    }

    fn large(name: &str) -> Value {
        let line = |at: i64| Value::Record(Record::from([("name", Value::text(name)), ("at", Value::Integer(at))]));
        Value::List((0..40).map(line).collect())
    }

    fn count(connection: &Connection) -> Result<i64, StoreError> {
        Ok(connection.query_row("SELECT count(*) FROM part", [], |row| row.get(0))?)
    }

    #[test]
    fn the_same_is_kept_once_and_read_back_whole() -> Result<(), StoreError> {
        let connection = open()?;
        let at = Timestamp::UNIX_EPOCH;
        let record = |state: &str| {
            Value::Record(Record::from([
                ("left", Value::Record(Record::from([("lines", large("left")), ("state", Value::text(state))]))),
                ("right", large("right")),
                ("small", Value::Record(Record::from([("$p", Value::text("no mark"))]))),
                ("number", Value::Record(Record::from([("$p", Value::Integer(1))]))),
                ("long", Value::Record(Record::from([("$p", Value::text("no mark".repeat(100)))]))),
                ("tagged", Value::Record(Record::from([("$r", large("right"))]))),
            ]))
        };
        let texts = [keep_fields(&connection, &record("a"), at)?, keep_fields(&connection, &record("b"), at)?];
        for (text, state) in texts.iter().zip(["a", "b"]) {
            assert_eq!(read::<Value>(&connection, text)?, record(state));
            assert!(text.len() < 400, "{text}");
        }
        let both = count(&connection)?;
        assert!(keep(&connection, &large("right"), at)?.starts_with(r#"{"$p":"#));
        assert_eq!(count(&connection)?, both, "it stood in both already");
        let bytes: i64 = connection.query_row("SELECT sum(length(value)) FROM part", [], |row| row.get(0))?;
        assert!(bytes < 1_500, "compressed: {bytes}");
        Ok(())
    }

    #[test]
    fn a_part_that_was_named_by_its_digest_is_found() -> Result<(), StoreError> {
        let connection = open()?;
        let named = keep(&connection, &large("one"), Timestamp::UNIX_EPOCH)?;
        let digest: Vec<u8> = connection.query_row("SELECT digest FROM part", [], |row| row.get(0))?;
        let as_before = format!(r#"{{"$p":"{}"}}"#, hex::encode(digest));
        assert_eq!([read::<Value>(&connection, &named)?, read(&connection, &as_before)?], [large("one"), large("one")]);
        Ok(())
    }

    #[test]
    fn what_is_named_again_stays() -> Result<(), StoreError> {
        let connection = open()?;
        let day = |days: i64| Timestamp::from_second(days * 24 * 60 * 60).unwrap_or_default();
        keep(&connection, &large("old"), day(0))?;
        let again = keep(&connection, &large("again"), day(0))?;
        keep(&connection, &large("again"), day(40))?;
        assert_eq!(prune(&connection, day(10), 10)?, 1);
        assert_eq!((count(&connection)?, read::<Value>(&connection, &again)?), (1, large("again")));
        Ok(())
    }

    #[test]
    fn parts_that_stand_in_one_another_are_damage() -> Result<(), StoreError> {
        let connection = open()?;
        let put = |number: i64, text: &str| {
            let sql = "INSERT INTO part (number, digest, used, value) VALUES (?1, ?2, 0, ?3)";
            connection.execute(sql, params![number, number.to_be_bytes().as_slice(), text])
        };
        put(1, r#"[{"$p":1}]"#)?;
        put(2, r#"{"a":{"$p":3}}"#)?;
        put(3, r#"{"a":{"$p":2}}"#)?;
        let twice = |number: i64| format!(r#"["{}",{{"$p":{number}}},{{"$p":{number}}}]"#, "x".repeat(100_000));
        put(10, "[]")?;
        for number in 11..40 {
            put(number, &twice(number - 1))?;
        }
        for name in [1, 2, 3, 39] {
            let text = format!(r#"{{"$p":{name}}}"#);
            assert!(matches!(read::<Value>(&connection, &text), Err(StoreError::Damaged(_))), "{name}");
        }
        assert!(read::<Value>(&connection, r#"{"$p":14}"#).is_ok());
        Ok(())
    }
}
