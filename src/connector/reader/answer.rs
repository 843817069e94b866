//! The records in an answer: the one that it shows, or the rows of a page and what stands around them.
//!
//! A record is read from its own text, so that one whose values no parser takes harms no other. Knows how systems wrap
//! records; where the next page is, is for `paging`.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value as Json};

use super::Shape;
use crate::connector::response::{self, NotJson, at};
use crate::connector::row::Row;
use crate::connector::unreadable;
use crate::language::plan::Paging;
use crate::value::{Path, Segment};

/// What an answer to a call about one record shows.
#[derive(Debug)]
pub(in crate::connector) enum Single {
    /// A record.
    Row(Row),
    /// The wrapper is there, with nothing in it.
    Nothing,
    /// Something else.
    Other,
}

/// An answer to a listing.
#[derive(Debug)]
pub(in crate::connector) struct Page {
    /// Its rows; `None`: their place is not there.
    rows: Option<Vec<Row>>,
    /// What stands around them.
    around: Json,
}

/// The record in an answer; `None` where that is empty. Where a call wraps its record, a list of one under the wrapper
/// counts as the record, and an answer without the wrapper is taken as the record itself. `tolerant`: single values
/// that no parser takes do not make the answer unreadable.
pub(in crate::connector) fn single(
    (wrapper, shape): (Option<&Path>, &Shape),
    body: &[u8],
    (tolerant, nulls): (bool, bool),
) -> Result<Option<Single>, NotJson> {
    if response::is_blank(body) {
        return Ok(None);
    }
    let read = match text_of(wrapper, body) {
        Ok(found) => single_in_text(shape, found, (tolerant, nulls)),
        Err(error) if tolerant => single_in_json((wrapper, shape), &marked(body, error)?, nulls),
        Err(error) => return Err(error),
    };
    read.map(Some)
}

/// The text of what stands under the wrapper, or of the whole answer; whether the wrapper is there.
fn text_of<'b>(wrapper: Option<&Path>, body: &'b [u8]) -> Result<(&'b str, bool), NotJson> {
    let whole: &RawValue = serde_json::from_slice(body).map_err(not_json)?;
    let mut here = whole.get();
    for step in wrapper.iter().flat_map(|path| &path.0) {
        let fields = serde_json::from_str::<BTreeMap<String, &RawValue>>(here).unwrap_or_default();
        let inner = if let Segment::Field(name) = step { fields.get(name.as_str()) } else { None };
        match inner {
            Some(inner) => here = inner.get(),
            None => return Ok((whole.get(), false)),
        }
    }
    Ok((here, wrapper.is_some()))
}

fn single_in_text(
    shape: &Shape,
    (text, is_wrapped): (&str, bool),
    (tolerant, nulls): (bool, bool),
) -> Result<Single, NotJson> {
    let none = if is_wrapped { Single::Nothing } else { Single::Other };
    let one = match text.as_bytes().first() {
        Some(b'{') => text,
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(text).map_err(not_json)?.as_slice() {
            [] => return Ok(none),
            [one] if one.get().starts_with('{') => one.get(),
            _ => return Ok(Single::Other),
        },
        Some(b'n') => return Ok(none),
        _ => return Ok(Single::Other),
    };
    match shape.text(one, nulls) {
        Ok(read) => Ok(Single::Row(Row::of(read, one.to_owned(), None))),
        Err(error) if tolerant => row_in_marked(shape, one.as_bytes(), (not_json(error), nulls)).map(Single::Row),
        Err(error) => Err(not_json(error)),
    }
}

fn single_in_json((wrapper, shape): (Option<&Path>, &Shape), body: &Json, nulls: bool) -> Result<Single, NotJson> {
    let wrapped = wrapper.and_then(|path| at(body, path));
    let none = if wrapped.is_some() { Single::Nothing } else { Single::Other };
    let inner = match wrapped.unwrap_or(body) {
        Json::Array(items) if items.len() == 1 => items.first().unwrap_or(&Json::Null),
        other => other,
    };
    match inner {
        Json::Object(_) => row_in_json(shape, inner.clone(), nulls).map(Single::Row),
        Json::Null => Ok(none),
        Json::Array(items) if items.is_empty() => Ok(none),
        _ => Ok(Single::Other),
    }
}

/// The page in an answer; `None` where that is empty.
pub(in crate::connector) fn page(
    (shape, rows): (&Shape, &Path),
    body: &[u8],
    nulls: bool,
) -> Result<Option<Page>, NotJson> {
    if response::is_blank(body) {
        return Ok(None);
    }
    let page = match serde_json::from_slice::<&RawValue>(body) {
        Ok(whole) => page_in_text(shape, (whole.get(), &rows.0), nulls),
        Err(error) => page_in_json(shape, (marked(body, not_json(error))?, &rows.0), nulls),
    };
    page.map(Some)
}

/// The rows at a place in a text, which is known to be JSON. A bare list is one whatever place is named: systems give
/// some lists so.
fn page_in_text(shape: &Shape, (text, steps): (&str, &[Segment]), nulls: bool) -> Result<Page, NotJson> {
    let names = steps.iter().all(|step| matches!(step, Segment::Field(_)));
    let steps = if text.starts_with('[') && names { &[] } else { steps };
    page_within(shape, (text, steps), nulls)
}

fn page_within(shape: &Shape, (text, steps): (&str, &[Segment]), nulls: bool) -> Result<Page, NotJson> {
    match steps.split_first() {
        None if text.starts_with('[') => {
            let rows: Vec<&RawValue> = serde_json::from_str(text).map_err(not_json)?;
            let row = |row: &RawValue| row_in_text(shape, row.get(), nulls);
            let rows = rows.into_iter().map(row).collect::<Result<_, _>>()?;
            Ok(Page { rows: Some(rows), around: Json::Null })
        }
        None => Ok(Page { rows: (text == "null").then(Vec::new), around: Json::Null }),
        Some((Segment::Field(name), rest)) if text.starts_with('{') => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text).map_err(not_json)?;
            let mut around = Map::new();
            let mut rows = None;
            for (field, raw) in fields {
                let json = if field == *name {
                    let page = page_within(shape, (raw.get(), rest), nulls)?;
                    rows = page.rows;
                    page.around
                } else {
                    // A value that no parser takes says nothing of where the next page is.
                    serde_json::from_str(raw.get()).unwrap_or_default()
                };
                around.insert(field, json);
            }
            Ok(Page { rows, around: Json::Object(around) })
        }
        Some((Segment::Each | Segment::Index(_), _)) if text.starts_with('[') => {
            page_in_json(shape, (serde_json::from_str(text).map_err(not_json)?, steps), nulls)
        }
        Some(_) => Ok(Page { rows: None, around: Json::Null }),
    }
}

/// The same in JSON that was read already.
fn page_in_json(shape: &Shape, (mut body, steps): (Json, &[Segment]), nulls: bool) -> Result<Page, NotJson> {
    let names = steps.iter().all(|step| matches!(step, Segment::Field(_)));
    let steps = if body.is_array() && names { &[] } else { steps };
    let rows = match taken(&mut body, steps) {
        Some(items) => Some(items.into_iter().map(|raw| row_in_json(shape, raw, nulls)).collect::<Result<_, _>>()?),
        None => None,
    };
    Ok(Page { rows, around: body })
}

/// Takes the rows at a place out of what stands around them; of several places in their order.
fn taken(body: &mut Json, steps: &[Segment]) -> Option<Vec<Json>> {
    match steps.split_first() {
        None => match std::mem::take(body) {
            Json::Array(items) => Some(items),
            Json::Null => Some(Vec::new()),
            _ => None,
        },
        Some((Segment::Field(name), rest)) => taken(body.get_mut(name.as_str())?, rest),
        Some((Segment::Index(index), rest)) => taken(body.get_mut(index)?, rest),
        Some((Segment::Each, rest)) => {
            // One that has none at all shows that it has none; a list without any place for rows is another list.
            let found: Vec<Option<Vec<Json>>> = body.as_array_mut()?.iter_mut().map(|item| taken(item, rest)).collect();
            let is_other = !found.is_empty() && found.iter().all(Option::is_none);
            (!is_other).then(|| found.into_iter().flatten().flatten().collect())
        }
    }
}

impl Page {
    /// The rows, and what stands around them. Where the system leaves out the place of no rows, there are none.
    ///
    /// # Errors
    /// Says that the answer is no list.
    pub(in crate::connector) fn listed(self, paging: &Paging) -> Result<(Vec<Row>, Json), String> {
        let Self { rows, around } = self;
        let may_lack = paging.may_lack_rows && lacks(&around, &paging.rows.0);
        match rows.or_else(|| may_lack.then(Vec::new)) {
            Some(rows) => Ok((rows, around)),
            None => Err(format!("the answer is no list: it has no rows at {}", paging.rows)),
        }
    }
}

/// Whether the place of the rows is not there, while nothing else stands on the way to it.
fn lacks(here: &Json, steps: &[Segment]) -> bool {
    match (steps.split_first(), here) {
        (Some((Segment::Field(name), rest)), Json::Object(fields)) => {
            fields.get(name.as_str()).is_none_or(|next| lacks(next, rest))
        }
        (Some((Segment::Index(index), rest)), Json::Array(items)) => {
            items.get(*index).is_none_or(|next| lacks(next, rest))
        }
        (Some((Segment::Each, rest)), Json::Array(items)) => items.iter().all(|next| lacks(next, rest)),
        _ => false,
    }
}

fn row_in_text(shape: &Shape, text: &str, nulls: bool) -> Result<Row, NotJson> {
    match shape.text(text, nulls) {
        Ok(read) => Ok(Row::of(read, text.to_owned(), None)),
        Err(error) => row_in_marked(shape, text.as_bytes(), (not_json(error), nulls)),
    }
}

fn row_in_marked(shape: &Shape, text: &[u8], (error, nulls): (NotJson, bool)) -> Result<Row, NotJson> {
    row_in_json(shape, marked(text, error)?, nulls)
}

/// A row in which values may be marked as unreadable.
fn row_in_json(shape: &Shape, mut raw: Json, nulls: bool) -> Result<Row, NotJson> {
    let unreadable = unreadable::take_marks(&mut raw);
    let text = raw.to_string();
    let read = shape.text(&text, nulls).map_err(not_json)?;
    Ok(Row::of(read, text, unreadable))
}

/// The JSON of a text with marks for what no parser takes; `error` where it is broken beyond single values.
fn marked(text: &[u8], error: NotJson) -> Result<Json, NotJson> {
    serde_json::from_str(&unreadable::marked(text)).map_err(|_| error)
}

#[allow(clippy::needless_pass_by_value, reason = "handed to `map_err`")]
fn not_json(error: serde_json::Error) -> NotJson {
    NotJson { why: error.to_string() }
}
