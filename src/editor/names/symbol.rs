//! What a name stands for, wherever it is written, and a place where it is.

use crate::diagnostic::{FileId, Span};
use crate::value::Path;

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Symbol {
    /// A system.
    System(String),
    /// A kind of record of a system.
    Record(String, String),
    /// A field of a kind of record, or what holds several.
    Field(String, String, Path),
    /// A setting, or a group of several, by its dotted name.
    Setting(String),
    /// A table.
    Table(String),
    /// A pipeline.
    Pipeline(String),
    /// A group of rules of a pipeline.
    Group(String, String),
    /// An account.
    Account(String),
    /// A name that one file gives: a record that rules read, an element of a list.
    Local(FileId, String),
    /// A function.
    Function(String),
}

/// A place where something is named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Where, the name alone: without quotes, and of a dotted name its last part.
    pub span: Span,
    /// What.
    pub symbol: Symbol,
    /// Whether it comes from here.
    pub declares: bool,
}

impl Symbol {
    /// What people call its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::System(_) => "system",
            Self::Record(..) => "record",
            Self::Field(..) => "field",
            Self::Setting(_) => "setting",
            Self::Table(_) => "table",
            Self::Pipeline(_) => "pipeline",
            Self::Group(..) => "group",
            Self::Account(_) => "account",
            Self::Local(..) => "name",
            Self::Function(_) => "function",
        }
    }

    /// Its name: of a dotted one the last part.
    pub fn name(&self) -> &str {
        match self {
            Self::System(name) | Self::Table(name) | Self::Pipeline(name) | Self::Account(name) => name,
            Self::Record(_, name) | Self::Group(_, name) | Self::Local(_, name) | Self::Function(name) => name,
            Self::Field(_, _, path) => path.last_name().unwrap_or_default(),
            Self::Setting(name) => name.rsplit('.').next().unwrap_or(name),
        }
    }

    /// Its name with all that it stands in.
    pub fn whole(&self) -> String {
        match self {
            Self::Record(system, record) => format!("{system}.{record}"),
            Self::Field(system, record, path) => format!("{system}.{record}.{path}"),
            Self::Setting(name) => format!("settings.{name}"),
            Self::Group(pipeline, group) => format!("{pipeline}.{group}"),
            other => other.name().to_owned(),
        }
    }
}
