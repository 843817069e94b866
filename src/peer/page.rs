//! Rows of a listing, filtered by what the call asks for, and cut into pages as the system declares.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use super::peer::Row;
use super::route::{Hole, OFFSET, Route};
use super::write_wire;
use crate::language::plan::{Paging, RecordType, System};
use crate::value::{Path, Value, timestamp};
use crate::world::Request;

/// Whether a row is what the holes of the call ask for.
pub(super) fn asked_for(kind: &RecordType, row: &Row, holes: &[Hole]) -> bool {
    holes.iter().all(|hole| match hole.name.as_str() {
        "since" => timestamp::parse(&hole.value).is_some_and(|since| changed_at(kind, row) >= since),
        name if name.starts_with("account.") || name.starts_with("secrets.") => true,
        // A hole that is no field of the record says nothing about its rows.
        name if Path::parse(name).is_none_or(|path| kind.field(&path).is_none()) => true,
        name => {
            let held = Path::parse(name).map(|path| path.read(&row.value)).unwrap_or_default();
            held.to_key().is_some_and(|text| compares(hole, &text))
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

/// One page as the system sends it.
pub(super) fn render(system: &System, route: &Route, rows: &[&Row], request: &Request) -> Json {
    let most = system.paging.size().map_or(usize::MAX, |(_, rows)| usize::try_from(rows).unwrap_or(usize::MAX)).max(1);
    let length = route.size.unwrap_or(most).clamp(1, most);
    let page: Vec<Json> =
        rows.iter().skip(route.offset).take(length).map(|row| write_wire::record(&route.record, &row.value)).collect();
    let end = route.offset.saturating_add(page.len());
    let next = if end < rows.len() { Json::String(next_url(request, end, &system.paging)) } else { Json::Null };
    let mut body = Json::Object(Map::new());
    match &system.paging {
        Paging::NextUrl { rows: place, next: at, .. } => {
            write_wire::put(&mut body, &place.0, Json::Array(page));
            write_wire::put(&mut body, &at.0, next);
        }
        Paging::Offset { rows: place, more, .. } => {
            write_wire::put(&mut body, &place.0, Json::Array(page));
            write_wire::put(&mut body, &more.0, next);
        }
        Paging::Whole { rows: place } if place.0.is_empty() => body = Json::Array(page),
        Paging::Whole { rows: place } => write_wire::put(&mut body, &place.0, Json::Array(page)),
    }
    if let Some(at) = system.paging.count() {
        write_wire::put(&mut body, &at.0, Json::from(rows.len()));
    }
    body
}

/// The same request from a later offset; absolute where the client said to whom it speaks.
fn next_url(request: &Request, offset: usize, paging: &Paging) -> String {
    let name = match paging {
        Paging::NextUrl { .. } | Paging::Whole { .. } => OFFSET,
        Paging::Offset { offset, .. } => offset.as_str(),
    };
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let own = format!("{name}=");
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with(&own)).map(str::to_owned);
    let query: Vec<String> = kept.chain([format!("{name}={offset}")]).collect();
    let origin = request.header("Host").map(|host| format!("http://{host}")).unwrap_or_default();
    format!("{origin}{path}?{}", query.join("&"))
}
