//! What the journal keeps of values: large parts once per content, and in their place a mark of which.
//!
//! Successive decisions, the intent and the history of one write hold much the same: a record, its lines, the settings.
//! A part that is kept again is young again, so that what is older than all that may name it can go. The server
//! compresses what is long. Knows values and text, not what they mean.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use super::fault::Fault;
use super::session::{Session, execute, rows};
use crate::store::codec::{damaged, nanos, parsed, written};
use crate::store::error::StoreError;
use crate::value::digest;

/// Bytes of text from which the value of a field is kept as a part.
const FIELD_BYTES_MIN: usize = 160;

/// The same of what stands further in.
const INNER_BYTES_MIN: usize = 512;

/// Levels below which nothing is taken apart.
const DEPTH_MAX: usize = 4;

/// Rounds of what is put together: more than anything has that was taken apart.
const ROUNDS_MAX: usize = 16;

/// Bytes of the parts that are put together into one value.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// Signs of a digest that tell parts apart.
const DIGEST_SIGNS: usize = 32;

/// How much younger than its last use a part has to be for that to be noted: less often than every use.
const USED_STEP: SignedDuration = SignedDuration::from_hours(24);

/// The field under which a part is named.
const MARK: &str = "$p";

/// Parts by their digests, on their way into the store.
pub(super) struct Parts {
    at: Timestamp,
    texts: BTreeMap<String, String>,
}

impl Parts {
    /// None yet; named at this instant.
    pub(super) fn at(at: Timestamp) -> Self {
        Self { at, texts: BTreeMap::new() }
    }

    /// Anything that is kept whole, as text with marks for its large fields.
    pub(super) fn fields_of(&mut self, kept: &impl Serialize) -> Result<String, StoreError> {
        let mut json = as_json(kept)?;
        self.take_apart(&mut json, 0);
        written(&json)
    }

    /// The same, and a mark for the whole of it where it is large.
    pub(super) fn whole_of(&mut self, kept: &impl Serialize) -> Result<String, StoreError> {
        let mut json = as_json(kept)?;
        self.take_apart(&mut json, 0);
        self.put(&mut json, FIELD_BYTES_MIN);
        written(&json)
    }

    /// Keeps them, in the order of their digests; those that are kept already are young again.
    pub(super) async fn keep(self, session: &Session) -> Result<(), Fault> {
        let Self { at, texts } = self;
        if texts.is_empty() {
            return Ok(());
        }
        let mut digests = Vec::new();
        for name in texts.keys() {
            digests.push(hex::decode(name).map_err(|error| damaged(&error.to_string()))?);
        }
        let texts: Vec<&str> = texts.values().map(String::as_str).collect();
        let old = nanos(at.saturating_sub(USED_STEP).unwrap_or(at));
        let kept = "INSERT INTO petiole.part (digest, used, value)
            SELECT digest, $3, value FROM unnest($1::bytea[], $2::text[]) AS new (digest, value)
            WHERE NOT EXISTS (SELECT 1 FROM petiole.part WHERE part.digest = new.digest AND part.used >= $4)
            ORDER BY digest
            ON CONFLICT (digest) DO UPDATE SET used = excluded.used WHERE part.used < $4";
        execute(session, kept, &[&digests, &texts, &nanos(at), &old]).await?;
        Ok(())
    }

    /// Puts marks in the place of what is large inside a value. What looks like a mark and is none becomes a part, too.
    fn take_apart(&mut self, json: &mut Json, depth: usize) {
        if marked(json).is_some() {
            return self.put(json, 0);
        }
        let least = if depth == 0 { FIELD_BYTES_MIN } else { INNER_BYTES_MIN };
        for inner in inside(json) {
            self.take_apart(inner, depth + 1);
            if depth < DEPTH_MAX && (inner.is_array() || inner.is_object()) {
                self.put(inner, least);
            }
        }
    }

    /// Takes what is at least so large as a part, with a mark in its place.
    fn put(&mut self, json: &mut Json, least: usize) {
        let text = json.to_string();
        if text.len() < least {
            return;
        }
        let mut name = digest::of_bytes(text.as_bytes());
        name.truncate(DIGEST_SIGNS);
        *json = Json::Object(Map::from_iter([(MARK.to_owned(), Json::from(name.as_str()))]));
        self.texts.insert(name, text);
    }
}

fn as_json(kept: &impl Serialize) -> Result<Json, StoreError> {
    serde_json::to_value(kept).map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// The values directly inside.
fn inside(json: &mut Json) -> Vec<&mut Json> {
    match json {
        Json::Array(items) => items.iter_mut().collect(),
        Json::Object(fields) => fields.values_mut().collect(),
        _ => Vec::new(),
    }
}

/// The digest of the part that stands there.
fn marked(json: &Json) -> Option<&str> {
    let fields = json.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(MARK)?.as_str()
}

/// What parts there are in texts that are read together: each asked for once.
#[derive(Default)]
pub(super) struct Read(BTreeMap<String, Json>);

impl Read {
    /// All parts that these texts name, and that those name.
    pub(super) async fn of(session: &Session, texts: &[&str]) -> Result<Self, Fault> {
        let mut known = Self::default();
        let (mut wanted, mut bytes) = (BTreeSet::new(), 0_usize);
        for text in texts.iter().filter(|text| text.contains(MARK)) {
            names(&parsed(text)?, &mut wanted);
        }
        for _ in 0..ROUNDS_MAX {
            wanted.retain(|name| !known.0.contains_key(name));
            if wanted.is_empty() {
                return Ok(known);
            }
            // What looks like a digest and is none names nothing.
            let digests: Vec<Vec<u8>> = wanted.iter().filter_map(|name| hex::decode(name).ok()).collect();
            wanted.clear();
            let found = "SELECT encode(digest, 'hex'), value FROM petiole.part WHERE digest = ANY ($1)";
            for row in rows(session, found, &[&digests]).await? {
                let text: String = row.try_get(1)?;
                bytes = bytes.saturating_add(text.len());
                let json: Json = parsed(&text)?;
                // A part is never a mark itself, whatever it looks like.
                match marked(&json) {
                    Some(_) => {}
                    None => names(&json, &mut wanted),
                }
                known.0.insert(row.try_get(0)?, json);
            }
            if bytes > BYTES_MAX {
                return Err(endless().into());
            }
        }
        Err(endless().into())
    }

    /// What [`Parts`] wrote, whole again.
    pub(super) fn whole<Kept: DeserializeOwned>(&self, text: &str) -> Result<Kept, StoreError> {
        let mut json = parsed(text)?;
        self.put_together(&mut json, (0, &mut 0))?;
        serde_json::from_value(json).map_err(|error| damaged(&error.to_string()))
    }

    fn put_together(&self, json: &mut Json, (depth, count): (usize, &mut usize)) -> Result<(), StoreError> {
        *count += 1;
        if depth > LEVELS_MAX || *count > VALUES_MAX {
            return Err(endless());
        }
        if let Some(name) = marked(json) {
            let part = self.0.get(name).ok_or_else(|| damaged(&format!("there is no part {name}")))?;
            *json = part.clone();
        }
        inside(json).into_iter().try_for_each(|inner| self.put_together(inner, (depth + 1, count)))
    }
}

/// Levels of one value.
const LEVELS_MAX: usize = 256;

/// Values in one value: what no store takes apart may name parts so often that no memory holds it.
const VALUES_MAX: usize = 4_000_000;

fn endless() -> StoreError {
    damaged("parts stand in one another without end")
}

/// Gathers the names of the parts that a value names.
fn names(json: &Json, found: &mut BTreeSet<String>) {
    if let Some(name) = marked(json) {
        found.insert(name.to_owned());
        return;
    }
    match json {
        Json::Array(items) => items.iter().for_each(|inner| names(inner, found)),
        Json::Object(fields) => fields.values().for_each(|inner| names(inner, found)),
        _ => {}
    }
}

/// Takes out parts that nobody named since then; answers how many.
pub(super) async fn prune(session: &Session, before: Timestamp, most: i64) -> Result<u64, Fault> {
    let before = nanos(before.saturating_sub(USED_STEP).unwrap_or(Timestamp::MIN));
    let gone = "DELETE FROM petiole.part WHERE digest IN (
            SELECT digest FROM petiole.part WHERE used < $1 ORDER BY used LIMIT $2 FOR UPDATE SKIP LOCKED)
        AND used < $1";
    execute(session, gone, &[&before, &most]).await
}
