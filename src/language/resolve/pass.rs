//! The pass itself: what the files declare, in the order in which they need each other.

use super::carries::Carried;
use super::names::Names;
use super::resolver::{Resolver, SystemCondition};
use super::sink::Sink;
use super::{accounts, duplicate, folder, ownership, pipelines, settings, system_names, systems, tables};
use crate::language::script::ScriptSet;
use crate::language::source::SourceMap;
use crate::language::syntax::RuleTree;
use crate::language::syntax::field_spec::FILE_KINDS;
use crate::language::syntax::file::{FileTree, RuleFile};

/// What was resolved.
pub struct Resolved<'a> {
    /// Names and what they stand for.
    pub names: Names<'a>,
    /// What is wrong.
    pub sink: Sink,
    /// The files that say what they are.
    pub files: Vec<RuleFile>,
    /// Conditions of system files.
    pub conditions: Vec<SystemCondition>,
    /// What accounts carry.
    pub carried: Vec<Carried>,
}

/// Resolves the names of a rule set.
pub fn resolve(sources: &SourceMap, tree: RuleTree) -> Resolved<'_> {
    let RuleTree { files, strangers, found: unread } = tree;
    let scripts: Vec<_> = sources
        .files()
        .filter(|(_, file)| file.name.ends_with(".rhai"))
        .map(|(id, file)| (id, file.name.as_str(), file.text.as_str()))
        .collect();
    let (scripts, mut found) = ScriptSet::compile(&scripts);
    found.extend(unread);
    let mut resolver = Resolver {
        names: Names::new(sources, scripts),
        sink: Sink { found, ..Sink::default() },
        wanted: Vec::new(),
        again: Vec::new(),
        conditions: Vec::new(),
        carried: Vec::new(),
    };
    for name in &strangers {
        let message = format!("a rule file cannot begin with `{}`", name.text);
        resolver.sink.unknown("unknown-file-kind", message, (&name.text, name.span), FILE_KINDS);
    }
    let settings = of(&files, |tree| if let FileTree::Settings(file) = tree { Some(file) } else { None });
    settings::resolve(&mut resolver, &settings);
    let systems = of(&files, |tree| if let FileTree::System(file) = tree { Some(file.as_ref()) } else { None });
    systems.iter().for_each(|file| systems::resolve(&mut resolver, file));
    for file in of(&files, |tree| if let FileTree::Accounts(file) = tree { Some(file) } else { None }) {
        accounts::resolve(&mut resolver, file);
    }
    system_names::accounts(&mut resolver);
    folder::judge(&mut resolver, &systems);
    for file in of(&files, |tree| if let FileTree::Pipeline(file) = tree { Some(file) } else { None }) {
        pipelines::resolve(&mut resolver, file);
    }
    for file in of(&files, |tree| if let FileTree::Ownership(file) = tree { Some(file) } else { None }) {
        ownership::resolve(&mut resolver, file);
    }
    for file in of(&files, |tree| if let FileTree::Table(file) = tree { Some(file) } else { None }) {
        tables::resolve(&mut resolver, file);
    }
    duplicate::tell(&mut resolver);
    let Resolver { names, sink, conditions, carried, .. } = resolver;
    Resolved { names, sink, files, conditions, carried }
}

/// The files of one kind.
fn of<'a, T>(files: &'a [RuleFile], kind: impl Fn(&'a FileTree) -> Option<&'a T>) -> Vec<&'a T> {
    files.iter().filter_map(|file| kind(&file.tree)).collect()
}
