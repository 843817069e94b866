//! The states of a record, and the moves between them.

use std::sync::Arc;

use super::calls::{call, shared};
use super::resolver::Resolver;
use super::system_names::{self, Ready};
use crate::language::plan::{Move, MoveBy, RecordType, States};
use crate::language::syntax::mapping::{Mapping, list, text};
use crate::language::syntax::yaml::{Node, NodeKind, Scalar};
use crate::value::Kind;

pub(super) fn states(resolver: &mut Resolver<'_>, record: &RecordType, node: &Node) -> Option<States> {
    let fields = &record.fields;
    let map = Mapping::of(node, "`states`", &["field", "initial", "moves"], &mut resolver.sink.found)?;
    let written = map
        .require("field", &mut resolver.sink.found)
        .and_then(|node| text(node, "`field`", &mut resolver.sink.found))?;
    let known = fields.iter().find(|field| field.path.to_string() == written.text);
    if known.is_none() {
        let names: Vec<String> = fields.iter().map(|field| field.path.to_string()).collect();
        let message = format!("record `{}` has no field `{}`", record.name, written.text);
        resolver.sink.unknown(
            "unknown-field",
            message,
            (&written.text, written.span),
            names.iter().map(String::as_str),
        );
    }
    let values: &[String] = match known.map(|field| &field.kind) {
        Some(Kind::Enum(values)) => values,
        _ => &[],
    };
    let field = written.text.clone();
    if let Some(NodeKind::Scalar(scalar)) = map.get("initial").map(|node| &node.kind) {
        known_states(resolver, scalar, values);
    }
    let initial = super::systems::texts_of(resolver, &map, "initial").first().cloned();
    let mut moves = Vec::new();
    for node in map.get("moves").map(|node| list(node, "`moves`", &mut resolver.sink.found)).unwrap_or_default() {
        let NodeKind::Mapping(entries) = &node.kind else {
            resolver.sink.error(
                "syntax-system",
                "a move reads `A -> B: by people` or `A -> B: POST /path`",
                node.span,
                "not a move",
            );
            continue;
        };
        for (key, node) in entries {
            if key.text.contains(" -> ") {
                known_states(resolver, key, values);
            }
            system_names::call(resolver, record, node, Ready::Fields);
            moves.extend(moves_of(resolver, key, node));
        }
    }
    Some(States { field, initial, moves })
}

/// Every state that a line names is a value of the field, where the field says which it has.
fn known_states(resolver: &mut Resolver<'_>, line: &Scalar, values: &[String]) {
    let mut at = 0;
    for cell in line.text.split(" -> ").flat_map(|cell| cell.split_inclusive(',').chain([""])) {
        let name = cell.trim_end_matches(',').trim();
        if !name.is_empty() && !values.is_empty() && !values.iter().any(|value| value == name) {
            let from = at + line.text.get(at..).and_then(|rest| rest.find(name)).unwrap_or_default();
            let message = format!("the field has no value `{name}`");
            let span = line.part(from, from + name.len());
            resolver.sink.unknown("unknown-value", message, (name, span), values.iter().map(String::as_str));
        }
        at += if cell.is_empty() { " -> ".len() } else { cell.len() };
    }
}

/// `A, B -> C: POST /path` is one move from each of the left to each of the right.
fn moves_of(resolver: &mut Resolver<'_>, key: &Scalar, node: &Node) -> Vec<Move> {
    let Some((from, to)) = key.text.split_once(" -> ") else {
        resolver.sink.error("syntax-system", "a move has an arrow with blanks around it", key.span, "no ` -> ` here");
        return Vec::new();
    };
    let shared_call = match &node.kind {
        NodeKind::Scalar(scalar) if matches!(scalar.text.as_str(), "by people" | "update") => None,
        _ => call(resolver, node).map(shared),
    };
    let by = || match (&node.kind, &shared_call) {
        (_, Some(call)) => MoveBy::Call(Arc::clone(call)),
        (NodeKind::Scalar(scalar), None) if scalar.text == "update" => MoveBy::Update,
        _ => MoveBy::People,
    };
    let names = |cell: &str| cell.split(',').map(|name| name.trim().to_owned()).collect::<Vec<_>>();
    let mut moves = Vec::new();
    for from in names(from) {
        for to in names(to) {
            moves.push(Move { from: from.clone(), to, by: by() });
        }
    }
    moves
}
