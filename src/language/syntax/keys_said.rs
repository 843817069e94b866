//! Which keys of a table a text says, each with its line: what a reference takes its examples from.
//!
//! Knows the table and YAML; judges nothing.

use super::field_spec::{MapSpec, Shape};
use super::yaml::{self, Node, NodeKind};
use crate::diagnostic::FileId;

/// A key of a map with the line that says it.
#[derive(Debug)]
pub struct KeySaid {
    /// The map.
    pub map: &'static MapSpec,
    /// The key; none: one that people name themselves.
    pub key: Option<&'static str>,
    /// The line, without the blanks before it.
    pub line: String,
}

/// The keys of a file of this kind, in its order.
pub fn keys_said(map: &'static MapSpec, text: &str) -> Vec<KeySaid> {
    let mut said = Vec::new();
    let (tree, _) = yaml::parse(FileId(0), text);
    walk(map, &tree, text, &mut said);
    said
}

fn walk(map: &'static MapSpec, node: &Node, text: &str, said: &mut Vec<KeySaid>) {
    let NodeKind::Mapping(entries) = &node.kind else { return };
    for (key, value) in entries {
        let field = map.field(&key.text);
        let start = text.get(..key.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default().trim().to_owned();
        said.push(KeySaid { map, key: field.map(|field| field.name), line });
        let shape = field.map(|field| &field.shape).or(map.named.as_ref().map(|named| &named.shape));
        for inner in shape.into_iter().flat_map(Shape::maps) {
            let items = match &value.kind {
                NodeKind::Sequence(items) => items.as_slice(),
                _ => std::slice::from_ref(value),
            };
            items.iter().for_each(|item| walk(inner, item, text, said));
        }
    }
}
