//! What the names of a rule set stand for. Made by the resolver, and only read from then on.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::owners::Ownership;
use crate::diagnostic::{Sources as _, Span};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::{Account, RecordType, RuleLine, Setting, SettingTypes, System, Table};
use crate::language::script::ScriptSet;
use crate::language::source::SourceMap;
use crate::language::syntax::expression::Expression;

/// Names and what they stand for.
pub struct Names<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// Functions of scripts.
    pub scripts: Arc<ScriptSet>,
    /// Systems by name.
    pub systems: BTreeMap<String, Arc<System>>,
    /// Accounts by name.
    pub accounts: BTreeMap<String, Arc<Account>>,
    /// Settings by dotted name.
    pub settings: BTreeMap<String, Setting>,
    /// What values settings may have.
    pub types: SettingTypes,
    /// Tables by name.
    pub tables: BTreeMap<String, Arc<Table>>,
    /// Names of pipelines with their places.
    pub pipelines: BTreeMap<String, Span>,
    /// The records that pipelines pair, as `system` and `record`, by the pipeline's name.
    pub paired: BTreeMap<String, Vec<(String, String)>>,
    /// The kinds that pipelines pair, by system and name: grouped where they say so.
    pub grouped: BTreeMap<(String, String), Arc<RecordType>>,
    /// Who owns what.
    pub ownership: Ownership,
    /// Where settings (`settings.a.b`) and properties of accounts (`accounts.a.b`) are named.
    pub places: BTreeMap<String, Span>,
    /// Where each thing is declared first, by kind and name.
    pub declared: BTreeMap<(&'static str, String), Span>,
    /// Places of the files that are never shown.
    pub hidden: Vec<Span>,
}

impl<'a> Names<'a> {
    /// No names yet.
    pub fn new(sources: &'a SourceMap, scripts: ScriptSet) -> Self {
        Self {
            sources,
            scripts: Arc::new(scripts),
            systems: BTreeMap::new(),
            accounts: BTreeMap::new(),
            settings: BTreeMap::new(),
            types: SettingTypes::default(),
            tables: BTreeMap::new(),
            pipelines: BTreeMap::new(),
            paired: BTreeMap::new(),
            grouped: BTreeMap::new(),
            ownership: Ownership::default(),
            places: BTreeMap::new(),
            declared: BTreeMap::new(),
            hidden: Vec::new(),
        }
    }

    /// The line of a place.
    pub fn line(&self, span: Span) -> RuleLine {
        RuleLine { file: self.sources.name(span.file).into(), line: self.sources.line_of(span) }
    }

    /// Binds an expression to the scripts.
    pub fn compile(&self, tree: Expression) -> CompiledExpression {
        CompiledExpression::new(tree, Arc::clone(&self.scripts))
    }

    /// The record type of `system.record`.
    pub fn record(&self, system: &str, record: &str) -> Option<&Arc<RecordType>> {
        self.systems.get(system)?.records.get(record)
    }
}
