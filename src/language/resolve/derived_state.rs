//! `from:` of a record's states: the field that it makes, its rows, and whether each of them can ever be the one.

use jiff::Timestamp;

use super::resolver::Resolver;
use crate::diagnostic::{Code, Diagnostic, Span};
use crate::language::plan::{Field, FieldShape, Presence, RecordType, StateRow, States, WritePlace};
use crate::language::syntax::expression::{Expression, ExpressionKind, Name, Operator};
use crate::language::syntax::file::system::{MoveTree, StateRowTree, StatesTree};
use crate::value::{Kind, Path, Record, Segment, Value};

/// The field that the rows make, with the states that they name as its values.
pub(super) fn field(resolver: &mut Resolver<'_>, tree: &StatesTree, fields: &[Field]) -> Option<Field> {
    if tree.rows.is_empty() {
        return None;
    }
    let path = Path::parse(&tree.field.text)?;
    if let Some(known) = fields.iter().find(|field| field.path == path) {
        let message = format!("`{path}` is a field of the record, and `from` would make another of that name");
        let finding = Diagnostic::error(Code("duplicate-name"), message, tree.field.span, "there already");
        let help = "give the state that `from` makes a name of its own, or leave `from` out";
        resolver.sink.found.push(finding.label(known.span, "this field").help(help));
        return None;
    }
    if path.0.len() != 1 {
        let message = format!("`{path}` is no plain name, and `from` makes a field of the record itself");
        resolver.sink.error("type-shape", message, tree.field.span, "write one word");
        return None;
    }
    let mut states: Vec<String> = Vec::new();
    for row in &tree.rows {
        if !states.contains(&row.state.text) {
            states.push(row.state.text.clone());
        }
    }
    Some(Field {
        path: path.clone(),
        kind: Kind::Enum(states.into()),
        shape: FieldShape::Plain,
        notation: None,
        read_at: path.clone(),
        read_also: Vec::new(),
        read_header: None,
        write_kind: None,
        together: None,
        write: WritePlace::Body(path),
        required_on_create: false,
        required_when: None,
        write_only: false,
        on_create: false,
        on_update: false,
        on_add: false,
        max: None,
        presence: Presence::Filled,
        assumed: false,
        derived: true,
        span: tree.field.span,
    })
}

/// The rows as the plan has them.
pub(super) fn rows(resolver: &mut Resolver<'_>, tree: &StatesTree) -> Vec<StateRow> {
    let row = |row: &StateRowTree| StateRow {
        when: row.when.clone().map(|tree| resolver.names.compile(tree)),
        state: row.state.text.clone(),
    };
    tree.rows.iter().map(row).collect()
}

/// No update sends a state that is made from other fields.
pub(super) fn moved_by_update(resolver: &mut Resolver<'_>, (field, tree): (&Name, &MoveTree)) {
    let (Some(first), Some(last)) = (tree.named.first(), tree.named.last()) else { return };
    let span = Span { end: last.span.end, ..first.span };
    let message = format!("`{}` is made from other fields, and no update sends it", field.text);
    let finding = Diagnostic::error(Code("read-only"), message, span, "no call makes it");
    let help = "give the move a call of its own, with what makes the state in its `body:`";
    resolver.sink.found.push(finding.help(help));
}

/// Whether the rows make a state of every record, each of them of some, and from fields of which it is known whether
/// an answer has them.
pub(super) fn judge(resolver: &mut Resolver<'_>, record: &RecordType, tree: &StatesTree, states: &States) {
    let Some(last) = tree.rows.last() else { return };
    if let Some(early) = tree.rows.iter().rev().skip(1).find(|row| row.when.is_none()) {
        let message = "`otherwise` is every record, and the rows behind it are none";
        resolver.sink.error("unreachable-row", message, early.span, "not the last row");
        return;
    }
    if last.when.is_some() {
        let message = "nobody says which state all other records are in";
        let finding = Diagnostic::error(Code("missing-key"), message, last.span, "the last row");
        resolver.sink.found.push(finding.help("end `from` with a row `otherwise -> STATE`"));
    }
    let own = |row: &&StateRowTree| row.when.as_ref().is_some_and(|condition| reads(condition, &states.field));
    if let Some(row) = tree.rows.iter().find(own) {
        let message = format!("`{}` is what this row makes, and no record has it before", states.field);
        resolver.sink.error("syntax-system", message, row.span, "reads what it makes");
        return;
    }
    let open = states.read_by_rows(record).into_iter().filter(|field| !is_told(record, field));
    for field in open.collect::<Vec<_>>() {
        let message = format!(
            "`{}` follows from `{}`, and nobody says whether every answer has that: one without it would be taken for \
             a record where it is null",
            states.field, field.path
        );
        let finding = Diagnostic::error(Code("missing-key"), message, field.span, "in every answer?");
        let help = "write `always or null` or `always` behind it, or `left out when empty`";
        resolver.sink.found.push(finding.label(tree.field.span, "made from it").help(help));
    }
    never_the_one(resolver, record, tree, states);
}

/// Whether an answer without a field says something of it.
pub(super) fn is_told(record: &RecordType, field: &Field) -> bool {
    field.presence != Presence::Open || record.is_filled(field)
}

fn reads(condition: &Expression, name: &str) -> bool {
    let mut found = false;
    condition.visit(&mut |part| {
        if let ExpressionKind::Path(path) = &part.kind {
            found |= path.head.as_ref().is_some_and(|head| head.text == name);
        }
    });
    found
}

/// Rows that are the first to hold of no record, as far as conditions are plain enough to be sure.
fn never_the_one(resolver: &mut Resolver<'_>, record: &RecordType, tree: &StatesTree, states: &States) {
    let plain = |row: &StateRowTree| row.when.as_ref().is_none_or(|condition| is_plain(record, condition));
    for (at, row) in tree.rows.iter().enumerate() {
        if !tree.rows.iter().take(at + 1).all(plain) {
            return;
        }
        // Each row by itself, also where several make one state.
        let alone = States {
            rows: states.rows.iter().take(at + 1).enumerate().map(|(place, row)| named(row, place)).collect(),
            ..states.clone()
        };
        let nothing = Value::Record(Record::new());
        let wish = (&nothing, &Record::new());
        if alone.settled(record, wish, (&at.to_string(), Timestamp::UNIX_EPOCH)).is_none() {
            let message = format!("no record becomes {} by this row", row.state.text);
            let at = if at == 0 { "never holds" } else { "never holds where those above do not" };
            resolver.sink.error("unreachable-row", message, row.span, at);
            return;
        }
    }
}

/// A row that makes its own number.
fn named(row: &StateRow, place: usize) -> StateRow {
    StateRow { when: row.when.clone(), state: place.to_string() }
}

/// Whether it compares fields with constants, and nothing else: of such a condition is known what it may hold of.
fn is_plain(record: &RecordType, condition: &Expression) -> bool {
    let both = |one: &Expression, other: &Expression| is_plain(record, one) && is_plain(record, other);
    match &condition.kind {
        ExpressionKind::Binary(Operator::And | Operator::Or, one, other) => both(one, other),
        ExpressionKind::Binary(Operator::Equal | Operator::NotEqual | Operator::In, one, other) => {
            is_known(record, one) && is_constant(other) || is_constant(one) && is_known(record, other)
        }
        ExpressionKind::Not(inner) => is_plain(record, inner),
        _ => is_known(record, condition),
    }
}

fn is_constant(part: &Expression) -> bool {
    match &part.kind {
        ExpressionKind::Literal(_) => true,
        ExpressionKind::List(items) => items.iter().all(is_constant),
        _ => false,
    }
}

/// Whether it is one of the record's fields.
fn is_known(record: &RecordType, part: &Expression) -> bool {
    let ExpressionKind::Path(path) = &part.kind else { return false };
    let Some(head) = &path.head else { return false };
    let steps = std::iter::once(Segment::Field(head.text.as_str().into())).chain(path.segments.iter().cloned());
    record.field(&Path(steps.collect())).is_some()
}
