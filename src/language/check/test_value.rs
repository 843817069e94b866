//! Values in tests: each of the kind that the system file declares for its field.

use std::sync::Arc;

use super::checker::Checker;
use crate::language::plan::RecordType;
use crate::language::resolve::unknown_field;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::data::{Data, DataKind, DataText};
use crate::value::{Kind, Path, Record, Segment, Value, decimal, timestamp};

/// A place inside a record.
pub(super) struct Place<'a> {
    pub(super) record: &'a Arc<RecordType>,
    pub(super) at: Path,
}

impl<'a> Place<'a> {
    /// The record itself.
    pub(super) fn whole(record: &'a Arc<RecordType>) -> Self {
        Self { record, at: Path::default() }
    }

    fn inside(&self, steps: &[Segment]) -> Self {
        let mut at = self.at.clone();
        at.0.extend_from_slice(steps);
        Self { record: self.record, at }
    }

    fn leads_on(&self) -> bool {
        self.record
            .fields
            .iter()
            .any(|field| field.path.0.len() > self.at.0.len() && field.path.0.starts_with(&self.at.0))
    }
}

/// The fields of a record, or of a record inside it.
pub(super) fn fields(checker: &mut Checker<'_>, place: &Place<'_>, data: &Data) -> Option<Record> {
    let what = if place.at.0.is_empty() { format!("`{}`", place.record.name) } else { format!("`{}`", place.at) };
    let entries = checker.sink.keep(data.entries(&what))?;
    let mut record = Record::new();
    for (key, data) in entries {
        let Some(path) = Path::parse(&key.text).filter(|path| !path.0.contains(&Segment::Each)) else {
            unknown_field(&mut checker.sink, place.record, &place.at, (&key.text, key.span));
            continue;
        };
        let here = place.inside(&path.0);
        if let Some(value) = value(checker, &here, key, data) {
            path.write(&mut record, value);
        }
    }
    Some(record)
}

fn value(checker: &mut Checker<'_>, place: &Place<'_>, key: &Name, data: &Data) -> Option<Value> {
    if is_null(data) {
        return known(checker, place, key).then_some(Value::Null);
    }
    let elements = place.inside(&[Segment::Each]);
    if elements.leads_on() || place.record.field(&elements.at).is_some() {
        let DataKind::List(items) = &data.kind else {
            checker.sink.error(
                "type-value",
                format!("`{}` is a list", place.at),
                data.span,
                "write `- ` lines or `[…]`",
            );
            return None;
        };
        let read = |checker: &mut Checker<'_>, item: &Data| match place.record.field(&elements.at) {
            Some(field) => of_kind(checker, &elements, &field.kind, item),
            None => fields(checker, &elements, item).map(Value::Record),
        };
        return Some(Value::List(items.iter().filter_map(|item| read(checker, item)).collect()));
    }
    if let Some(field) = place.record.field(&place.at) {
        return of_kind(checker, place, &field.kind, data);
    }
    if place.leads_on() {
        return fields(checker, place, data).map(Value::Record);
    }
    known(checker, place, key);
    None
}

/// Whether the record has the place; if not, that is a finding at its key.
fn known(checker: &mut Checker<'_>, place: &Place<'_>, key: &Name) -> bool {
    let known = place.record.field(&place.at).is_some() || place.leads_on();
    if !known {
        let parent = Path(place.at.0.split_last().map(|(_, parent)| parent.to_vec()).unwrap_or_default());
        let name = key.text.rsplit('.').next().unwrap_or_default();
        unknown_field(&mut checker.sink, place.record, &parent, (name, key.span));
    }
    known
}

fn of_kind(checker: &mut Checker<'_>, place: &Place<'_>, kind: &Kind, data: &Data) -> Option<Value> {
    if is_null(data) {
        return Some(Value::Null);
    }
    match (kind, &data.kind) {
        (Kind::Any | Kind::Null | Kind::Record(_), _) => Some(untyped(data)),
        (Kind::List(inner), DataKind::List(items)) => {
            Some(Value::List(items.iter().filter_map(|item| of_kind(checker, place, inner, item)).collect()))
        }
        (Kind::Enum(values), DataKind::Text(scalar)) if !values.contains(&scalar.text) => {
            let message = format!("`{}` cannot be `{}`", place.at, scalar.text);
            checker.sink.unknown(
                "unknown-value",
                message,
                (&scalar.text, scalar.span),
                values.iter().map(String::as_str),
            );
            None
        }
        (Kind::Reference(target), DataKind::Map(_)) => {
            let at = format!("write the key of a `{target}`");
            checker.sink.error("type-value", format!("`{}` refers to another record", place.at), data.span, &at);
            None
        }
        (_, DataKind::Text(scalar)) => {
            let found = scalar_of(checker, place, kind, scalar);
            if found.is_none() {
                let message = format!("`{}` is {kind} and cannot be `{}`", place.at, scalar.text);
                checker.sink.error("type-value", message, scalar.span, "of another kind");
            }
            found
        }
        _ => {
            let message = format!("`{}` is {kind}", place.at);
            checker.sink.error("type-value", message, data.span, "of another kind");
            None
        }
    }
}

fn scalar_of(checker: &Checker<'_>, place: &Place<'_>, kind: &Kind, scalar: &DataText) -> Option<Value> {
    let text = scalar.text.as_str();
    match kind {
        Kind::Bool => text.parse().ok().map(Value::Bool),
        Kind::Integer => text.parse().ok().map(Value::Integer),
        Kind::Decimal => decimal::parse(text).map(Value::Decimal),
        Kind::Text | Kind::Enum(_) => Some(Value::text(text)),
        Kind::Timestamp => timestamp::parse(text).map(Value::Timestamp),
        Kind::Date => timestamp::parse_date(text).map(Value::Date),
        Kind::Reference(target) => {
            let system = checker.names.systems.get(&place.record.system);
            let target = system.and_then(|system| system.records.get(target.as_ref()));
            let key = target.and_then(|target| target.field(&Path::field(target.key.as_str())));
            match key.map(|field| &field.kind) {
                Some(Kind::Integer) => text.parse().ok().map(Value::Integer),
                _ => Some(Value::text(text)),
            }
        }
        _ => None,
    }
}

fn untyped(data: &Data) -> Value {
    match &data.kind {
        DataKind::Nothing => Value::Null,
        DataKind::List(items) => Value::List(items.iter().map(untyped).collect()),
        DataKind::Map(entries) => {
            Value::Record(entries.iter().map(|(key, data)| (key.text.clone(), untyped(data))).collect())
        }
        DataKind::Text(scalar) => match scalar.text.as_str() {
            _ if !scalar.plain => Value::text(scalar.text.as_str()),
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" | "~" => Value::Null,
            text => text
                .parse()
                .ok()
                .map(Value::Integer)
                .or_else(|| decimal::parse(text).map(Value::Decimal))
                .unwrap_or_else(|| Value::text(text)),
        },
    }
}

fn is_null(data: &Data) -> bool {
    match &data.kind {
        DataKind::Nothing => true,
        DataKind::Text(scalar) => scalar.plain && matches!(scalar.text.as_str(), "null" | "~"),
        _ => false,
    }
}
