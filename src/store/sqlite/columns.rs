//! What columns keep, for tests that bring bytes which no store wrote.
//!
//! A database in memory with the store's tables and nothing else: values and parts go through the same code as in a
//! file. Nothing of the service uses it.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::packed::{Packed, unpacked};
use super::{file, migration, part};
use crate::store::codec;
use crate::store::error::StoreError;
use crate::value::Value;

/// Columns of a database in memory.
pub struct Columns(Connection);

impl Columns {
    /// Tables with nothing in them.
    ///
    /// # Errors
    /// Any [`StoreError`] of the engine, as with each of the following.
    pub fn new() -> Result<Self, StoreError> {
        let mut connection = file::memory()?;
        migration::migrate(&mut connection)?;
        Ok(Self(connection))
    }

    /// The text of a column with these bytes, or with this text.
    pub fn text(column: ValueRef<'_>) -> Result<String, StoreError> {
        unpacked(column)
    }

    /// A text in a column and back.
    pub fn kept_text(text: &str) -> Result<String, StoreError> {
        match Packed::of(text.to_owned()) {
            Packed::Plain(plain) => unpacked(ValueRef::Text(plain.as_bytes())),
            Packed::Compressed(bytes) => unpacked(ValueRef::Blob(&bytes)),
        }
    }

    /// The text of a value, and the value of a text.
    pub fn encode(value: &Value) -> Result<String, StoreError> {
        codec::encode(value)
    }

    /// What [`Columns::encode`] wrote.
    pub fn decode(text: &str) -> Result<Value, StoreError> {
        codec::decode(text)
    }

    /// An instant as a number.
    pub fn nanos(instant: Timestamp) -> i64 {
        codec::nanos(instant)
    }

    /// The instant of a number.
    pub fn instant(nanos: i64) -> Result<Timestamp, StoreError> {
        codec::instant(nanos)
    }

    /// Texts as one, and back.
    pub fn kept_lines(lines: &[String]) -> Result<Vec<String>, StoreError> {
        codec::decode_lines(&codec::encode_lines(lines))
    }

    /// Puts a column in the place of a part.
    pub fn put_part(&self, number: i64, column: ValueRef<'_>) -> Result<(), StoreError> {
        let digest = number.to_be_bytes();
        let column = match column {
            ValueRef::Text(text) => Packed::Plain(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Packed::Compressed(bytes.to_vec()),
            _ => return Err(codec::damaged("a part is text or bytes")),
        };
        let sql = "INSERT OR REPLACE INTO part (number, digest, used, value) VALUES (?1, ?2, 0, ?3)";
        self.0.prepare_cached(sql)?.execute(params![number, digest.as_slice(), column])?;
        Ok(())
    }

    /// Takes every part away.
    pub fn forget_parts(&self) -> Result<(), StoreError> {
        self.0.prepare_cached("DELETE FROM part")?.execute([])?;
        Ok(())
    }

    /// A value with its large parts taken out, as text.
    pub fn keep(&self, value: &Value) -> Result<String, StoreError> {
        part::keep(&self.0, value, Timestamp::UNIX_EPOCH)
    }

    /// A text whose parts are put in again.
    pub fn read(&self, text: &str) -> Result<Value, StoreError> {
        part::read(&self.0, text)
    }
}
