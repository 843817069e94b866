//! Parked work by its cause: entries that one deed mends stand together, however many records they are about.
//!
//! A cause is a kind of finding at a rule line, of a group of fields, in the same words once values are left out of
//! them. Knows no store.

use std::collections::BTreeMap;

use crate::store::{ParkHead, PutOff};
use crate::value::digest;

/// Digits of a cause's name.
const KEY_LENGTH: usize = 12;

/// What values stand between.
const QUOTES: [(char, char); 4] = [('"', '"'), ('`', '`'), ('“', '”'), ('(', ')')];

/// Entries with one cause.
#[derive(Debug)]
pub struct Cause<'p> {
    /// Its name: the same as long as rules and words stay.
    pub key: String,
    /// The entries, oldest first; never none.
    pub parks: Vec<&'p ParkHead>,
}

/// Entries by cause, those of the most first; of as many the older ones.
pub fn causes<'p>(parks: impl IntoIterator<Item = &'p ParkHead>) -> Vec<Cause<'p>> {
    let mut by_key: BTreeMap<String, Vec<&ParkHead>> = BTreeMap::new();
    for park in parks {
        by_key.entry(key(park)).or_default().push(park);
    }
    let mut causes: Vec<Cause<'p>> = by_key.into_iter().map(|(key, parks)| Cause { key, parks }).collect();
    let oldest = |cause: &Cause<'_>| cause.parks.iter().map(|park| park.since).min();
    causes.sort_by_key(|cause| (std::cmp::Reverse(cause.parks.len()), oldest(cause)));
    causes
}

/// The name of the cause of an entry.
pub fn key(park: &ParkHead) -> String {
    let of = [
        &park.pipeline,
        park.group.as_deref().unwrap_or_default(),
        &park.code,
        &park.rule.0,
        &park.rule.1.to_string(),
        &without_values(&park.message),
    ];
    digest::of_bytes(of.join("\n").as_bytes()).chars().take(KEY_LENGTH).collect()
}

/// A sentence with a dot in the place of whatever stands in quotes or brackets, or has digits.
pub fn without_values(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let behind = rest.get(first.len_utf8()..).unwrap_or_default();
        let close = QUOTES.iter().find(|(open, _)| *open == first).map(|(_, close)| *close);
        match close.and_then(|close| behind.split_once(close)) {
            Some((_, after)) => {
                out.push('…');
                rest = after;
            }
            None => {
                out.push(first);
                rest = behind;
            }
        }
    }
    let plain = |word: &str| !word.bytes().any(|byte| byte.is_ascii_digit());
    out.split(' ').map(|word| if plain(word) { word } else { "…" }).collect::<Vec<_>>().join(" ")
}

/// Put-off work by why, values left out: records in the order in which they are tried.
pub fn by_reason(put_off: &[PutOff]) -> BTreeMap<String, Vec<&PutOff>> {
    let mut by_reason: BTreeMap<String, Vec<&PutOff>> = BTreeMap::new();
    for one in put_off {
        by_reason.entry(without_values(&one.reason)).or_default().push(one);
    }
    by_reason
}
