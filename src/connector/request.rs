//! A described call as an HTTP request.
//!
//! Pure: fills the holes of path, query and headers, and writes canonical fields the way the peer
//! spells them. Only declared fields that the call sends get out; a hole without a value is a
//! failure, never an empty text in a path.

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::account::ResolvedAccount;
use super::body::{self, Body, Part};
use super::carried::{self, Beside};
use super::failure::Failure;
use super::layout::{self, Layout};
use crate::language::plan::{Call, Constant, Field, Query, RecordType, System, Template, TemplatePart, WritePlace};
use crate::value::path::lookup;
use crate::value::{Kind, Path, Record, Segment, Value, json, notation};
use crate::world::{KEY_COLUMN, Method, Request, TablePlace};

/// The currency written where neither value nor account (property `currency`) names one.
pub const CURRENCY: &str = "USD";

/// What is not itself in an address, so that a value never ends its place there.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The name under which a query is sent.
pub const QUERY: &str = "query";

/// What the body of a form is called.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// Where holes get their values.
#[derive(Clone, Copy, Debug)]
pub struct Holes<'a> {
    /// `account.X` and `secrets.X`.
    pub account: &'a ResolvedAccount,
    /// `since`.
    pub since: Option<Timestamp>,
    /// The record's key field and the key, which wins over the fields.
    pub key: Option<(&'a str, &'a str)>,
    /// The record's own fields.
    pub fields: Option<&'a Record>,
    /// The value for which a call is repeated, by name.
    pub each: Option<(&'a str, &'a str)>,
    /// The kind of record whose fields these are.
    pub kind: Option<&'a RecordType>,
}

impl<'a> Holes<'a> {
    /// Holes that only the account fills.
    pub fn of(account: &'a ResolvedAccount) -> Self {
        Self { account, since: None, key: None, fields: None, each: None, kind: None }
    }

    pub(super) fn text(&self, name: &str) -> Result<String, Failure> {
        let missing = |what: String| Failure::unsupported(format!("account {}: {what}", self.account.name));
        if let Some(secret) = name.strip_prefix("secrets.") {
            let found = self.account.secrets.get(secret).cloned();
            return found.ok_or_else(|| missing(format!("the secret {secret} is not set")));
        }
        if let Some(property) = name.strip_prefix("account.") {
            let found = self.account.properties.get(property).cloned();
            return found.ok_or_else(|| missing(format!("the property {property} is not set")));
        }
        if let Some((_, key)) = self.key.filter(|(field, _)| *field == name) {
            return Ok(key.to_owned());
        }
        if let Some((_, value)) = self.each.filter(|(known, _)| *known == name) {
            return Ok(value.to_owned());
        }
        if let (Some(instant), Some(form)) = (self.since, name.strip_prefix("since:")) {
            return notation::instant_as(form, instant).ok_or_else(|| missing(format!("there is no form {{{name}}}")));
        }
        let (value, field) = match self.since {
            Some(instant) if name == "since" => {
                let modified = self.kind.and_then(|kind| kind.field(&Path::parse(kind.modified.as_deref()?)?));
                (Value::Timestamp(instant), modified)
            }
            _ => {
                let path = Path::parse(name);
                let value = self.fields.zip(path.as_ref()).and_then(|(fields, path)| lookup(fields, &path.0));
                (
                    value.cloned().unwrap_or_default(),
                    self.kind.zip(path.as_ref()).and_then(|(kind, path)| kind.field(path)),
                )
            }
        };
        let spelt = field.and_then(|field| field.notation.as_ref()).and_then(|notation| notation.write(&value));
        body::plain_text(spelt.as_ref().unwrap_or(&value))
            .ok_or_else(|| missing(format!("the call needs {{{name}}}, which has no value here")))
    }
}

/// What a write sends.
#[derive(Clone, Copy, Debug)]
pub struct Sending<'a> {
    /// Whose fields.
    pub record: &'a RecordType,
    /// The values, by their canonical paths.
    pub fields: &'a Record,
    /// Which call it is.
    pub mode: Mode,
    /// What the peer holds beside them, which is carried along.
    pub(super) beside: Option<&'a Beside<'a>>,
}

impl<'a> Sending<'a> {
    /// These fields alone.
    pub fn of(record: &'a RecordType, fields: &'a Record, mode: Mode) -> Self {
        Self { record, fields, mode, beside: None }
    }
}

/// Which fields a call sends, and how it says null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Fields of the create call; nulls are left out.
    Create,
    /// Fields of the update call and those it resends; nulls are sent.
    Update,
    /// Elements of the one list that the call adds to: they alone are the body. Nulls are left out.
    Add,
}

/// The request of a call, without page parameters.
///
/// # Errors
/// [`Failure::Unsupported`] where a hole has no value or a value cannot stand where it should go.
pub fn build(system: &System, call: &Call, holes: &Holes, sending: Option<Sending>) -> Result<Request, Failure> {
    let mut url = holes.account.base_url.trim_end_matches('/').to_owned();
    url.push_str(&path_text(&call.path, holes)?);
    for (name, value) in &call.query {
        url = with_query(&url, name, &expand(value, holes, percent_encode)?);
    }
    let mut headers = Vec::new();
    for (name, value) in system.headers.iter().chain(&call.headers) {
        set_header(&mut headers, name, expand(value, holes, str::to_owned)?)?;
    }
    let mut body = Vec::new();
    let sends = sending.is_some() || !call.body.is_empty();
    if call.is_form && sends && !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
        headers.push(("Content-Type".to_owned(), FORM.to_owned()));
    }
    if sending.is_none() && !call.body.is_empty() {
        let mut said = Record::new();
        for (path, value) in &call.body {
            path.write(&mut said, filled(value, holes)?);
        }
        let under = |inner: Value, step: &Segment| match step {
            Segment::Field(name) => Value::Record(Record::from([(name.clone(), inner)])),
            Segment::Index(_) | Segment::Each => Value::List([inner].into_iter().collect()),
        };
        let said = call.within.iter().flat_map(|path| path.0.iter().rev()).fold(Value::Record(said), under);
        body = json::to_json(&said).to_string().into_bytes();
        is_json(&mut headers);
    }
    if let Some(sending) = sending {
        let mut written = write_fields(call, &sending, currency(holes.account));
        if let Some(why) = written.unfit {
            return Err(Failure::unsupported(why));
        }
        for (name, value) in written.headers {
            set_header(&mut headers, &name, value)?;
        }
        let said = call.body.iter().map(|(path, value)| {
            let kind = sending.record.field(path).map_or(&Kind::Any, |field| &field.kind);
            Ok((path, kind, filled(value, holes)?))
        });
        let said = said.collect::<Result<Vec<_>, Failure>>()?;
        for (path, kind, text) in &said {
            body::put(&mut written.body, &path.0, Part::Spelt(kind, text));
        }
        let sent = match sending.mode {
            Mode::Add => written.body.into_values().next().unwrap_or(Part::Null),
            Mode::Create | Mode::Update => Part::Object(written.body),
        };
        let sent = call.within.iter().flat_map(|path| path.0.iter().rev()).fold(sent, within);
        body = serde_json::to_vec(&sent).map_err(|error| Failure::unsupported(error.to_string()))?;
        is_json(&mut headers);
    }
    if let Some(query) = &call.query_text {
        body = query_body(query, (&body, holes))?;
        is_json(&mut headers);
    }
    Ok(Request { method: call.method, url, headers, body, timeout: system.timeout })
}

/// A query, its variables, and what else a body holds.
fn query_body(query: &Query, (body, holes): (&[u8], &Holes)) -> Result<Vec<u8>, Failure> {
    let mut said = match body {
        [] => Value::Record(Record::new()),
        body => {
            json::from_json(&serde_json::from_slice(body).map_err(|error| Failure::unsupported(error.to_string()))?)
        }
    };
    let Value::Record(fields) = &mut said else {
        return Err(Failure::unsupported("what is sent with a query is an object"));
    };
    fields.insert(QUERY, Value::text(query.text.as_str()));
    for (path, value) in &query.variables {
        path.write(fields, filled(value, holes)?);
    }
    Ok(json::to_json(&said).to_string().into_bytes())
}

/// A body under a name.
fn within<'a>(sent: Part<'a>, step: &'a Segment) -> Part<'a> {
    match step {
        Segment::Field(name) => Part::Object(Body::from([(name.as_str(), sent)])),
        Segment::Index(_) | Segment::Each => Part::List(vec![sent]),
    }
}

/// An empty hole or a step upwards would turn the call into another one.
fn path_text(template: &Template, holes: &Holes) -> Result<String, Failure> {
    let mut text = String::new();
    for part in &template.0 {
        match part {
            TemplatePart::Text(literal) => text.push_str(literal),
            TemplatePart::Hole(name) => {
                let value = holes.text(name)?;
                if value.trim().is_empty() || value == "." || value == ".." {
                    return Err(Failure::unsupported(format!("{value:?} cannot stand for {{{name}}} in a path")));
                }
                text.push_str(&percent_encode(&value));
            }
        }
    }
    Ok(text)
}

pub(super) fn expand(template: &Template, holes: &Holes, encode: impl Fn(&str) -> String) -> Result<String, Failure> {
    let mut text = String::new();
    for part in &template.0 {
        match part {
            TemplatePart::Text(literal) => text.push_str(literal),
            TemplatePart::Hole(name) => text.push_str(&encode(&holes.text(name)?)),
        }
    }
    Ok(text)
}

/// A constant of a body, its holes filled.
fn filled(constant: &Constant, holes: &Holes) -> Result<Value, Failure> {
    Ok(match constant {
        Constant::Text(template) => Value::text(expand(template, holes, str::to_owned)?),
        Constant::Plain(value) => value.clone(),
        Constant::List(items) => Value::List(items.iter().map(|item| filled(item, holes)).collect::<Result<_, _>>()?),
    })
}

/// The URL with one more query parameter; `value` is already encoded.
pub(super) fn with_query(url: &str, name: &str, value: &str) -> String {
    let joint = if url.contains('?') { '&' } else { '?' };
    format!("{url}{joint}{name}={value}")
}

/// The request of a POST with these parameters in its body instead of its query, each at the path that its name is.
///
/// # Errors
/// [`Failure::Unsupported`] where the body holds something else than an object.
pub(super) fn in_body(mut request: Request, names: &[(&str, Kind)]) -> Result<Request, Failure> {
    let Some((path, query)) = request.url.split_once('?').filter(|_| request.method == Method::Post) else {
        return Ok(request);
    };
    let moved = |pair: &str| {
        let (own, value) = pair.split_once('=')?;
        names.iter().find(|(name, _)| *name == own).map(|(name, kind)| (Path::parse(name), kind, percent_decode(value)))
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| moved(pair).is_none()).collect();
    let mut body = match request.body.as_slice() {
        [] => Ok(Value::Record(Record::new())),
        said => serde_json::from_slice(said).map(|said| json::from_json(&said)),
    }
    .map_err(|error| Failure::unsupported(error.to_string()))?;
    let Value::Record(fields) = &mut body else {
        return Err(Failure::unsupported("the body of a list that comes in pages is an object"));
    };
    for (path, kind, text) in query.split('&').filter_map(moved) {
        let number = text.parse::<i64>().ok().filter(|_| *kind == Kind::Integer);
        path.unwrap_or_default().write(fields, number.map_or_else(|| Value::text(&text), Value::Integer));
    }
    let url = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    request.url = url;
    request.body = json::to_json(&body).to_string().into_bytes();
    is_json(&mut request.headers);
    Ok(request)
}

/// Tells a table by which column its records are told apart: it adds no record whose key it has.
pub(super) fn name_key(request: &mut Request, record: &RecordType) {
    let key = record.fields.iter().find(|field| field.path.is_field(&record.key));
    if let Some(WritePlace::Body(place)) = key.map(|field| &field.write).filter(|_| TablePlace::is_folder(&request.url))
    {
        request.headers.push((KEY_COLUMN.to_owned(), place.to_string()));
    }
}

/// Says that the body is JSON, unless the headers say what it is.
fn is_json(headers: &mut Vec<(String, String)>) {
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("Content-Type")) {
        headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    }
}

/// A text with its `%XX` as the letters that they stand for.
pub fn percent_decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A name or value of a form, or of what stands behind the question mark of an address.
pub fn form_decode(text: &str) -> String {
    percent_decode(&text.replace('+', " "))
}

/// Everything but letters, digits and `-._~` as `%XX`.
pub fn percent_encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Sets a header, in place of an earlier one of that name. An empty value leaves it out.
pub(super) fn set_header(headers: &mut Vec<(String, String)>, name: &str, value: String) -> Result<(), Failure> {
    if !value.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic()) {
        return Err(Failure::unsupported(format!(
            "the value for header {name} holds a letter that headers cannot carry"
        )));
    }
    headers.retain(|(found, _)| !found.eq_ignore_ascii_case(name));
    if !value.is_empty() {
        headers.push((name.to_owned(), value));
    }
    Ok(())
}

/// What the fields become.
#[derive(Default)]
struct Written<'a> {
    body: Body<'a>,
    headers: Vec<(String, String)>,
    /// What cannot be written as the peer has it.
    unfit: Option<String>,
}

fn write_fields<'a>(call: &'a Call, sending: &Sending<'a>, currency: &'a str) -> Written<'a> {
    let mode = sending.mode;
    let is_version = |field: &Field| sending.record.version.as_ref().is_some_and(|name| field.path.is_field(name));
    let sent = |field: &Field| is_sent(call, field, mode) || mode == Mode::Update && is_version(field);
    let layout = layout::of_record(sending.record, sent);
    let mut written = Written::default();
    write_level(&layout, sending.fields, &Spelling { mode, currency }, &mut written);
    if let Some(beside) = sending.beside {
        carried::lay(&mut written.body, call, (sending.record, sending.fields), beside);
    }
    written
}

/// A field that must be resent is sent with updates even if it cannot be changed by them, and one that only the peer
/// sets, such as a version, where it is named itself.
fn is_sent(call: &Call, field: &Field, mode: Mode) -> bool {
    let covered = |paths: &[Path]| paths.iter().any(|path| field.path.0.starts_with(&path.0));
    let wanted = match mode {
        Mode::Create => field.on_create,
        Mode::Update => {
            field.on_update || field.on_create && covered(&call.resend) || call.resend.contains(&field.path)
        }
        Mode::Add => field.on_add,
    };
    wanted && !covered(&call.never)
}

struct Spelling<'a> {
    mode: Mode,
    currency: &'a str,
}

fn write_level<'a>(layout: &Layout<'a>, fields: &'a Record, spelling: &Spelling<'a>, out: &mut Written<'a>) {
    for (place, field) in &layout.plain {
        let Some(value) = lookup(fields, place) else { continue };
        if value.is_null() && spelling.mode != Mode::Update {
            continue;
        }
        let spelt = field.notation.as_ref().map(|notation| notation.write(value));
        if spelt == Some(None) && !value.is_null() && field.write_kind.is_none() {
            let (path, said) = (&field.path, value.to_string());
            out.unfit = Some(format!("`{path}` is {said}, which the peer's way of writing it cannot say exactly"));
        }
        match &field.write {
            WritePlace::Body(path) => body::put(&mut out.body, &path.0, Part::of(field, value, spelling.currency)),
            WritePlace::Header(name) => {
                let text = body::plain_text(spelt.flatten().as_ref().unwrap_or(value));
                out.headers.push((name.clone(), text.unwrap_or_default()));
            }
        }
    }
    for list in &layout.lists {
        let place = match list.whole.map(|field| &field.write) {
            Some(WritePlace::Body(path)) => path.0.as_slice(),
            _ => list.place,
        };
        match lookup(fields, list.place) {
            Some(Value::List(items)) => {
                let written = items.iter().map(|item| write_element(&list.element, item, (spelling, &mut out.unfit)));
                let items = written.collect();
                body::put(&mut out.body, place, Part::List(items));
            }
            Some(Value::Null) if spelling.mode == Mode::Update => body::put(&mut out.body, place, Part::Null),
            _ => {}
        }
    }
}

fn write_element<'a>(
    layout: &Layout<'a>,
    item: &'a Value,
    (spelling, unfit): (&Spelling<'a>, &mut Option<String>),
) -> Part<'a> {
    if let Some((_, field)) = layout.plain.iter().find(|(place, _)| place.is_empty()) {
        return Part::of(field, item, spelling.currency);
    }
    let mut inner = Written::default();
    if let Value::Record(fields) = item {
        write_level(layout, fields, spelling, &mut inner);
    }
    *unfit = inner.unfit.or(unfit.take());
    Part::Object(inner.body)
}

fn currency(account: &ResolvedAccount) -> &str {
    account.properties.get("currency").map_or(CURRENCY, String::as_str)
}

/// What is sent, and what the call or a field that is sent wants sent again and the peer has.
pub(super) fn with_resent(record: &RecordType, call: &Call, (fields, present): (&Record, &Value)) -> Record {
    let mut all = fields.clone();
    let sent = record.fields.iter().filter(|field| lookup(fields, &field.path.0).is_some());
    let together = sent.filter_map(|field| field.together.as_ref());
    let version = record.version.as_deref().map(Path::field);
    for path in call.resend.iter().chain(together).chain(&version) {
        let value = path.read(present);
        if !value.is_null() && lookup(fields, &path.0).is_none() {
            path.write(&mut all, without_nulls(value));
        }
    }
    all
}

/// A null that was read is nothing to say again.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(without_nulls).collect()),
        Value::Record(fields) => {
            let said = fields.into_iter().filter(|(_, inner)| !inner.is_null());
            Value::Record(said.map(|(name, inner)| (name, without_nulls(inner))).collect())
        }
        other => other,
    }
}
