//! What people write as values: of settings, of properties, of records in tests. What they must be is for whoever knows
//! the setting or the field.

use crate::diagnostic::{Diagnostic, Span};
use crate::language::syntax::expression::Name;
use crate::language::syntax::mapping::{Found, no_map};
use crate::language::syntax::yaml::{Node, NodeKind};

/// A value.
#[derive(Clone, Debug)]
pub struct Data {
    /// What it is.
    pub kind: DataKind,
    /// Where it stands. Of a list or map only the first byte.
    pub span: Span,
}

/// Kinds of values.
#[derive(Clone, Debug)]
pub enum DataKind {
    /// Nothing stands there.
    Nothing,
    /// A single text.
    Text(DataText),
    /// A list.
    List(Vec<Data>),
    /// A map, in file order.
    Map(Vec<(Name, Data)>),
}

/// A single text.
#[derive(Clone, Debug)]
pub struct DataText {
    /// The text, quotes and escapes undone.
    pub text: String,
    /// Whether it stood without quotes and on its own line.
    pub plain: bool,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// Values by name, in file order.
pub type NamedData = Vec<(Name, Data)>;

impl Data {
    /// What a node holds.
    pub fn of(node: &Node) -> Self {
        let kind = match &node.kind {
            NodeKind::Null => DataKind::Nothing,
            NodeKind::Scalar(scalar) => {
                DataKind::Text(DataText { text: scalar.text.clone(), plain: scalar.plain, span: scalar.span })
            }
            NodeKind::Sequence(items) => DataKind::List(items.iter().map(Self::of).collect()),
            NodeKind::Mapping(entries) => {
                DataKind::Map(entries.iter().map(|(key, node)| (key.name(), Self::of(node))).collect())
            }
        };
        Self { kind, span: node.span }
    }

    /// The single text.
    pub fn text(&self) -> Option<&DataText> {
        match &self.kind {
            DataKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The entries of a map; anything else is a finding. `what`: what the map is called.
    ///
    /// # Errors
    /// That it is no map.
    pub fn entries(&self, what: &str) -> Result<&[(Name, Self)], Diagnostic> {
        let is = match &self.kind {
            DataKind::Map(entries) => return Ok(entries),
            DataKind::Nothing => "nothing stands here",
            DataKind::Text(_) => "this is a single text",
            DataKind::List(_) => "this is a list",
        };
        Err(no_map(what, self.span, is))
    }
}

/// The settings of a file, an account or a test.
pub(super) fn settings(node: &Node, found: &mut Found) -> Option<NamedData> {
    match Data::of(node) {
        Data { kind: DataKind::Map(entries), .. } => Some(entries),
        other => {
            found.extend(other.entries("settings").err());
            None
        }
    }
}
