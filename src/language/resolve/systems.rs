//! System files: what an API offers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::auth;
use super::derived_state;
use super::envelope::Envelope;
use super::errors;
use super::graphql;
use super::limits;
use super::paging;
use super::record_calls;
use super::removal;
use super::resolver::{Resolver, SystemCondition};
use super::secrets;
use super::states::states;
use super::system_names;
use super::version;
use super::webhook;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Field, FieldShape, Presence, RecordType, Requirement, System, WritePlace};
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::file::system::{FieldTree, MoverTree, RecordTree, SystemFile};
use crate::language::syntax::system_line::{FieldKind, FieldLine};
use crate::value::{Kind, Path, Segment};

/// How long a call may take where the file does not say.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Takes the system of a `system:` file.
pub fn resolve(resolver: &mut Resolver<'_>, file: &SystemFile) {
    let Some((name, http)) = &file.head else { return };
    let mut headers = http.headers.lines.clone();
    headers.extend(http.auth.headers.lines.iter().cloned());
    system_names::holes(resolver, &name.text, &http.headers.holes, &[]);
    let auth = auth::resolve(resolver, &name.text, http);
    secrets::sent(resolver, &http.headers.written);
    let timeout = http.timeout.unwrap_or(TIMEOUT);
    errors::stale_without_version(resolver, file);
    let envelope = Envelope::of_system(resolver, file);
    paging::empty_without_rows(resolver, file);
    let mut records = BTreeMap::new();
    let mut conditions = Vec::new();
    for (key, tree) in &file.records {
        let (record, stated) = record(resolver, (&name.text, &key.text), (tree, &envelope));
        conditions.extend(stated);
        records.insert(key.text.clone(), Arc::new(record));
    }
    auth::calls(resolver, &auth, records.values().map(AsRef::as_ref));
    system_names::references(resolver, &file.records, &records);
    let system = System {
        name: name.text.clone(),
        headers,
        auth,
        timeout,
        settle_after: http.settle_after.unwrap_or(timeout * 2),
        limits: limits::limits(&file.limits),
        allowance: limits::allowance(resolver, &file.limits),
        errors: errors::resolve(resolver, &file.errors),
        paging: Arc::clone(envelope.lists()),
        answer: envelope.answer().cloned(),
        webhook: file.webhook.as_ref().and_then(|tree| webhook::resolve(resolver, &name.text, tree, &records)),
        records,
    };
    if resolver.declare("system", &name.text, name.span) {
        resolver.names.systems.insert(name.text.clone(), Arc::new(system));
        resolver.conditions.extend(conditions);
    }
}

fn record(
    resolver: &mut Resolver<'_>,
    (system, name): (&str, &str),
    (tree, envelope): (&RecordTree, &Envelope),
) -> (RecordType, Vec<SystemCondition>) {
    let mut conditions = Vec::new();
    let mut fields = Vec::new();
    for FieldTree { key, line, .. } in &tree.fields {
        fields.extend(field(resolver, key, line));
        can_be_written(resolver, key, line);
        let required = line.required_when.as_ref().map(|(tree, _)| tree);
        if let Some(tree) = required.filter(|tree| of_the_record(resolver, key, tree)).cloned() {
            let (system, record) = (system.to_owned(), name.to_owned());
            conditions.push(SystemCondition { system, record, tree, reads_on: true });
        }
    }
    sent_by_moves(tree, &mut fields);
    fields.extend(tree.states.as_ref().and_then(|tree| derived_state::field(resolver, tree, &fields)));
    for condition in tree.states.iter().flat_map(|tree| &tree.rows).filter_map(|row| row.when.clone()) {
        let (system, record) = (system.to_owned(), name.to_owned());
        conditions.push(SystemCondition { system, record, tree: condition, reads_on: false });
    }
    let said = [("key", &tree.key), ("created", &tree.created), ("modified", &tree.modified)];
    for (key, written) in said {
        written.iter().for_each(|written| of_its_own(resolver, key, written));
    }
    let mut own = |written: Option<&Name>| -> Option<String> {
        let written = written?;
        if !fields.iter().any(|field: &Field| field.path.to_string() == written.text) {
            let known: Vec<String> = fields.iter().map(|field| field.path.to_string()).collect();
            let message = format!("record `{name}` has no field `{}`", written.text);
            let known = known.iter().map(String::as_str);
            resolver.sink.unknown("unknown-field", message, (&written.text, written.span), known);
        }
        Some(written.text.clone())
    };
    let key = own(tree.key.as_ref()).unwrap_or_else(|| "id".to_owned());
    let (created, modified) = (own(tree.created.as_ref()), own(tree.modified.as_ref()));
    let version = own(tree.version.as_ref());
    let handles: Vec<String> = tree.handles.iter().filter_map(|name| own(Some(name))).collect();
    let mut record = RecordType {
        system: system.to_owned(),
        name: name.to_owned(),
        key,
        created,
        modified,
        version,
        handles: handles.iter().filter_map(|name| Path::parse(name)).collect(),
        first: resolver.sink.one_of("priority", tree.priority.as_ref(), &["first"]).is_some(),
        fields,
        ..RecordType::default()
    };
    let envelope = envelope.of_record(resolver, tree);
    tree.calls.iter().for_each(|call| record_calls::resolve(resolver, &mut record, call, &envelope));
    version::judge(resolver, &record, tree);
    removal::resolve(resolver, &mut record, tree);
    record.states = tree.states.as_ref().map(|tree| states(resolver, &record, tree, &envelope));
    graphql::judge(resolver, &record, tree, envelope.lists());
    (record, conditions)
}

/// What tells records apart, and when they changed, stands at the top of each, under a name of its own.
fn of_its_own(resolver: &mut Resolver<'_>, key: &str, written: &Name) {
    let Some((_, last)) = written.text.rsplit_once('.') else { return };
    let message = format!("`{key}` is a field of the record itself, and `{}` stands inside another", written.text);
    let help =
        format!("declare it under a name of its own: `{last}: TYPE, at {}`, and write `{key}: {last}`", written.text);
    resolver.sink.error("syntax-system", message, written.span, &help);
}

/// What is required under a condition is a field of the record itself.
fn of_the_record(resolver: &mut Resolver<'_>, key: &Name, tree: &Expression) -> bool {
    let is_whole = !key.text.contains("[]");
    if !is_whole {
        let message = format!("`{}` is a field of each element, and the condition would read the record", key.text);
        resolver.sink.error("syntax-system", message, tree.span, "`required when` stands outside lists");
    }
    is_whole
}

/// A state is `read only` for everything but moves: one that is made by the update goes along with the update.
fn sent_by_moves(tree: &RecordTree, fields: &mut [Field]) {
    let states = tree.states.iter().filter(|states| states.moves.iter().any(|one| matches!(one.by, MoverTree::Update)));
    for states in states {
        let moved = |field: &&mut Field| field.path.is_field(&states.field.text);
        fields.iter_mut().filter(moved).filter(|field| !field.on_create).for_each(|field| field.on_update = true);
    }
}

/// What a field says of when it is written can be so at once.
fn can_be_written(resolver: &mut Resolver<'_>, key: &Name, line: &FieldLine) {
    let is_late = line.write_on.as_deref() == Some("update");
    let message = match line.required_on_create || line.required_when.is_some() {
        true if is_late => format!("`{}` is required when a record is made, and written only on update", key.text),
        _ if line.read_only && line.write_on.is_some() => {
            format!("`{}` is read only, and says when it is written", key.text)
        }
        _ => return,
    };
    let finding = Diagnostic::error(Code("type-shape"), message, key.span, "one of these");
    resolver.sink.found.push(finding.help("keep the word that the system's reference has"));
}

/// A field, with the list that holds it where it is inside one.
fn field(resolver: &Resolver<'_>, key: &Name, line: &FieldLine) -> Option<Field> {
    let path = Path::parse(&key.text)?;
    // Inside a list, places are counted from the element.
    let tail = match path.0.iter().rposition(|segment| *segment == Segment::Each) {
        Some(at) => Path(path.0.get(at + 1..).unwrap_or_default().to_vec()),
        None => path.clone(),
    };
    let mut places = line.at.iter().filter_map(|place| Path::parse(place));
    let read_at = places.next().unwrap_or_else(|| tail.clone());
    let body = match line.body.as_deref().and_then(Path::parse) {
        Some(path) => path,
        None if line.header.is_some() => tail,
        None => read_at.clone(),
    };
    let (kind, shape) = kind(&line.kind);
    let moment = line.write_on.as_deref();
    Some(Field {
        path,
        kind,
        shape,
        notation: line.notation.clone(),
        read_at,
        read_also: places.collect(),
        read_header: line.at_header.clone(),
        write_kind: line.body_kind.as_deref().map(simple),
        together: line.together.as_deref().and_then(Path::parse),
        write: line.header.clone().map_or(WritePlace::Body(body), WritePlace::Header),
        required_on_create: line.required_on_create,
        required_when: line
            .required_when
            .clone()
            .map(|(tree, text)| Requirement { condition: resolver.names.compile(tree), text }),
        write_only: line.write_only,
        on_create: !line.read_only && moment != Some("update"),
        on_update: !line.read_only && moment != Some("create"),
        on_add: false,
        max: line.max,
        presence: match line.always {
            None if line.sparse => Presence::Sparse,
            None => Presence::Open,
            Some(true) => Presence::Shown,
            Some(false) => Presence::Filled,
        },
        assumed: line.assumed,
        derived: false,
        span: key.span,
    })
}

fn kind(written: &FieldKind) -> (Kind, FieldShape) {
    match written {
        FieldKind::Simple(name) => (simple(name), FieldShape::Plain),
        FieldKind::List(name) => (Kind::List(Box::new(simple(name))), FieldShape::Plain),
        FieldKind::References(record) => {
            (Kind::List(Box::new(Kind::Reference(record.as_str().into()))), FieldShape::Plain)
        }
        FieldKind::Enumeration(values) => (Kind::Enum(values.clone().into()), FieldShape::Plain),
        FieldKind::Reference(record, key) => {
            (Kind::Reference(record.as_str().into()), key.clone().map_or(FieldShape::Plain, FieldShape::KeyIn))
        }
        FieldKind::Money(amount, currency) => {
            (Kind::Decimal, FieldShape::Money { amount: amount.clone(), currency: currency.clone() })
        }
    }
}

fn simple(name: &str) -> Kind {
    match name {
        "uuid" | "text" => Kind::Text,
        "integer" => Kind::Integer,
        "decimal" | "money" => Kind::Decimal,
        "bool" => Kind::Bool,
        "timestamp" => Kind::Timestamp,
        "date" => Kind::Date,
        "record" => Kind::Record("".into()),
        _ => Kind::Any,
    }
}
