//! The states of a record, and the moves between them.

use std::sync::Arc;

use super::calls::call;
use super::derived_state;
use super::envelope::{Envelope, Role};
use super::resolver::Resolver;
use super::system_names::{self, Ready};
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Move, MoveBy, RecordType, States};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::system::{MoveTree, MoverTree, StatesTree};
use crate::value::Kind;

pub(super) fn states(
    resolver: &mut Resolver<'_>,
    record: &RecordType,
    tree: &StatesTree,
    envelope: &Envelope,
) -> States {
    let fields = &record.fields;
    let written = &tree.field;
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
    known_states(resolver, &tree.begins, values);
    let derives = known.is_some_and(|field| field.derived);
    let mut moves = Vec::new();
    for tree in &tree.moves {
        known_states(resolver, &tree.named, values);
        system_names::call(resolver, record, &tree.names, Ready::Fields);
        if matches!(tree.by, MoverTree::Update) && derives {
            derived_state::moved_by_update(resolver, (written, tree));
        } else if matches!(tree.by, MoverTree::Update) {
            moved_by_update(resolver, record, (written, tree));
        }
        moves.extend(moves_of(resolver, tree, envelope));
    }
    begins_somewhere(resolver, tree, values);
    let states = States {
        field: written.text.clone(),
        rows: derived_state::rows(resolver, tree),
        initial: tree.begins.first().map(|name| name.text.clone()),
        sent: sent(resolver, record, tree),
        moves,
    };
    derived_state::judge(resolver, record, tree, &states);
    states
}

/// The states of which the create call sends one: those of `initial`, where it names several.
fn sent(resolver: &mut Resolver<'_>, record: &RecordType, tree: &StatesTree) -> Vec<String> {
    let [first, second, ..] = tree.begins.as_slice() else { return Vec::new() };
    let written = &tree.field;
    let field = record.fields.iter().find(|field| field.path.is_field(&written.text));
    if let Some(again) = tree
        .begins
        .iter()
        .enumerate()
        .find_map(|(at, name)| tree.begins.iter().take(at).any(|before| before.text == name.text).then_some(name))
    {
        let message = format!("`initial` names {} twice", again.text);
        resolver.sink.error("type-shape", message, again.span, "named before");
    }
    if let Some(field) = field.filter(|field| !field.on_create) {
        let why = if field.derived { "is made from other fields" } else { "is not written when a record is made" };
        let message =
            format!("`initial` names several states, of which the create sends one, and `{}` {why}", written.text);
        let finding = Diagnostic::error(Code("read-only"), message, second.span, "one too many");
        let help = "keep the one state in which the system makes a record, or let the field be written";
        resolver.sink.found.push(finding.label(first.span, "this one counts").help(help));
        return Vec::new();
    }
    tree.begins.iter().map(|name| name.text.clone()).collect()
}

/// A move that the update makes needs an update, one that sends the state.
fn moved_by_update(resolver: &mut Resolver<'_>, record: &RecordType, (field, tree): (&Name, &MoveTree)) {
    let (Some(first), Some(last)) = (tree.named.first(), tree.named.last()) else { return };
    let span = Span { end: last.span.end, ..first.span };
    let Some(update) = &record.update else {
        let message = format!("this move is made by the update, and `{}` has none", record.name);
        let finding = Diagnostic::error(Code("missing-key"), message, span, "no call makes it");
        let help = "give `calls:` an `update`, or the move a call of its own, such as `POST /path`";
        return resolver.sink.found.push(finding.help(help));
    };
    if update.never.iter().any(|path| path.is_field(&field.text)) {
        let message = format!("this move is made by the update, which never sends `{}`", field.text);
        let finding = Diagnostic::error(Code("missing-key"), message, span, "no call makes it");
        return resolver.sink.found.push(finding.label(update.span, "this update"));
    }
    if let Some(state) = record.fields.iter().find(|one| one.path.is_field(&field.text) && !one.on_update) {
        let message = format!("this move is made by the update, which does not send `{}`", field.text);
        let finding = Diagnostic::error(Code("read-only"), message, span, "no call makes it");
        let finding = finding.label(state.span, "not written on update");
        let help = "let the field be written, as by `write on update` behind it, or give the move a call of its own";
        resolver.sink.found.push(finding.help(help));
    }
}

/// The state in which records begin is one that some move leaves or reaches, where there are moves at all: otherwise
/// one of the two is of another record, or misspelt.
fn begins_somewhere(resolver: &mut Resolver<'_>, tree: &StatesTree, values: &[String]) {
    // One that is no state at all is told as such.
    let known = |name: &&Name| values.is_empty() || values.contains(&name.text);
    let Some(first) = tree.begins.first().filter(known) else { return };
    let is_named = tree.moves.iter().flat_map(|one| one.from.iter().chain(&one.to)).any(|state| *state == first.text);
    if is_named || tree.moves.is_empty() {
        return;
    }
    let message = format!("records begin as `{}`, and no move leaves or reaches it", first.text);
    let finding = Diagnostic::error(Code("unknown-value"), message, first.span, "no way leads on from here");
    let help = format!(
        "write the state that the moves begin at, or the move that leaves this one: `- {} -> STATE: …`",
        first.text
    );
    resolver.sink.found.push(finding.help(help));
}

/// Every state that a line names is a value of the field, where the field says which it has.
fn known_states(resolver: &mut Resolver<'_>, named: &[Name], values: &[String]) {
    for name in named.iter().filter(|name| !values.is_empty() && !values.contains(&name.text)) {
        let message = format!("the field has no value `{}`", name.text);
        let known = values.iter().map(String::as_str);
        resolver.sink.unknown("unknown-value", message, (&name.text, name.span), known);
    }
}

/// `A, B -> C: POST /path` is one move from each of the left to each of the right.
fn moves_of(resolver: &mut Resolver<'_>, tree: &MoveTree, envelope: &Envelope) -> Vec<Move> {
    let by = match &tree.by {
        MoverTree::People => MoveBy::People,
        MoverTree::Update => MoveBy::Update,
        MoverTree::Call(parts) => {
            let mut found = call(resolver, parts);
            envelope.give(resolver, (parts, Role::Writes), &mut found);
            MoveBy::Call(Arc::new(found))
        }
    };
    let from = |from: &String| tree.to.iter().map(|to| (from.clone(), to.clone())).collect::<Vec<_>>();
    tree.from.iter().flat_map(from).map(|(from, to)| Move { from, to, by: by.clone() }).collect()
}
