//! The pass itself: what the files declare, in the order in which they need each other.

use super::carries::Carried;
use super::duplicate::{self, Again};
use super::files::by_kind;
use super::names::Names;
use super::sink::Sink;
use super::system_names::{self, Wanted};
use super::{accounts, ownership, pipelines, settings, systems, tables};
use crate::language::script::ScriptSet;
use crate::language::source::SourceMap;
use crate::language::syntax::expression::Expression;
use crate::language::syntax::yaml::Node;

/// What is known so far, and what is wrong.
pub struct Resolver<'a> {
    /// Names and what they stand for.
    pub names: Names<'a>,
    /// What is wrong.
    pub sink: Sink,
    /// What the system files ask of their accounts.
    pub wanted: Vec<Wanted>,
    /// Things that are declared twice.
    pub again: Vec<Again>,
    /// Conditions of system files, to be judged once all is known.
    pub conditions: Vec<SystemCondition>,
    /// What accounts carry, to be judged once all is known.
    pub carried: Vec<Carried>,
}

/// A condition that a system file states over a record.
#[derive(Debug)]
pub struct SystemCondition {
    /// The system.
    pub system: String,
    /// The record.
    pub record: String,
    /// The condition.
    pub tree: Expression,
    /// Whether it may read what the record refers to.
    pub reads_on: bool,
}

/// What was resolved.
pub struct Resolved<'a> {
    /// Names and what they stand for.
    pub names: Names<'a>,
    /// What is wrong.
    pub sink: Sink,
    /// The files that say what they are, with their kinds.
    pub files: Vec<(&'static str, Node)>,
    /// Conditions of system files.
    pub conditions: Vec<SystemCondition>,
    /// What accounts carry.
    pub carried: Vec<Carried>,
}

/// Resolves the names of a rule set.
pub fn resolve(sources: &SourceMap) -> Resolved<'_> {
    let scripts: Vec<_> = sources
        .files()
        .filter(|(_, file)| file.name.ends_with(".rhai"))
        .map(|(id, file)| (id, file.name.as_str(), file.text.as_str()))
        .collect();
    let (scripts, found) = ScriptSet::compile(&scripts);
    let mut resolver = Resolver {
        names: Names::new(sources, scripts),
        sink: Sink { found, ..Sink::default() },
        wanted: Vec::new(),
        again: Vec::new(),
        conditions: Vec::new(),
        carried: Vec::new(),
    };
    let files = by_kind(&mut resolver);
    let of = |kind: &str| files.iter().filter(|(found, _)| *found == kind).map(|(_, node)| node).collect::<Vec<_>>();
    settings::resolve(&mut resolver, &of("settings"));
    of("system").into_iter().for_each(|node| systems::resolve(&mut resolver, node));
    of("accounts").into_iter().for_each(|node| accounts::resolve(&mut resolver, node));
    system_names::accounts(&mut resolver);
    of("pipeline").into_iter().for_each(|node| pipelines::resolve(&mut resolver, node));
    of("ownership").into_iter().for_each(|node| ownership::resolve(&mut resolver, node));
    of("table").into_iter().for_each(|node| tables::resolve(&mut resolver, node));
    duplicate::tell(&mut resolver);
    let Resolver { names, sink, conditions, carried, .. } = resolver;
    Resolved { names, sink, files, conditions, carried }
}
