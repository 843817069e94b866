//! Which declared call a request is: templates turned round, holes read back.

use std::sync::Arc;

use serde_json::Value as Json;

use super::call_log::CallKind;
use super::read_wire;
use super::refusal::{Reason, Refusal};
use crate::connector::request::{QUERY, form_decode, percent_decode};
use crate::language::plan::{Call, Constant, MoveBy, PageStyle, Paging, RecordType, System, Template, TemplatePart};
use crate::value::{Path, Segment, json};
use crate::world::{Method, Request};

/// A request recognised.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) kind: CallKind,
    pub(super) record: Arc<RecordType>,
    /// What stands in the holes: name, value, and the query parameter it stands in, if any.
    pub(super) holes: Vec<Hole>,
    /// Whether it asks by a query, so that a refusal is an answer like any other.
    pub(super) is_query: bool,
    /// Where in its answer the record stands.
    pub(super) answer: Option<Path>,
    /// The path of what it makes.
    pub(super) location: Option<Template>,
    /// How what it lists comes in pages.
    pub(super) paging: Arc<Paging>,
    /// Page parameters as sent: how many rows, and which page.
    pub(super) size: Option<usize>,
    pub(super) place: Option<String>,
}

/// A hole with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) parameter: Option<String>,
}

/// The query parameter of next URLs, where the system's own paging names none.
pub(super) const OFFSET: &str = "offset";

/// The call that a request makes; of several that fit, the one that asks for most.
pub(super) fn find(system: &System, request: &Request) -> Result<Route, Refusal> {
    let (path, query) = request.url.split_once('?').unwrap_or((&request.url, ""));
    let query: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (form_decode(name), form_decode(value)))
        .collect();
    let mut best: Option<(usize, Route)> = None;
    let mut path_known = false;
    for record in system.records.values() {
        for (kind, call) in calls(record) {
            let Some(holes) = fit(&call.path.0, path, true) else { continue };
            path_known = true;
            if call.method != request.method || !asks_this(call, request) {
                continue;
            }
            let mut holes = holes;
            holes.extend(in_headers(call, request));
            let paging = call.paging.as_ref().unwrap_or(&system.paging);
            // A list that is asked for by POST says in its body what others say in the query.
            let said = if kind.is_write() { Vec::new() } else { in_its_body(call, paging, request) };
            let Some(written) = in_a_write(kind, call, request) else { continue };
            let more = written.len();
            holes.extend(written);
            let query: Vec<(String, String)> = query.iter().cloned().chain(said).collect();
            if let Some((weight, asked)) = with_query(paging, call, holes, &query)
                && best.as_ref().is_none_or(|(known, _)| weight + more > *known)
            {
                let Asked { holes, size, place } = asked;
                let (record, paging) = (Arc::clone(record), Arc::clone(paging));
                best = Some((
                    weight + more,
                    Route {
                        kind,
                        record,
                        holes,
                        is_query: call.query_text.is_some(),
                        answer: call.answer.clone(),
                        location: call.location.clone(),
                        paging,
                        size,
                        place,
                    },
                ));
            }
        }
    }
    match best {
        Some((_, route)) => Ok(route),
        None if path_known => {
            Err(Refusal::new(Reason::Unknown, format!("no call is {} {}", request.method, request.url)))
        }
        None => Err(Refusal::new(Reason::Gone, format!("there is no {path}"))),
    }
}

/// Whether a request asks what a call asks: calls to one place are known by their query.
pub(super) fn asks_this(call: &Call, request: &Request) -> bool {
    let Some(query) = &call.query_text else { return true };
    let body = read_wire::body_of(request).unwrap_or_default();
    body.get(QUERY).and_then(Json::as_str) == Some(query.text.as_str())
}

/// What a call says in its body, from the top of it.
fn said_by(call: &Call) -> impl Iterator<Item = (Path, &Constant)> {
    let around = call.within.iter().flat_map(|path| path.0.iter()).cloned();
    let around: Vec<Segment> = around.collect();
    let inside = move |path: &Path| Path(around.iter().chain(&path.0).cloned().collect());
    let own = call.body.iter().map(move |(path, value)| (inside(path), value));
    let variables = call.query_text.iter().flat_map(|query| &query.variables);
    own.chain(variables.map(|(path, value)| (path.clone(), value)))
}

/// What stands in the holes of the call's own headers.
fn in_headers(call: &Call, request: &Request) -> Vec<Hole> {
    let of = |(name, template): &(String, Template)| fit(&template.0, request.header(name)?, false);
    call.headers.iter().filter_map(of).flatten().collect()
}

fn calls(record: &RecordType) -> impl Iterator<Item = (CallKind, &Call)> {
    let single = [
        (CallKind::Read, &record.read),
        (CallKind::Changed, &record.changed),
        (CallKind::List, &record.list),
        (CallKind::Create, &record.create),
        (CallKind::Update, &record.update),
        (CallKind::Remove, &record.remove),
    ];
    let moves = record.states.iter().flat_map(|states| &states.moves).filter_map(|step| match &step.by {
        MoveBy::Call(call) => Some((CallKind::Move, call.as_ref())),
        _ => None,
    });
    let found = single.into_iter().filter_map(|(kind, call)| call.as_ref().map(|call| (kind, call)));
    let found = found.chain(record.add.values().map(|call| (CallKind::Update, call)));
    found.chain(record.find.values().map(|call| (CallKind::Find, call))).chain(moves)
}

/// What a request asks of a call.
struct Asked {
    holes: Vec<Hole>,
    size: Option<usize>,
    place: Option<String>,
}

/// What stands in the body of a list that is asked for by POST: its constants, and its page parameters.
fn in_its_body(call: &Call, paging: &Paging, request: &Request) -> Vec<(String, String)> {
    let body: Json = read_wire::body_of(request).unwrap_or_default();
    let body = json::from_json(&body);
    let parameters = paging.size().map(|(name, _)| name).into_iter().chain(paging.turns_by());
    let texts = said_by(call).filter(|(_, constant)| matches!(constant, Constant::Text(_)));
    let paths = parameters.map(str::to_owned).chain(texts.map(|(path, _)| path.to_string()));
    paths
        .filter_map(|name| Some((Path::parse(&name)?.read(&body).to_key()?, name)))
        .map(|(text, name)| (name, text))
        .collect()
}

/// What stands in the holes of a write's body, by which calls to one place are told apart; `None`: not all are there.
fn in_a_write(kind: CallKind, call: &Call, request: &Request) -> Option<Vec<Hole>> {
    let has_hole = |template: &Template| template.0.iter().any(|part| matches!(part, TemplatePart::Hole(_)));
    let holes = said_by(call).filter_map(|(path, constant)| match constant {
        Constant::Text(template) if kind.is_write() && has_hole(template) => Some((path, template)),
        _ => None,
    });
    let mut holes = holes.peekable();
    if holes.peek().is_none() {
        return Some(Vec::new());
    }
    let body = json::from_json(&read_wire::body_of(request).ok()?);
    let read = |(place, template): (Path, &Template)| fit(&template.0, &place.read(&body).to_key()?, false);
    let found: Option<Vec<Vec<Hole>>> = holes.map(read).collect();
    found.map(|found| found.into_iter().flatten().collect())
}

/// A parameter as it is read: what its file says goes into the address as it stands, escapes and pluses for blanks.
fn as_read((name, template): &(String, Template)) -> (String, Template) {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(literal) => TemplatePart::Text(form_decode(literal)),
        hole @ TemplatePart::Hole(_) => hole.clone(),
    };
    (name.clone(), Template(template.0.iter().map(part).collect()))
}

/// Every parameter with a hole must be there and none that is not declared; constants may be left out.
fn with_query(
    paging: &Paging,
    call: &Call,
    mut holes: Vec<Hole>,
    query: &[(String, String)],
) -> Option<(usize, Asked)> {
    let size_name = paging.size().map_or("", |(name, _)| name);
    let by_url = if paging.style == PageStyle::Whole { "" } else { OFFSET };
    let place_name = paging.turns_by().unwrap_or(by_url);
    // A path without holes says more than one that anything fits.
    let mut weight = usize::from(holes.is_empty());
    let text = |(path, constant): (Path, &Constant)| match constant {
        Constant::Text(template) => Some((path.to_string(), template.clone())),
        Constant::Plain(_) | Constant::List(_) => None,
    };
    let in_body: Vec<(String, Template)> = said_by(call).filter_map(text).collect();
    let lists = call.method == Method::Post && query.iter().any(|(name, _)| in_body.iter().any(|(own, _)| own == name));
    let in_address: Vec<(String, Template)> = call.query.iter().map(as_read).collect();
    let asked: Vec<&(String, Template)> = in_address.iter().chain(in_body.iter().filter(|_| lists)).collect();
    for (name, template) in asked.iter().copied() {
        let sent = query.iter().find(|(found, _)| found == name).map(|(_, value)| value);
        let wanted = template.0.iter().any(|part| matches!(part, TemplatePart::Hole(_)));
        match sent {
            Some(value) => {
                let found = fit(&template.0, value, false)?;
                holes.extend(found.into_iter().map(|hole| Hole { parameter: Some(name.clone()), ..hole }));
                weight += 2;
            }
            None if wanted => return None,
            None => {}
        }
    }
    let known = |name: &str| name == size_name || name == place_name || asked.iter().any(|(own, _)| own == name);
    if !query.iter().all(|(name, _)| known(name)) {
        return None;
    }
    let sent = |wanted: &str| query.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.clone());
    let size = sent(size_name).and_then(|text| text.parse().ok());
    Some((weight, Asked { holes, size, place: sent(place_name) }))
}

/// Reads a text back by the template it was made from. In a path, a hole is one segment, percent-encoded.
pub(super) fn fit(parts: &[TemplatePart], text: &str, in_path: bool) -> Option<Vec<Hole>> {
    match parts {
        [] => text.is_empty().then(Vec::new),
        [TemplatePart::Text(literal), rest @ ..] => fit(rest, text.strip_prefix(literal.as_str())?, in_path),
        [TemplatePart::Hole(name), rest @ ..] => {
            let ends = text.char_indices().map(|(at, letter)| at + letter.len_utf8());
            ends.take_while(|end| !in_path || !text.get(..*end).unwrap_or_default().contains('/')).find_map(|end| {
                let (value, behind) = text.split_at(end);
                let mut holes = fit(rest, behind, in_path)?;
                let value = if in_path { percent_decode(value) } else { value.to_owned() };
                holes.insert(0, Hole { name: name.clone(), value, parameter: None });
                Some(holes)
            })
        }
    }
}

/// Whether the text can have been made from the template.
pub(super) fn is_made_from(template: &Template, text: &str) -> bool {
    fit(&template.0, text, false).is_some()
}
