//! What a file holds, as an outline, and everything of the rule sets by name.

#![allow(deprecated, reason = "the protocol's own types still have a field that it took back")]

use lsp_types::{DocumentSymbol, SymbolInformation, SymbolKind};

use super::names::{Occurrence, Symbol};
use super::study::Study;
use crate::diagnostic::{FileId, Sources as _, Span};
use crate::language::source::{SourceFile, SourceMap};
use crate::language::syntax::expression::Name;
use crate::language::syntax::file::ownership::GroupOwner;
use crate::language::syntax::file::rule_entry::RuleEntry;
use crate::language::syntax::file::{FileTree, RuleFile};
use crate::language::syntax::parse;

/// The most that is told of everything at once.
const SYMBOLS_MAX: usize = 500;

/// The outline of a file.
pub(super) fn outline(study: &Study, file: FileId) -> Vec<DocumentSymbol> {
    let text = study.compiled.sources.text(file);
    let name = study.compiled.sources.name(file).to_owned();
    let tree = parse(&SourceMap::new(vec![SourceFile { name, text: text.to_owned() }]));
    // The file was parsed alone, so that its number is another there.
    let outline = Outline { study, file };
    tree.files.iter().flat_map(|one| outline.of(one)).collect()
}

struct Outline<'s> {
    study: &'s Study,
    file: FileId,
}

impl Outline<'_> {
    fn of(&self, file: &RuleFile) -> Vec<DocumentSymbol> {
        let mut found = match &file.tree {
            FileTree::System(tree) => {
                let records = tree.records.iter().map(|(name, record)| {
                    let fields = record.fields.iter().map(|field| self.leaf(&field.key, SymbolKind::FIELD)).collect();
                    self.branch(name, SymbolKind::STRUCT, fields)
                });
                let records: Vec<DocumentSymbol> = records.collect();
                tree.head.iter().map(|(name, _)| self.branch(name, SymbolKind::MODULE, records.clone())).collect()
            }
            FileTree::Accounts(tree) => {
                tree.accounts.iter().map(|(name, _)| self.leaf(name, SymbolKind::OBJECT)).collect()
            }
            FileTree::Settings(tree) => {
                tree.settings.iter().map(|(name, _)| self.leaf(name, SymbolKind::PROPERTY)).collect()
            }
            FileTree::Ownership(tree) => {
                let groups = |(name, groups): &(Name, Vec<GroupOwner>)| {
                    let inner = groups.iter().map(|one| self.leaf(&one.group, SymbolKind::PROPERTY)).collect();
                    self.branch(name, SymbolKind::NAMESPACE, inner)
                };
                tree.pipelines.iter().map(groups).collect()
            }
            FileTree::Table(tree) => tree.name.iter().map(|name| self.leaf(name, SymbolKind::ENUM)).collect(),
            FileTree::Pipeline(tree) => {
                let reads = tree.with.iter().map(|(name, _)| self.leaf(name, SymbolKind::VARIABLE));
                let groups = tree.groups.iter().map(|(name, entries)| self.group(name, entries));
                let inner: Vec<DocumentSymbol> = reads.chain(groups).collect();
                tree.name.iter().map(|name| self.branch(name, SymbolKind::MODULE, inner.clone())).collect()
            }
            FileTree::Tests => Vec::new(),
        };
        found.extend(file.tests.iter().map(|test| self.leaf(&test.name, SymbolKind::EVENT)));
        found
    }

    fn group(&self, name: &Name, entries: &[RuleEntry]) -> DocumentSymbol {
        let line = |entry: &RuleEntry| match entry {
            RuleEntry::Rule(line) => (line.text.join(&format!(" {} ", line.arrow)), line.span),
            RuleEntry::List(list) => (list.line.text.join(&format!(" {} ", list.line.arrow)), list.line.span),
        };
        let rules = entries.iter().map(line).map(|(text, span)| self.leaf(&Name { text, span }, SymbolKind::FUNCTION));
        self.branch(name, SymbolKind::NAMESPACE, rules.collect())
    }

    fn leaf(&self, name: &Name, kind: SymbolKind) -> DocumentSymbol {
        self.branch(name, kind, Vec::new())
    }

    fn branch(&self, name: &Name, kind: SymbolKind, children: Vec<DocumentSymbol>) -> DocumentSymbol {
        let own = self.study.range(Span { file: self.file, ..name.span });
        let mut range = own;
        for child in &children {
            range.start = range.start.min(child.range.start);
            range.end = range.end.max(child.range.end);
        }
        // No editor takes an empty name.
        let text = if name.text.trim().is_empty() { "—".to_owned() } else { name.text.clone() };
        let children = (!children.is_empty()).then_some(children);
        DocumentSymbol {
            name: text,
            detail: None,
            kind,
            tags: None,
            deprecated: None,
            range,
            selection_range: own,
            children,
        }
    }
}

/// Whatever of a rule set has a name with these letters in it, in their order.
pub(super) fn everything(study: &Study, query: &str) -> Vec<SymbolInformation> {
    let declared = study.index().all().iter().filter(|one| one.declares);
    let named = declared.filter(|one| is_called(&one.symbol.whole(), query));
    let mut found: Vec<SymbolInformation> = named.filter_map(|one| information(study, one)).collect();
    found.dedup_by(|one, other| one.name == other.name && one.location == other.location);
    found.truncate(SYMBOLS_MAX);
    found
}

fn information(study: &Study, one: &Occurrence) -> Option<SymbolInformation> {
    let kind = match one.symbol {
        Symbol::System(_) | Symbol::Pipeline(_) => SymbolKind::MODULE,
        Symbol::Record(..) => SymbolKind::STRUCT,
        Symbol::Field(..) => SymbolKind::FIELD,
        Symbol::Setting(_) => SymbolKind::PROPERTY,
        Symbol::Table(_) => SymbolKind::ENUM,
        Symbol::Group(..) => SymbolKind::NAMESPACE,
        Symbol::Account(_) => SymbolKind::OBJECT,
        Symbol::Local(..) => SymbolKind::VARIABLE,
        Symbol::Function(_) => SymbolKind::FUNCTION,
    };
    let container_name = Some(one.symbol.kind().to_owned());
    let location = study.location(one.span)?;
    Some(SymbolInformation { name: one.symbol.whole(), kind, tags: None, deprecated: None, location, container_name })
}

fn is_called(name: &str, query: &str) -> bool {
    let mut rest = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|letter| rest.any(|other| other == letter))
}
