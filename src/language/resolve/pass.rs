//! The pass itself: what the files declare, in the order in which they need each other.

use super::carries::Carried;
use super::files::by_kind;
use super::names::Names;
use super::resolver::{Resolver, SystemCondition};
use super::sink::Sink;
use super::{accounts, duplicate, ownership, pipelines, settings, system_names, systems, tables};
use crate::language::script::ScriptSet;
use crate::language::source::SourceMap;
use crate::language::syntax::yaml::Node;

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
