//! What a peer holds and no field is about, carried along where a write takes its place.
//!
//! A list that is written is written whole, and a PUT writes records within the record whole. Elements pair with those
//! that are there by the keys of their lists, or by being the same; what the system file names, and what a call must
//! never send, is left to who writes it. Pure; what the peer holds is read by `changing`.

use serde_json::{Map, Value as Json};

use super::body::{Body, Part};
use super::layout::{self, Layout};
use super::row::Row;
use crate::language::plan::{Call, Field, RecordType, WritePlace};
use crate::value::path::lookup;
use crate::value::{Kind, Path, Record, Segment, Value};
use crate::world::Method;

/// By which of their fields the elements of a list are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListKey {
    /// The list, from the record (`lines`, `boxes[].lines`).
    pub list: Path,
    /// The fields of an element.
    pub fields: Vec<String>,
}

/// A record as its peer holds it.
#[derive(Debug)]
pub(super) struct Beside<'k> {
    value: Value,
    raw: Json,
    keys: &'k [ListKey],
}

impl<'k> Beside<'k> {
    pub(super) fn of(row: Row, keys: &'k [ListKey]) -> Self {
        Self { raw: row.raw(), value: row.value, keys }
    }
}

/// Whether a call with these fields takes the place of something within the record.
pub(super) fn takes_place(record: &RecordType, call: &Call, fields: &Record) -> bool {
    // The inputs of a query and the names of a form are fixed: there nothing may be sent that is not named.
    if call.query_text.is_some() || call.is_form {
        return false;
    }
    let sent = |steps: &[Segment]| lookup(fields, steps).is_some_and(|value| !value.is_null());
    record.fields.iter().any(|field| match field.path.0.iter().position(|step| *step == Segment::Each) {
        Some(at) => sent(field.path.0.get(..at).unwrap_or_default()),
        None => call.method == Method::Put && field.path.0.len() > 1 && sent(&field.path.0),
    })
}

/// The fields that a PUT of others within the same record would empty, as the peer holds them.
pub(super) fn with_siblings(record: &RecordType, call: &Call, (fields, present): (&mut Record, &Value)) {
    if call.method != Method::Put {
        return;
    }
    let nested = |field: &&Field| field.path.0.len() > 1 && !field.path.0.contains(&Segment::Each);
    let nested: Vec<&Field> = record.fields.iter().filter(nested).collect();
    let above = |field: &Field| field.path.0.split_last().map(|(_, above)| above.to_vec()).unwrap_or_default();
    let sent: Vec<Vec<Segment>> =
        nested.iter().filter(|field| lookup(fields, &field.path.0).is_some()).map(|field| above(field)).collect();
    let lost = nested.iter().filter(|field| field.on_update && sent.contains(&above(field)));
    for field in lost.filter(|field| !matches!(field.kind, Kind::Reference(_))) {
        let value = field.path.read(present);
        if !value.is_null() && lookup(fields, &field.path.0).is_none() {
            field.path.write(fields, value);
        }
    }
}

/// Lays what the peer holds beside it into what is sent.
pub(super) fn lay<'a>(
    body: &mut Body<'a>,
    call: &'a Call,
    (record, fields): (&'a RecordType, &Record),
    beside: &'a Beside<'_>,
) {
    let layout = layout::of_record(record, |_| true);
    let Json::Object(raw) = &beside.raw else { return };
    if call.method == Method::Put {
        let named = named(&layout, &[], &call.never);
        for (name, inner) in raw {
            below(body, (name, inner), &named);
        }
    }
    let place = At { path: Vec::new(), beside, never: &call.never };
    if let Some(held) = beside.value.as_record() {
        place.lists(&layout, body, fields, (held, raw));
    }
}

/// A place of something that is named.
struct Named<'l> {
    steps: Vec<&'l Segment>,
    /// It says which other record is meant; what stands around it tells of that one.
    refers: bool,
}

/// What is named at a level, with what is never sent.
fn named<'l>(layout: &Layout<'l>, path: &[Segment], never: &'l [Path]) -> Vec<Named<'l>> {
    let refers = |field: &Field| matches!(field.kind, Kind::Reference(_));
    let places = |field: &'l Field| std::iter::once(&field.read_at).chain(&field.read_also).map(move |at| (at, field));
    let plain = layout.plain.iter().flat_map(|(_, field)| places(field));
    let mut all: Vec<Named<'l>> =
        plain.map(|(at, field)| Named { steps: at.0.iter().collect(), refers: refers(field) }).collect();
    all.extend(layout.lists.iter().map(|list| Named { steps: list.read_at().iter().collect(), refers: false }));
    let never = never.iter().filter_map(|never| never.0.strip_prefix(path)).filter(|rest| !rest.is_empty());
    all.extend(never.map(|rest| Named { steps: rest.iter().collect(), refers: false }));
    all
}

/// What of the named stands below a name.
fn under<'l>(named: &[Named<'l>], name: &str) -> Vec<Named<'l>> {
    let inside = named.iter().filter_map(|one| match one.steps.split_first() {
        Some((Segment::Field(own), rest)) if own == name => Some(Named { steps: rest.to_vec(), refers: one.refers }),
        _ => None,
    });
    inside.collect()
}

/// Carries along what stands in an object and is not named; an empty value is nothing to say again.
fn carry<'a>(body: &mut Body<'a>, raw: &'a Map<String, Json>, named: &[Named<'_>]) {
    for (name, value) in raw {
        if named.iter().any(|one| matches!(one.steps.first(), Some(Segment::Field(own)) if own == name.as_str())) {
            below(body, (name, value), named);
        } else if !value.is_null() {
            body.entry(name).or_insert(Part::Carried(value));
        }
    }
}

/// The same in a record under a name, where that is sent, too.
fn below<'a>(body: &mut Body<'a>, (name, raw): (&str, &'a Json), named: &[Named<'_>]) {
    let inside = under(named, name);
    let is_other = |one: &Named<'_>| one.steps.is_empty() || one.refers && one.steps.len() == 1;
    if inside.is_empty() || inside.iter().any(is_other) {
        return;
    }
    if let (Json::Object(raw), Some(Part::Object(inner))) = (raw, body.get_mut(name)) {
        carry(inner, raw, &inside);
    }
}

/// A level of the record.
struct At<'a, 'k> {
    path: Vec<Segment>,
    beside: &'a Beside<'k>,
    never: &'a [Path],
}

impl<'a> At<'a, '_> {
    fn lists(
        &self,
        layout: &Layout<'a>,
        body: &mut Body<'a>,
        sent: &Record,
        (held, raw): (&Record, &'a Map<String, Json>),
    ) {
        for list in &layout.lists {
            let place = match list.whole.map(|field| &field.write) {
                Some(WritePlace::Body(path)) => path.0.as_slice(),
                _ => list.place,
            };
            let rows = |of| lookup(of, list.place).and_then(Value::as_list).unwrap_or_default();
            let (sent, held) = (rows(sent), rows(held));
            let raw = at(raw, list.read_at()).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
            let Some(parts) = parts(body, place).filter(|parts| parts.len() == sent.len()) else { continue };
            if held.len() != raw.len() {
                continue;
            }
            let mut path = self.path.clone();
            path.extend(list.place.iter().cloned());
            let pairs = paired(self.key_of(&path), sent, held);
            path.push(Segment::Each);
            let (named, inner) = (named(&list.element, &path, self.never), At { path, ..*self });
            for ((part, row), twin) in parts.iter_mut().zip(sent).zip(pairs) {
                let twin = twin.and_then(|at| Some((held.get(at)?.as_record()?, raw.get(at)?.as_object()?)));
                let (Part::Object(body), Some(row), Some((held, raw))) = (part, row.as_record(), twin) else {
                    continue;
                };
                carry(body, raw, &named);
                inner.lists(&list.element, body, row, (held, raw));
            }
        }
    }

    fn key_of(&self, list: &[Segment]) -> &'a [String] {
        let known = self.beside.keys.iter().find(|key| key.list.0 == list);
        known.map(|key| key.fields.as_slice()).unwrap_or_default()
    }
}

/// For each element that is sent, the one that is there: of those with its key the one that is the same, if one is.
fn paired(key: &[String], sent: &[Value], held: &[Value]) -> Vec<Option<usize>> {
    let alike = |row: &Value, at: &usize| held.get(*at).is_some_and(|held| holds(held, row));
    let same_key = |row: &Value, at: &usize| {
        let is_keyed = key.iter().any(|name| !row.field(name).is_null());
        is_keyed && held.get(*at).is_some_and(|held| key.iter().all(|name| held.field(name) == row.field(name)))
    };
    let mut free: Vec<usize> = (0..held.len()).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; sent.len()];
    for by_key in [false, true] {
        for (row, pair) in sent.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            let fits = |at: &usize| if by_key { same_key(row, at) } else { alike(row, at) };
            if let Some(place) = free.iter().position(fits) {
                *pair = Some(free.remove(place));
            }
        }
    }
    pairs
}

/// Whether an element holds all that is sent of it.
fn holds(held: &Value, sent: &Value) -> bool {
    match (held, sent) {
        (Value::Record(held), Value::Record(sent)) => {
            sent.iter().all(|(name, value)| held.get(name).map_or(value.is_null(), |held| holds(held, value)))
        }
        (Value::List(held), Value::List(sent)) => {
            held.len() == sent.len() && held.iter().zip(sent).all(|(held, sent)| holds(held, sent))
        }
        _ => held == sent,
    }
}

fn at<'j>(raw: &'j Map<String, Json>, steps: &[Segment]) -> Option<&'j Json> {
    let Some((Segment::Field(name), rest)) = steps.split_first() else { return None };
    let inner = raw.get(name.as_str())?;
    if rest.is_empty() { Some(inner) } else { at(inner.as_object()?, rest) }
}

fn parts<'b, 'a>(body: &'b mut Body<'a>, steps: &[Segment]) -> Option<&'b mut Vec<Part<'a>>> {
    let Some((Segment::Field(name), rest)) = steps.split_first() else { return None };
    match body.get_mut(name.as_str())? {
        Part::List(items) if rest.is_empty() => Some(items),
        Part::Object(inner) if !rest.is_empty() => parts(inner, rest),
        _ => None,
    }
}
