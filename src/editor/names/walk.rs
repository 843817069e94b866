//! Goes through the trees of rule files and notes each name with its place: first what declares, then what uses.

use super::symbol::{Occurrence, Symbol};
use crate::diagnostic::{Sources as _, Span};
use crate::language::check::CheckedRules;
use crate::language::plan::RecordType;
use crate::language::source::SourceMap;
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::{FileTree, RuleFile};
use crate::value::{Path, Segment};

/// The places found so far.
pub(super) struct Walk<'a> {
    sources: &'a SourceMap,
    /// What was understood.
    pub(super) rules: &'a CheckedRules,
    /// The places.
    pub(super) found: Vec<Occurrence>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(sources: &'a SourceMap, rules: &'a CheckedRules) -> Self {
        Self { sources, rules, found: Vec::new() }
    }

    /// Notes what a file declares.
    pub(super) fn declarations(&mut self, file: &RuleFile) {
        match &file.tree {
            FileTree::System(tree) => self.system_declares(tree),
            FileTree::Accounts(tree) => {
                for (name, _) in &tree.accounts {
                    self.declare(name, Symbol::Account(name.text.clone()));
                }
            }
            FileTree::Settings(tree) => self.settings_declare(&tree.settings, ""),
            FileTree::Table(tree) => {
                if let Some(name) = &tree.name {
                    self.declare(name, Symbol::Table(name.text.clone()));
                }
            }
            FileTree::Pipeline(tree) => self.pipeline_declares(tree),
            FileTree::Ownership(_) | FileTree::Tests => {}
        }
    }

    /// Notes what a file names outside of expressions.
    pub(super) fn uses(&mut self, file: &RuleFile) {
        match &file.tree {
            FileTree::System(tree) => self.system_uses(tree),
            FileTree::Accounts(tree) => {
                for (_, account) in &tree.accounts {
                    account.system.iter().for_each(|name| self.system(name));
                    self.settings_use(&account.settings, "");
                }
            }
            FileTree::Settings(tree) => {
                for (name, _) in &tree.types {
                    self.setting(name.span, &name.text);
                }
            }
            FileTree::Ownership(tree) => self.ownership_uses(tree),
            FileTree::Table(tree) => tree.between.iter().for_each(|name| self.dotted(name)),
            FileTree::Pipeline(tree) => self.pipeline_uses(tree),
            FileTree::Tests => {}
        }
        file.tests.iter().for_each(|test| self.test_uses(test));
    }

    /// Notes a place, the name alone of what stands there.
    pub(super) fn place(&mut self, span: Span, name: &str, symbol: Symbol) {
        self.note(span, name, symbol, false);
    }

    /// Notes where something comes from.
    pub(super) fn declare(&mut self, name: &Name, symbol: Symbol) {
        self.note(name.span, &name.text, symbol, true);
    }

    fn note(&mut self, span: Span, name: &str, symbol: Symbol, declares: bool) {
        let Some(start) = self.find(span, name) else { return };
        let span = Span { start, end: start + name.len(), ..span };
        self.found.push(Occurrence { span, symbol, declares });
    }

    /// Where a name begins in its place: quotes around it are none of it, and what is written by escapes has none.
    pub(super) fn find(&self, span: Span, name: &str) -> Option<usize> {
        let written = self.sources.text(span.file).get(span.start..span.end)?;
        written.find(name).filter(|_| !name.is_empty()).map(|at| span.start + at)
    }

    /// A system.
    pub(super) fn system(&mut self, name: &Name) {
        if self.rules.systems.contains_key(&name.text) {
            self.place(name.span, &name.text, Symbol::System(name.text.clone()));
        }
    }

    /// A kind of record of a system.
    pub(super) fn record(&mut self, system: &str, name: &Name) {
        if self.kind(system, &name.text).is_some() {
            self.place(name.span, &name.text, Symbol::Record(system.to_owned(), name.text.clone()));
        }
    }

    /// A kind of record.
    pub(super) fn kind(&self, system: &str, record: &str) -> Option<&'a RecordType> {
        self.rules.systems.get(system)?.records.get(record).map(AsRef::as_ref)
    }

    /// A path of a kind of record as a text: each of its names, as far as there are such.
    pub(super) fn path(&mut self, (system, record): (&str, &str), outer: &Path, name: &Name, declares: bool) {
        let Some(mut start) = self.find(name.span, &name.text) else { return };
        let mut at = outer.clone();
        for part in name.text.split('.') {
            let word = part.split('[').next().unwrap_or_default();
            at = at.join(word);
            let known = declares || self.kind(system, record).is_some_and(|kind| leads(kind, &at));
            if known && !word.is_empty() {
                let span = Span { start, end: start + word.len(), ..name.span };
                let symbol = Symbol::Field(system.to_owned(), record.to_owned(), at.clone());
                self.found.push(Occurrence { span, symbol, declares });
            }
            let brackets = part.matches('[').count();
            at.0.extend(std::iter::repeat_n(Segment::Each, brackets));
            start += part.len() + 1;
        }
    }

    /// `SYSTEM.RECORD.FIELD`
    fn dotted(&mut self, name: &Name) {
        let mut parts = name.text.splitn(3, '.');
        let (Some(system), Some(record), Some(field)) = (parts.next(), parts.next(), parts.next()) else { return };
        let Some(begin) = self.find(name.span, &name.text) else { return };
        let part = |from: usize, text: &str| {
            let start = begin + from;
            Name { text: text.to_owned(), span: Span { start, end: start + text.len(), ..name.span } }
        };
        let (first, second) = (part(0, system), part(system.len() + 1, record));
        let third = part(system.len() + record.len() + 2, field);
        self.system(&first);
        self.record(system, &second);
        self.path((system, record), &Path::default(), &third, false);
    }
}

/// Whether a record has something at a place.
fn leads(kind: &RecordType, at: &Path) -> bool {
    kind.fields.iter().any(|field| field.path.0.starts_with(&at.0))
}
