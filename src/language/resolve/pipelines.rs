//! Pipelines by name, and the kinds of records that they pair, grouped where they say so.

use std::sync::Arc;

use super::names::Names;
use super::resolver::Resolver;
use super::sink::Sink;
use crate::language::plan::RecordType;
use crate::language::syntax::file::pipeline::{PipelineFile, SideLine};

/// Notes a pipeline's name, so that others may refer to it, and how its sides are grouped: one way for all pipelines,
/// so that a record's name always means the same.
pub fn resolve(resolver: &mut Resolver<'_>, file: &PipelineFile) {
    let Some(name) = &file.name else { return };
    if resolver.declare("pipeline", &name.text, name.span) {
        resolver.names.pipelines.insert(name.text.clone(), name.span);
        let sides = file.between.iter().flat_map(|between| between.sides.iter().flatten());
        let paired = sides.map(|side| (side.system.text.clone(), side.record.text.clone())).collect();
        resolver.names.paired.insert(name.text.clone(), paired);
    }
    for side in file.between.iter().flat_map(|between| between.sides.iter().flatten()) {
        let Some(kind) = resolver.names.record(&side.system.text, &side.record.text).cloned() else { continue };
        let grouped = side.grouped.as_ref().map(|shared| shared.text.as_str());
        if grouped.is_none_or(|shared| has_field(&kind, shared)) {
            let name = (kind.system.clone(), kind.name.clone());
            resolver.names.grouped.entry(name).or_insert_with(|| match grouped {
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
pub fn side(names: &Names<'_>, sink: &mut Sink, line: &SideLine) -> Option<Arc<RecordType>> {
    let Some(system) = names.systems.get(&line.system.text) else {
        let message = format!("there is no system `{}`", line.system.text);
        let known = names.systems.keys().map(String::as_str);
        sink.unknown("unknown-system", message, (&line.system.text, line.system.span), known);
        return None;
    };
    let Some(kind) = system.records.get(&line.record.text) else {
        let message = format!("system `{}` has no record `{}`", line.system.text, line.record.text);
        let known = system.records.keys().map(String::as_str);
        sink.unknown("unknown-record", message, (&line.record.text, line.record.span), known);
        return None;
    };
    if let Some(shared) = line.grouped.as_ref().filter(|shared| !has_field(kind, &shared.text)) {
        let known: Vec<String> = kind.fields.iter().map(|field| field.path.to_string()).collect();
        let message = format!("record `{}.{}` has no field `{}`", kind.system, kind.name, shared.text);
        sink.unknown("unknown-field", message, (&shared.text, shared.span), known.iter().map(String::as_str));
        return None;
    }
    let used = names.grouped.get(&(kind.system.clone(), kind.name.clone())).unwrap_or(kind);
    if used.grouped.as_deref() == line.grouped.as_ref().map(|shared| shared.text.as_str()) {
        return Some(Arc::clone(used));
    }
    let message = format!("`{}.{}` is grouped otherwise by another pipeline", kind.system, kind.name);
    sink.error("type-list", message, line.span, "a record is grouped the same way everywhere");
    None
}
