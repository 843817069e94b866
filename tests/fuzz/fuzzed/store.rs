//! What the store keeps: a byte says how the rest is looked at. Values come back as they were, in kind and in digits,
//! and bytes that no store wrote are read or said to be damaged.

use std::cell::OnceCell;

use jiff::Timestamp;
use petiole::store::StoreError;
use petiole::store::sqlite::columns::Columns;
use petiole::value::{Value, json};
use rusqlite::types::ValueRef;

/// Parts that an input is cut into.
const PARTS_MAX: usize = 8;

pub fn check(input: &[u8]) {
    let [how, bytes @ ..] = input else { return };
    match how % 6 {
        0 => kept(bytes),
        1 => stranger(bytes),
        2 => damaged(&Columns::text(ValueRef::Blob(bytes)).and_then(|text| Columns::decode(&text))),
        3 => text(bytes),
        4 => instants(bytes),
        _ => parts(bytes),
    }
}

/// A value goes in and comes out the same.
fn kept(bytes: &[u8]) {
    let Ok(raw) = serde_json::from_slice(bytes) else { return };
    let value = json::from_json(&raw);
    // What nests too deep is refused when it is written, not when it is read.
    let Ok(text) = Columns::encode(&value) else { return };
    same(&value, Columns::decode(&text));
    let with = |columns: &Columns| {
        columns.forget_parts().unwrap();
        columns.keep(&value).and_then(|text| columns.read(&text))
    };
    same(&value, columns(with));
}

fn same(value: &Value, read: Result<Value, StoreError>) {
    let read = read.unwrap_or_else(|wrong| panic!("{wrong}: {value}"));
    assert_eq!(format!("{read:?}"), format!("{value:?}"));
}

/// A text that somebody wrote is damaged, or a value that is kept.
fn stranger(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(value) = Columns::decode(&text)
        && let Ok(again) = Columns::encode(&value)
    {
        same(&value, Columns::decode(&again));
    }
}

fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).repeat(3);
    assert_eq!(Columns::kept_text(&text).unwrap(), text);
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(Columns::kept_lines(&lines).unwrap(), lines);
}

fn instants(bytes: &[u8]) {
    for eight in bytes.chunks_exact(8) {
        let number = i64::from_le_bytes(eight.try_into().unwrap());
        assert_eq!(Columns::nanos(Columns::instant(number).unwrap()), number);
        if let Ok(instant) = Timestamp::from_microsecond(number) {
            let kept = Columns::instant(Columns::nanos(instant)).unwrap();
            let near = kept == Timestamp::MIN.max(instant) || !(1678..2262).contains(&year(instant));
            assert!(near, "{instant} is kept as {kept}");
        }
    }
}

fn year(instant: Timestamp) -> i16 {
    instant.to_zoned(jiff::tz::TimeZone::UTC).year()
}

/// Parts that stand in one another, as no store would put them: lines of the input, by their numbers.
fn parts(bytes: &[u8]) {
    let parts: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(PARTS_MAX).collect();
    columns(|columns| {
        columns.forget_parts().unwrap();
        for (number, part) in (1..).zip(&parts) {
            let column = if part.first() == Some(&0) { ValueRef::Blob(&part[1..]) } else { ValueRef::Text(part) };
            columns.put_part(number, column).unwrap();
        }
        damaged(&columns.read(&String::from_utf8_lossy(parts[0])));
    });
}

/// It is a value, or said to be damaged; never that the store is not there.
fn damaged(read: &Result<Value, StoreError>) {
    assert!(matches!(read, Ok(_) | Err(StoreError::Damaged(_))), "{read:?}");
}

fn columns<T>(with: impl FnOnce(&Columns) -> T) -> T {
    thread_local! {
        static COLUMNS: OnceCell<Columns> = const { OnceCell::new() };
    }
    COLUMNS.with(|one| with(one.get_or_init(|| Columns::new().unwrap())))
}
