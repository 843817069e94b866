//! All places of all names of a rule set, in the order in which they stand.

use std::collections::BTreeSet;

use super::symbol::{Occurrence, Symbol};
use super::walk::Walk;
use crate::diagnostic::FileId;
use crate::language::Compilation;
use crate::language::resolve::Meant;
use crate::language::syntax::parse;

/// Every place of every name.
#[derive(Debug, Default)]
pub struct Index {
    places: Vec<Occurrence>,
}

impl Index {
    /// The places of what was compiled, noting what names were taken for.
    pub fn of(compiled: &Compilation) -> Self {
        let Some(rules) = compiled.understood() else { return Self::default() };
        let mut walk = Walk::new(&compiled.sources, rules);
        let tree = parse(&compiled.sources);
        tree.files.iter().for_each(|file| walk.declarations(file));
        let own = walk.found.iter().filter(|one| one.declares && matches!(one.symbol, Symbol::Local(..)));
        let own: BTreeSet<Symbol> = own.map(|one| one.symbol.clone()).collect();
        for met in &compiled.met {
            let (name, symbol) = match &met.what {
                Meant::Head(name) if rules.systems.contains_key(name) => (name.clone(), Symbol::System(name.clone())),
                Meant::Head(name) => {
                    let symbol = Symbol::Local(met.span.file, name.clone());
                    if !own.contains(&symbol) {
                        continue;
                    }
                    (name.clone(), symbol)
                }
                Meant::Record(kind) => (kind.name.clone(), Symbol::Record(kind.system.clone(), kind.name.clone())),
                Meant::Field(kind, path) => {
                    let symbol = Symbol::Field(kind.system.clone(), kind.name.clone(), path.clone());
                    (path.last_name().unwrap_or_default().to_owned(), symbol)
                }
                Meant::Setting(name) => {
                    walk.setting(met.span, name);
                    continue;
                }
                Meant::Function(name) => (name.clone(), Symbol::Function(name.clone())),
                Meant::Table(name) => (name.clone(), Symbol::Table(name.clone())),
                Meant::Pipeline(name) => (name.clone(), Symbol::Pipeline(name.clone())),
            };
            walk.place(met.span, &name, symbol);
        }
        tree.files.iter().for_each(|file| walk.uses(file));
        let mut places = walk.found;
        // A place that declares comes before the same place that does not.
        places.sort_by(|one, other| {
            (one.span, !one.declares, &one.symbol).cmp(&(other.span, !other.declares, &other.symbol))
        });
        places.dedup_by(|later, first| later.span == first.span && later.symbol == first.symbol);
        Self { places }
    }

    /// What is named at a byte of a file; just behind a name counts.
    pub fn at(&self, file: FileId, offset: usize) -> Option<&Occurrence> {
        let here = |one: &&Occurrence| one.span.file == file && one.span.start <= offset && offset <= one.span.end;
        self.places.iter().filter(here).min_by_key(|one| (one.span.end == offset, one.span.end - one.span.start))
    }

    /// All places of something.
    pub fn places<'a>(&'a self, symbol: &'a Symbol) -> impl Iterator<Item = &'a Occurrence> {
        self.places.iter().filter(move |one| one.symbol == *symbol)
    }

    /// Where something comes from: the first place of several.
    pub fn declaration(&self, symbol: &Symbol) -> Option<&Occurrence> {
        self.places.iter().find(|one| one.declares && one.symbol == *symbol)
    }

    /// All places.
    pub fn all(&self) -> &[Occurrence] {
        &self.places
    }
}
