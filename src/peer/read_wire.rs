//! What a client sends, read strictly: every value of its declared kind, nothing undeclared.

use rust_decimal::prelude::ToPrimitive as _;
use serde_json::{Map, Value as Json};

use super::level::Level;
use super::refusal::{Reason, Refusal};
use crate::connector::form;
use crate::connector::request::QUERY;
use crate::language::plan::{Call, Field, FieldShape, RecordType, System, WritePlace};
use crate::value::{Kind, Path, Record, Segment, Value, decimal, json, timestamp};
use crate::world::Request;

/// Which of the calls that send fields it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sent<'a> {
    Create,
    Update,
    /// New elements of this list.
    Add(&'a str),
}

/// The fields of a request, by the paths of the system file.
pub(super) fn fields(
    system: &System,
    kind: &RecordType,
    (call, sent): (&Call, Sent<'_>),
    request: &Request,
) -> Result<Record, Refusal> {
    let within = |whole: Json| call.within.iter().flat_map(|path| &path.0).try_fold(whole, taken);
    if call.is_form != form::is_form(request) {
        let wanted = if call.is_form { "a form" } else { "JSON" };
        return Err(Refusal::new(Reason::Malformed, format!("the body of this call is {wanted}")));
    }
    let read = body_of(request).map(|whole| without_query(call, whole)).map(within);
    let mut body = match (read, sent) {
        (Ok(Some(Json::Object(body))), Sent::Create | Sent::Update) => body,
        (Ok(Some(rows @ Json::Array(_))), Sent::Add(list)) => Map::from_iter([(list.to_owned(), rows)]),
        (Ok(None), _) => {
            let place = call.within.clone().unwrap_or_default();
            return Err(Refusal::new(Reason::Malformed, format!("the body holds nothing at `{place}`")));
        }
        (Ok(_), Sent::Add(_)) => return Err(Refusal::new(Reason::Malformed, "the body is no JSON array")),
        (Ok(_), _) => return Err(Refusal::new(Reason::Malformed, "the body is no JSON object")),
        (Err(error), _) => return Err(Refusal::new(Reason::Malformed, format!("the body is not JSON: {error}"))),
    };
    let level = Level::of(kind.fields.iter().filter(|field| is_taken((kind, call), field, sent)));
    let mut found = Record::new();
    let reader = Reader { system, kind, request };
    let declared = |path: &Path| kind.field(path).is_some();
    for (path, _) in call.body.iter().filter(|(path, _)| !declared(path)) {
        cut(&mut body, &path.0);
    }
    reader.take(&level, &mut body, &mut found)?;
    Ok(found)
}

/// What is sent with a query: neither that nor what it is given beside the fields.
fn without_query(call: &Call, mut whole: Json) -> Json {
    if let (Some(query), Json::Object(body)) = (&call.query_text, &mut whole) {
        body.remove(QUERY);
        query.variables.iter().for_each(|(path, _)| drop(cut(body, &path.0)));
    }
    whole
}

/// The body of a request, whatever it is sent as.
pub(super) fn body_of(request: &Request) -> serde_json::Result<Json> {
    if form::is_form(request) {
        return Ok(form::decode(&String::from_utf8_lossy(&request.body)));
    }
    serde_json::from_slice(&request.body)
}

/// What stands one step inside, where nothing stands beside it.
fn taken(whole: Json, step: &Segment) -> Option<Json> {
    match (whole, step) {
        (Json::Object(mut fields), Segment::Field(name)) if fields.len() == 1 => fields.remove(name.as_str()),
        (Json::Array(mut items), Segment::Index(_) | Segment::Each) if items.len() == 1 => items.pop(),
        _ => None,
    }
}

/// Fields of the create or update call; what an update must repeat is taken even if it cannot be changed.
fn is_taken((kind, call): (&RecordType, &Call), field: &Field, sent: Sent<'_>) -> bool {
    let covers = |paths: &[Path]| paths.iter().any(|path| field.path.0.starts_with(&path.0));
    let wanted = match sent {
        Sent::Create => field.on_create,
        Sent::Update => field.on_update || field.on_create && covers(&call.resend) || call.resend.contains(&field.path),
        Sent::Add(_) => field.on_add,
    };
    // What the call always sends is no field that a rule writes.
    let fixed = call.body.iter().any(|(path, _)| *path == field.path);
    let is_shown = sent == Sent::Update && kind.version.as_ref().is_some_and(|name| field.path.is_field(name));
    fixed || is_shown || wanted && !covers(&call.never)
}

struct Reader<'a> {
    system: &'a System,
    kind: &'a RecordType,
    request: &'a Request,
}

impl Reader<'_> {
    fn take(&self, level: &Level<'_>, body: &mut Map<String, Json>, found: &mut Record) -> Result<(), Refusal> {
        for (path, field) in &level.plain {
            match &field.write {
                WritePlace::Body(place) => {
                    if let Some(json) = cut(body, &place.0) {
                        path.write(found, self.shaped(field, &json)?);
                    }
                }
                WritePlace::Header(name) => {
                    if let Some(text) = self.request.header(name) {
                        path.write(found, self.shaped(field, &Json::String(text.to_owned()))?);
                    }
                }
            }
        }
        for list in &level.lists {
            let Some(json) = cut(body, &list.path.0) else { continue };
            let value = match json {
                Json::Null => Value::Null,
                Json::Array(items) => Value::List(
                    items.into_iter().map(|item| self.element(&list.element, item)).collect::<Result<_, _>>()?,
                ),
                _ => return Err(Refusal::invalid(format!("`{}` is a list", list.path))),
            };
            list.path.write(found, value);
        }
        match body.keys().next() {
            None => Ok(()),
            Some(name) => Err(self.not_taken(name)),
        }
    }

    fn element(&self, level: &Level<'_>, item: Json) -> Result<Value, Refusal> {
        if let Some(field) = level.itself() {
            return self.shaped(field, &item);
        }
        let Json::Object(mut body) = item else { return Err(Refusal::invalid("an element of a list is no object")) };
        let mut found = Record::new();
        self.take(level, &mut body, &mut found)?;
        Ok(Value::Record(found))
    }

    fn not_taken(&self, name: &str) -> Refusal {
        let known = |field: &&Field| {
            [&field.path, &field.read_at].iter().any(|path| path.0.contains(&Segment::Field(name.into())))
        };
        match self.kind.fields.iter().find(known) {
            Some(field) => Refusal::invalid(format!("`{}` cannot be written by this call", field.path)),
            None => Refusal::invalid(format!("a {} has no field `{name}`", self.kind.name)),
        }
    }

    fn shaped(&self, field: &Field, sent: &Json) -> Result<Value, Refusal> {
        let inner = match (&field.shape, sent) {
            (FieldShape::KeyIn(key), Json::Object(wrapped)) => wrapped.get(key).unwrap_or(&Json::Null),
            (FieldShape::Money { amount, .. }, Json::Object(wrapped)) => wrapped.get(amount).unwrap_or(&Json::Null),
            (_, other) => other,
        };
        // Forms know texts only.
        let truth = inner.as_str().and_then(|text| text.parse::<bool>().ok());
        let truth = truth.filter(|_| field.kind == Kind::Bool && form::is_form(self.request)).map(Json::Bool);
        let inner = truth.as_ref().unwrap_or(inner);
        let value = match &field.notation {
            Some(notation) => notation.read(&json::from_json(inner)).filter(|value| field.kind.fits(value)),
            None => of_kind(self.system, &field.kind, inner),
        };
        let value = value
            .ok_or_else(|| Refusal::invalid(format!("`{}` is {} and cannot be {sent}", field.path, field.kind)))?;
        let too_long = |max: &usize| value.as_text().is_some_and(|text| text.chars().count() > *max);
        match field.max.filter(too_long) {
            Some(max) => Err(Refusal::invalid(format!("`{}` has at most {max} letters", field.path))),
            None => Ok(value),
        }
    }
}

/// A value of this kind; `None` where it is none.
pub(super) fn of_kind(system: &System, kind: &Kind, sent: &Json) -> Option<Value> {
    let held = json::from_json(sent);
    if held.is_null() {
        return Some(Value::Null);
    }
    match kind {
        Kind::Any | Kind::Null => Some(held),
        Kind::Bool => held.as_bool().map(Value::Bool),
        Kind::Integer => integer(&held),
        Kind::Decimal => match &held {
            Value::Text(text) => decimal::parse(text).map(Value::Decimal),
            other => other.as_decimal().map(Value::Decimal),
        },
        Kind::Text => held.as_text().map(Value::text),
        Kind::Timestamp => held.as_text().and_then(timestamp::parse).map(Value::Timestamp),
        Kind::Date => held.as_text().and_then(timestamp::parse_date).map(Value::Date),
        Kind::Enum(values) => held.as_text().filter(|text| values.iter().any(|one| one == text)).map(Value::text),
        Kind::Reference(target) => reference(system, target, &held),
        Kind::List(inner) => {
            let items = sent.as_array()?.iter().map(|item| of_kind(system, inner, item));
            items.collect::<Option<Vec<_>>>().map(Value::from)
        }
        Kind::Record(_) => held.as_record().is_some().then_some(held),
    }
}

/// A key in the kind of the record that it names.
fn reference(system: &System, target: &str, held: &Value) -> Option<Value> {
    let record = system.records.get(target);
    let kind = record.and_then(|record| record.field(&Path::field(record.key.as_str()))).map(|field| &field.kind);
    match (kind, held) {
        (Some(Kind::Integer), held) => integer(held),
        (_, Value::Text(_)) => Some(held.clone()),
        (Some(Kind::Text), Value::Integer(number)) => Some(Value::text(number.to_string())),
        (None, Value::Integer(_)) => Some(held.clone()),
        _ => None,
    }
}

fn integer(held: &Value) -> Option<Value> {
    match held {
        Value::Integer(_) => Some(held.clone()),
        Value::Text(text) => text.trim().parse().ok().map(Value::Integer),
        Value::Decimal(number) if number.is_integer() => number.to_i64().map(Value::Integer),
        _ => None,
    }
}

/// Takes what stands at a path out of the body; objects emptied by it go too.
fn cut(body: &mut Map<String, Json>, steps: &[Segment]) -> Option<Json> {
    match steps {
        [Segment::Field(name)] => body.remove(name.as_str()),
        [Segment::Field(name), rest @ ..] => {
            let inner = body.get_mut(name.as_str())?.as_object_mut()?;
            let found = cut(inner, rest);
            if inner.is_empty() {
                body.remove(name.as_str());
            }
            found
        }
        _ => None,
    }
}
