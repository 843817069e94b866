//! Text as a column keeps it: in fewer bytes where it is long, and as it is where it is short.
//!
//! Which of the two it is shows by its kind: bytes are compressed, text is not. Knows nothing of what the text says.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

use crate::store::codec::damaged;
use crate::store::error::StoreError;

/// Bytes from which text is compressed.
const BYTES_MIN: usize = 120;

/// The most bytes that text is read back as.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Text on its way into a column.
pub(super) enum Packed {
    Plain(String),
    Compressed(Vec<u8>),
}

impl Packed {
    /// The text in fewer bytes, where there are fewer.
    pub(super) fn of(text: String) -> Self {
        let compressed = if text.len() < BYTES_MIN { None } else { compressed(&text) };
        compressed.map_or(Self::Plain(text), Self::Compressed)
    }
}

impl ToSql for Packed {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Plain(text) => ValueRef::Text(text.as_bytes()),
            Self::Compressed(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

/// The text that a column keeps.
pub(super) fn unpacked(column: ValueRef<'_>) -> Result<String, StoreError> {
    match column {
        ValueRef::Text(text) => Ok(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => {
            let mut text = String::new();
            let mut reader = DeflateDecoder::new(bytes).take(BYTES_MAX);
            reader.read_to_string(&mut text).map_err(|error| damaged(&error.to_string()))?;
            Ok(text)
        }
        _ => Err(damaged("neither text nor bytes stand where text is kept")),
    }
}

fn compressed(text: &str) -> Option<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).ok()?;
    encoder.finish().ok().filter(|bytes| bytes.len() < text.len())
}
