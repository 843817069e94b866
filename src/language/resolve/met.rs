//! What the names in expressions were taken for when they were judged: for whoever shows rules to people.
//!
//! Kept only where somebody asks for it. The same place may be met several times, for a condition is judged wherever it
//! holds.

use std::sync::Arc;

use crate::diagnostic::Span;
use crate::language::plan::RecordType;
use crate::value::Path;

/// A name, and what it was taken for.
#[derive(Clone, Debug)]
pub struct Met {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub what: Meant,
}

/// What a name may be.
#[derive(Clone, Debug)]
pub enum Meant {
    /// The first name of a path: a system, a name of `with:` or of an element.
    Head(String),
    /// A kind of record behind a system's name.
    Record(Arc<RecordType>),
    /// A place in a kind of record, lists in it as `[]`.
    Field(Arc<RecordType>, Path),
    /// A setting, by its dotted name.
    Setting(String),
    /// A function, of the library or of a script.
    Function(String),
    /// A table, named by a text.
    Table(String),
    /// A pipeline, named by a text.
    Pipeline(String),
}
