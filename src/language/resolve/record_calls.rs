//! The calls of a record type: which of its places a call takes, by the words of its key.
//!
//! How a call itself is written is `call`'s concern.

use super::calls::call;
use super::fields::unknown_field;
use super::resolver::Resolver;
use super::system_names::{self, Ready};
use crate::language::plan::{Call, RecordType};
use crate::language::syntax::yaml::{Node, Scalar};
use crate::value::{Path, Segment};

/// Reads a call and gives it its place in the record type.
pub(super) fn resolve(resolver: &mut Resolver<'_>, record: &mut RecordType, key: &Scalar, node: &Node) {
    let Some(found) = call(resolver, node) else { return };
    let ready = match (key.text.as_str(), key.text.strip_prefix("find by ")) {
        (_, Some(field)) => Ready::Field(field),
        ("read", _) => Ready::Key,
        ("changed", _) => Ready::Since,
        ("create" | "update", _) => Ready::Fields,
        (key, _) if key.starts_with("add to ") => Ready::Fields,
        _ => Ready::Account,
    };
    system_names::call(resolver, record, node, ready);
    if let Some(field) = key.text.strip_prefix("find by ") {
        if Path::parse(field).is_none_or(|path| record.field(&path).is_none()) {
            let span = key.part(key.text.len() - field.len(), key.text.len());
            unknown_field(&mut resolver.sink, record, &Path::default(), (field, span));
        }
        record.find.insert(field.to_owned(), found);
        return;
    }
    if let Some(list) = key.text.strip_prefix("add to ") {
        return place_add(resolver, record, (key, list), found);
    }
    let slot = match key.text.as_str() {
        "read" => &mut record.read,
        "changed" => &mut record.changed,
        "list" => &mut record.list,
        "create" => &mut record.create,
        "update" => &mut record.update,
        other => {
            let message = format!("there is no call `{other}`");
            let known = ["read", "changed", "list", "create", "update", "find by FIELD", "add to LIST"];
            return resolver.sink.unknown("unknown-key", message, (other, key.span), known);
        }
    };
    *slot = Some(found);
}

/// A call that adds to a list: the fields of its elements are sent by no other.
fn place_add(resolver: &mut Resolver<'_>, record: &mut RecordType, (key, list): (&Scalar, &str), call: Call) {
    let inside = [Segment::Field(list.into()), Segment::Each];
    let mut elements = record.fields.iter_mut().filter(|field| field.path.0.starts_with(&inside)).peekable();
    if elements.peek().is_none() {
        let span = key.part(key.text.len() - list.len(), key.text.len());
        let message = format!("`{}` has no list `{list}` whose elements have fields", record.name);
        let lists = record.fields.iter().filter_map(|field| match field.path.0.as_slice() {
            [Segment::Field(name), Segment::Each, ..] => Some(name.as_str()),
            _ => None,
        });
        return resolver.sink.unknown("unknown-field", message, (list, span), lists);
    }
    for field in elements {
        field.on_add = field.on_create || field.on_update;
        field.on_create = false;
        field.on_update = false;
    }
    record.add.insert(list.to_owned(), call);
}
