//! Rows of a listing, filtered by what the call asks for, and cut into pages as the system declares.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::peer::Row;
use super::refusal::{Reason, Refusal};
use super::route::{Hole, OFFSET, Route};
use super::write_wire;
use crate::language::plan::{Mark, PageStyle, Place, RecordType};
use crate::value::{Path, Value, digest, json, notation, timestamp};
use crate::world::Request;

/// Letters of a mark before its number.
const MARK_LETTERS: usize = 8;

/// Whether a row is what the holes of the call ask for.
pub(super) fn asked_for(kind: &RecordType, row: &Row, holes: &[Hole]) -> bool {
    holes.iter().all(|hole| match hole.name.as_str() {
        "since" => {
            let modified = kind.modified.as_deref().and_then(Path::parse);
            let notation = modified.and_then(|path| kind.field(&path)).and_then(|field| field.notation.as_ref());
            let since = match notation.map(|notation| notation.read(&Value::text(&hole.value))) {
                Some(Some(Value::Timestamp(since))) => Some(since),
                Some(_) => None,
                None => timestamp::parse(&hole.value),
            };
            since.is_some_and(|since| changed_at(kind, row) >= since)
        }
        name if name.starts_with("since:") => {
            let form = name.strip_prefix("since:").unwrap_or_default();
            notation::instant_from(form, &hole.value).is_some_and(|since| changed_at(kind, row) >= since)
        }
        name if name.starts_with("account.") || name.starts_with("secrets.") => true,
        // A hole that is no field of the record says nothing about its rows.
        name if Path::parse(name).is_none_or(|path| kind.field(&path).is_none()) => true,
        name => {
            let path = Path::parse(name).unwrap_or_default();
            let held = path.read(&row.value);
            let notation = kind.field(&path).and_then(|field| field.notation.as_ref());
            let spelt = notation.and_then(|notation| notation.write(&held));
            spelt.unwrap_or(held).to_key().is_some_and(|text| compares(hole, &text))
        }
    })
}

fn changed_at(kind: &RecordType, row: &Row) -> Timestamp {
    match kind.modified.as_deref().map(|name| row.value.field(name)) {
        Some(Value::Timestamp(instant)) => *instant,
        _ => row.changed,
    }
}

/// A parameter such as `name__startswith` says how it compares; every other asks for equality.
fn compares(hole: &Hole, held: &str) -> bool {
    let word = hole.parameter.as_deref().and_then(|name| name.rsplit_once("__")).map(|(_, word)| word);
    let wanted = hole.value.as_str();
    match word {
        Some("startswith") => held.starts_with(wanted),
        Some("contains") => held.contains(wanted),
        Some("istartswith") => held.to_lowercase().starts_with(&wanted.to_lowercase()),
        Some("icontains") => held.to_lowercase().contains(&wanted.to_lowercase()),
        Some("iexact") => held.to_lowercase() == wanted.to_lowercase(),
        _ => held == wanted,
    }
}

/// A page with its headers, as the system sends it.
pub(super) struct Page {
    pub(super) body: Json,
    pub(super) headers: Vec<(String, String)>,
}

/// One page as the system sends it.
///
/// # Errors
/// A mark that it never gave, or a page behind the last where that is refused.
pub(super) fn render(route: &Route, rows: &[&Row], request: &Request) -> Result<Page, Refusal> {
    let paging = route.paging.as_ref();
    let most = paging.size().map_or(usize::MAX, |(_, rows)| usize::try_from(rows).unwrap_or(usize::MAX)).max(1);
    let length = route.size.unwrap_or(most).clamp(1, most);
    let wire: Vec<Json> = rows.iter().map(|row| write_wire::record(&route.record, &row.value)).collect();
    let begin = begin(route, &wire, length)?;
    let page: Vec<Json> = wire.iter().skip(begin).take(length).cloned().collect();
    let end = begin.saturating_add(page.len());
    let goes_on = end < rows.len();
    let last = page.last().cloned().unwrap_or_default();
    let mut out = Page { body: Json::Object(Map::new()), headers: Vec::new() };
    if paging.rows.0.is_empty() {
        out.body = Json::Array(page);
    } else if page.is_empty() && paging.may_lack_rows {
        let around = paging.rows.0.split_last().map_or(&[][..], |(_, around)| around);
        write_wire::put(&mut out.body, around, Json::Object(Map::new()));
    } else {
        write_wire::put(&mut out.body, &paging.rows.0, Json::Array(page));
    }
    if let Some(more) = paging.more() {
        write_wire::put(&mut out.body, &more.0, Json::Bool(goes_on));
    }
    if let Some(place) = &paging.count {
        out.say(place, Json::from(rows.len()));
    }
    match &paging.style {
        PageStyle::NextUrl { next } => {
            let url = if goes_on { Json::String(next_url(request, end)) } else { Json::Null };
            write_wire::put(&mut out.body, &next.0, url);
        }
        PageStyle::Link if goes_on => {
            out.headers.push(("Link".to_owned(), format!("<{}>; rel=\"next\"", next_url(request, end))));
        }
        PageStyle::Page { pages: Some(place), .. } => out.say(place, Json::from(rows.len().div_ceil(length))),
        // Systems leave the mark out on the last page.
        PageStyle::Cursor { next: Mark::Said(place), .. } if goes_on => {
            out.say(place, Json::String(mark(&last, end)));
        }
        _ => {}
    }
    Ok(out)
}

impl Page {
    fn say(&mut self, place: &Place, value: Json) {
        match place {
            Place::Body(path) => write_wire::put(&mut self.body, &path.0, value),
            Place::Header(name) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.headers.push((name.clone(), text));
            }
        }
    }
}

/// Where the page begins that is asked for.
fn begin(route: &Route, wire: &[Json], length: usize) -> Result<usize, Refusal> {
    let Some(asked) = route.place.as_deref() else { return Ok(0) };
    let unknown = || Refusal::new(Reason::Malformed, format!("no page is {asked}"));
    let number = || asked.parse::<usize>().map_err(|_| unknown());
    match &route.paging.style {
        PageStyle::Page { first, beyond, .. } => {
            let before = number()?.checked_sub(usize::try_from(*first).unwrap_or_default()).ok_or_else(unknown)?;
            let begin = before.saturating_mul(length);
            match beyond {
                Some(status) if begin > 0 && begin >= wire.len() => {
                    Err(Refusal::new(Reason::Behind(*status), "there is no such page"))
                }
                _ => Ok(begin),
            }
        }
        PageStyle::Cursor { next: Mark::Said(_), .. } => {
            let is_it = |at: &usize| {
                at.checked_sub(1).and_then(|last| wire.get(last)).is_some_and(|row| mark(row, *at) == asked)
            };
            (1..=wire.len()).find(is_it).ok_or_else(unknown)
        }
        PageStyle::Cursor { next: Mark::OfLastRow(path), .. } => {
            let is_it = |row: &Json| {
                let held = path.read(&json::from_json(row));
                held.to_key().as_deref() == Some(asked)
            };
            wire.iter().position(is_it).map(|at| at + 1).ok_or_else(unknown)
        }
        _ => number(),
    }
}

/// The mark of the page that begins behind a row: letters that nobody can count by.
fn mark(row: &Json, end: usize) -> String {
    let digest = digest::of_bytes(row.to_string().as_bytes());
    format!("{}-{end}", digest.get(..MARK_LETTERS).unwrap_or_default())
}

/// The same request from a later offset; absolute where the client said to whom it speaks.
fn next_url(request: &Request, offset: usize) -> String {
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let own = format!("{OFFSET}=");
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(&own)).map(str::to_owned);
    let query: Vec<String> = kept.chain([format!("{OFFSET}={offset}")]).collect();
    let origin = request.header("Host").map(|host| format!("http://{host}")).unwrap_or_default();
    format!("{origin}{path}?{}", query.join("&"))
}
