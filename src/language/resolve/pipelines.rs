//! Pipelines by name, and the kinds of records that they pair, grouped where they say so.

use std::sync::Arc;

use super::names::Names;
use super::resolver::Resolver;
use super::sink::Sink;
use crate::language::plan::RecordType;
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};

/// A side as it is written: `system.record`, or `system.record grouped by field`.
struct SideLine<'a> {
    system: &'a str,
    record: &'a str,
    grouped: Option<&'a str>,
}

impl<'a> SideLine<'a> {
    fn of(text: &'a str) -> Self {
        let (named, grouped) = match text.split_once(" grouped by ") {
            Some((named, shared)) => (named.trim_end(), Some(shared.trim())),
            None => (text, None),
        };
        let (system, record) = named.split_once('.').unwrap_or((named, ""));
        Self { system, record, grouped }
    }
}

/// Notes a pipeline's name, so that others may refer to it, and how its sides are grouped: one way for all pipelines,
/// so that a record's name always means the same.
pub fn resolve(resolver: &mut Resolver<'_>, node: &Node) {
    let NodeKind::Mapping(entries) = &node.kind else { return };
    if let Some((_, Node { kind: NodeKind::Scalar(name), .. })) = entries.first()
        && resolver.declare("pipeline", &name.text, name.span)
    {
        resolver.names.pipelines.insert(name.text.clone(), name.span);
    }
    let between = entries.iter().find(|(key, _)| key.text == "between").map(|(_, node)| &node.kind);
    let Some(NodeKind::Sequence(sides)) = between else { return };
    for node in sides {
        let NodeKind::Scalar(scalar) = &node.kind else { continue };
        let line = SideLine::of(&scalar.text);
        let Some(kind) = resolver.names.record(line.system, line.record).cloned() else { continue };
        if line.grouped.is_none_or(|shared| has_field(&kind, shared)) {
            let name = (kind.system.clone(), kind.name.clone());
            resolver.names.grouped.entry(name).or_insert_with(|| match line.grouped {
                None => kind,
                Some(shared) => Arc::new(RecordType {
                    key: shared.to_owned(),
                    read: None,
                    grouped: Some(shared.to_owned()),
                    ..kind.as_ref().clone()
                }),
            });
        }
    }
}

fn has_field(kind: &RecordType, name: &str) -> bool {
    kind.fields.iter().any(|field| field.path.to_string() == name)
}

/// The kind of a side: as the system has it, or its rows grouped.
pub fn side(names: &Names<'_>, sink: &mut Sink, scalar: &Scalar) -> Option<Arc<RecordType>> {
    let line = SideLine::of(&scalar.text);
    let split = line.system.len().min(scalar.text.len());
    let Some(system) = names.systems.get(line.system) else {
        let message = format!("there is no system `{}`", line.system);
        let known = names.systems.keys().map(String::as_str);
        sink.unknown("unknown-system", message, (line.system, scalar.part(0, split)), known);
        return None;
    };
    let Some(kind) = system.records.get(line.record) else {
        let message = format!("system `{}` has no record `{}`", line.system, line.record);
        let end = split + 1 + line.record.len();
        let span = scalar.part((split + 1).min(scalar.text.len()), end.min(scalar.text.len()));
        sink.unknown("unknown-record", message, (line.record, span), system.records.keys().map(String::as_str));
        return None;
    };
    if let Some(shared) = line.grouped.filter(|shared| !has_field(kind, shared)) {
        let known: Vec<String> = kind.fields.iter().map(|field| field.path.to_string()).collect();
        let message = format!("record `{}.{}` has no field `{shared}`", kind.system, kind.name);
        let span = scalar.part(scalar.text.len() - shared.len(), scalar.text.len());
        sink.unknown("unknown-field", message, (shared, span), known.iter().map(String::as_str));
        return None;
    }
    let used = names.grouped.get(&(kind.system.clone(), kind.name.clone())).unwrap_or(kind);
    if used.grouped.as_deref() == line.grouped {
        return Some(Arc::clone(used));
    }
    let message = format!("`{}.{}` is grouped otherwise by another pipeline", kind.system, kind.name);
    sink.error("type-list", message, scalar.span, "a record is grouped the same way everywhere");
    None
}
