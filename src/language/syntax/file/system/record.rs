//! A kind of record: its fields, its calls, its states.

use super::call::CallTree;
use super::envelope::EnvelopeTree;
use super::paging::PagingTree;
use super::states::StatesTree;
use crate::diagnostic::Span;
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::field_spec::{CALLS, RECORD, RECORD_FIELDS};
use crate::language::syntax::mapping::{Found, Mapping, expression, keep, text};
use crate::language::syntax::system_line::{self, FieldLine};
use crate::language::syntax::yaml::{Node, Scalar};

/// A kind of record.
#[derive(Clone, Debug)]
pub struct RecordTree {
    /// The field by which such records are told apart.
    pub key: Option<Name>,
    /// The field that says when it was made.
    pub created: Option<Name>,
    /// The field that says when it was changed.
    pub modified: Option<Name>,
    /// The field that says which version it is.
    pub version: Option<Name>,
    /// `gone when:`
    pub gone: Option<Expression>,
    /// The fields by which people name it.
    pub handles: Vec<Name>,
    /// `first`
    pub priority: Option<Name>,
    /// The fields, in file order.
    pub fields: Vec<FieldTree>,
    /// How its lists come in pages.
    pub paging: Option<PagingTree>,
    /// What stands around it.
    pub envelope: EnvelopeTree,
    /// The calls, in file order.
    pub calls: Vec<(CallKey, CallTree)>,
    /// The states.
    pub states: Option<StatesTree>,
}

/// A field.
#[derive(Clone, Debug)]
pub struct FieldTree {
    /// Its name, a path.
    pub key: Name,
    /// What it holds; of any kind where its line could not be read.
    pub line: FieldLine,
    /// The record that it refers to, as written.
    pub refers: Option<Name>,
    /// Where its line stands, quotes included.
    pub span: Span,
}

/// What a call is for.
#[derive(Clone, Debug)]
pub enum CallKey {
    /// `find by FIELD`
    FindBy(Name),
    /// `add to LIST`
    AddTo(Name),
    /// One of the calls that a record has once.
    Once(Name),
}

impl RecordTree {
    /// Reads a kind of record.
    pub(super) fn of(key: &Scalar, node: &Node, found: &mut Found) -> Option<Self> {
        let map = Mapping::called(node, &format!("record `{}`", key.text), &RECORD, found)?;
        let fields = map.get("fields", found).and_then(|node| Mapping::of(node, &RECORD_FIELDS, found));
        let fields = fields.iter().flat_map(Mapping::named).filter_map(|(key, node)| FieldTree::of(key, node, found));
        let fields = fields.collect();
        let mut word = |name: &str| map.text(name, name, found).map(Scalar::name);
        let (key, created, modified) = (word("key"), word("created"), word("modified"));
        let version = word("version");
        let priority = word("priority");
        let gone = map.text("gone when", "`gone when`", found).and_then(|scalar| expression(scalar, found));
        let handles = map.list("handles", "`handles`", found).into_iter();
        let handles = handles.filter_map(|node| text(node, "a field", found)).map(Scalar::name).collect();
        let paging = map.get("paging", found).and_then(|node| PagingTree::of(node, found));
        let envelope = EnvelopeTree::of(&map, found);
        let calls = map.get("calls", found).and_then(|node| Mapping::of(node, &CALLS, found));
        let entries = calls.iter().flat_map(Mapping::entries);
        let calls = entries.map(|(key, node)| (CallKey::of(key), CallTree::of(node, found))).collect();
        let states = map.get("states", found).and_then(|node| StatesTree::of(node, found));
        Some(Self { key, created, modified, version, gone, handles, priority, fields, paging, envelope, calls, states })
    }
}

impl FieldTree {
    fn of(key: &Scalar, node: &Node, found: &mut Found) -> Option<Self> {
        let scalar = text(node, "a field", found)?;
        // A field whose line is wrong is there all the same: rules that name it are not to blame.
        let line = keep(system_line::field(scalar), found).unwrap_or_else(FieldLine::of_any_kind);
        Some(Self { key: key.name(), line, refers: reference(scalar), span: scalar.span })
    }
}

/// `-> RECORD`
fn reference(line: &Scalar) -> Option<Name> {
    let rest = line.text.strip_prefix("->")?;
    let name = rest.trim_start().split([' ', ',']).next().filter(|name| !name.is_empty())?;
    let from = line.text.find(name).unwrap_or_default();
    Some(line.named(from, from + name.len()))
}

impl CallKey {
    fn of(key: &Scalar) -> Self {
        let behind = |rest: &str| key.named(key.text.len() - rest.len(), key.text.len());
        match (key.text.strip_prefix("find by "), key.text.strip_prefix("add to ")) {
            (Some(field), _) => Self::FindBy(behind(field)),
            (_, Some(list)) => Self::AddTo(behind(list)),
            _ => Self::Once(key.name()),
        }
    }
}
