//! The calls of a record type: which of its places a call takes, by the words of its key.
//!
//! How a call itself is written is `call`'s concern.

use super::calls::call;
use super::envelope::{Envelope, Role};
use super::fields::unknown_field;
use super::resolver::Resolver;
use super::system_names::{self, Ready};
use crate::diagnostic::{Code, Diagnostic};
use crate::language::plan::{Call, RecordType, Template, TemplatePart};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{CallKey, CallParts, CallTree};
use crate::value::{Path, Segment};

/// Gives a call its place in the record type.
pub(super) fn resolve(
    resolver: &mut Resolver<'_>,
    record: &mut RecordType,
    (key, tree): &(CallKey, CallTree),
    envelope: &Envelope,
) {
    let Some(parts) = &tree.parts else { return };
    let mut found = call(resolver, parts);
    envelope.give(resolver, (parts, Role::of(key)), &mut found);
    found.location = location(resolver, record, (key, parts));
    let ready = match key {
        CallKey::FindBy(field) => Ready::Field(&field.text),
        CallKey::AddTo(_) => Ready::Fields,
        CallKey::Once(name) => match name.text.as_str() {
            "read" => Ready::Key,
            "changed" => Ready::Since,
            "create" | "update" | "delete" | "archive" => Ready::Fields,
            _ => Ready::Account,
        },
    };
    system_names::call(resolver, record, &tree.names, ready);
    let name = match key {
        CallKey::FindBy(field) => {
            if Path::parse(&field.text).is_none_or(|path| record.field(&path).is_none()) {
                unknown_field(&mut resolver.sink, record, &Path::default(), (&field.text, field.span));
            }
            record.find.insert(field.text.clone(), found);
            return;
        }
        CallKey::AddTo(list) => return place_add(resolver, record, list, found),
        CallKey::Once(name) => name,
    };
    let slot = match name.text.as_str() {
        "read" => &mut record.read,
        "changed" => &mut record.changed,
        "list" => &mut record.list,
        "create" => &mut record.create,
        "update" => &mut record.update,
        "delete" | "archive" => &mut record.remove,
        other => {
            let message = format!("there is no call `{other}`");
            let known =
                ["read", "changed", "list", "create", "update", "delete", "archive", "find by FIELD", "add to LIST"];
            return resolver.sink.unknown("unknown-key", message, (other, name.span), known);
        }
    };
    *slot = Some(found);
}

/// The path of what a call made, with the key as its only hole.
fn location(
    resolver: &mut Resolver<'_>,
    record: &RecordType,
    (key, parts): (&CallKey, &CallParts),
) -> Option<Template> {
    let (path, written) = parts.location.as_ref()?;
    let makes = matches!(key, CallKey::Once(name) if name.text == "create");
    let holes = path.0.iter().filter_map(|part| if let TemplatePart::Hole(name) = part { Some(name) } else { None });
    let holes: Vec<&String> = holes.collect();
    let (code, message) = if !makes {
        ("idle-key", "`location` says nothing here: only `create` makes what has a place".to_owned())
    } else if holes != [&record.key] || !written.text.starts_with('/') {
        ("syntax-system", format!("`location` is a path with the key `{{{}}}` in it", record.key))
    } else {
        return Some(path.clone());
    };
    let finding = Diagnostic::error(Code(code), message, written.span, "not read");
    let help = format!("write it under `create`, as `location: /path/{{{}}}`", record.key);
    resolver.sink.found.push(finding.help(help));
    None
}

/// A call that adds to a list: the fields of its elements are sent by no other.
fn place_add(resolver: &mut Resolver<'_>, record: &mut RecordType, list: &Name, call: Call) {
    let inside = [Segment::Field(list.text.as_str().into()), Segment::Each];
    let mut elements = record.fields.iter_mut().filter(|field| field.path.0.starts_with(&inside)).peekable();
    if elements.peek().is_none() {
        let message = format!("`{}` has no list `{}` whose elements have fields", record.name, list.text);
        let lists = record.fields.iter().filter_map(|field| match field.path.0.as_slice() {
            [Segment::Field(name), Segment::Each, ..] => Some(name.as_str()),
            _ => None,
        });
        return resolver.sink.unknown("unknown-field", message, (&list.text, list.span), lists);
    }
    for field in elements {
        field.on_add = field.on_create || field.on_update;
        field.on_create = false;
        field.on_update = false;
    }
    record.add.insert(list.text.clone(), call);
}
