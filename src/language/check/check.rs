//! The pass itself: files by kind, in the order in which they need each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::allowed::{self, Allowed};
use super::duplicate::{self, Again};
use super::misspelt::{self, Stray};
use super::ownership::Ownership;
use super::system_names::{self, Wanted};
use super::{account, ownership, pipeline, settings, system, table, test};
use crate::diagnostic::{Code, Diagnostic, Severity, Sources as _, Span, suggest};
use crate::language::plan::expression::CompiledExpression;
use crate::language::plan::test::RuleTest;
use crate::language::plan::{Account, Pipeline, RecordType, RuleLine, Setting, SettingTypes, Switches, System, Table};
use crate::language::script::ScriptSet;
use crate::language::source::SourceMap;
use crate::language::syntax::expression::{Expression, Name};
use crate::language::syntax::mapping::with_help;
use crate::language::syntax::yaml::{self, Node, NodeKind};

/// The first keys that a rule file may begin with.
pub const FILE_KINDS: [&str; 7] = ["system", "accounts", "settings", "ownership", "table", "pipeline", "tests"];

/// Rules that passed every check, ready to be planned.
#[derive(Debug)]
pub struct CheckedRules {
    /// Systems by name.
    pub systems: BTreeMap<String, Arc<System>>,
    /// Accounts by name.
    pub accounts: BTreeMap<String, Arc<Account>>,
    /// Settings by dotted name.
    pub settings: BTreeMap<String, Setting>,
    /// Pipelines by name.
    pub pipelines: BTreeMap<String, Arc<Pipeline>>,
    /// Tables by name.
    pub tables: BTreeMap<String, Arc<Table>>,
    /// What values settings may have.
    pub types: SettingTypes,
    /// Functions of scripts.
    pub scripts: Arc<ScriptSet>,
    /// Where settings (`settings.a.b`) and properties of accounts (`accounts.a.b`) are named.
    pub places: BTreeMap<String, Span>,
    /// Warnings that files allow.
    pub allowed: Vec<Allowed>,
    /// Tests beside the rules, in file order.
    pub tests: Vec<RuleTest>,
}

impl CheckedRules {
    /// The settings, what they may be, and the accounts that have some of their own.
    pub fn switches(&self) -> Switches<'_> {
        Switches { settings: &self.settings, types: &self.types, accounts: &self.accounts }
    }
}

/// What is known so far, and what is wrong.
pub struct Checker<'a> {
    /// The files.
    pub sources: &'a SourceMap,
    /// Findings so far.
    pub found: Vec<Diagnostic>,
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
    /// The words that settings hold, by the setting's name, wherever they are said.
    pub setting_words: BTreeMap<String, Vec<Name>>,
    /// Settings that name fields: of which records, and which there are.
    pub setting_fields: BTreeMap<String, (Vec<String>, Vec<String>)>,
    /// Tables by name.
    pub tables: BTreeMap<String, Arc<Table>>,
    /// Names of pipelines with their places.
    pub pipelines: BTreeMap<String, Span>,
    /// The kinds that pipelines pair, by system and name: grouped where they say so.
    pub grouped: BTreeMap<(String, String), Arc<RecordType>>,
    /// What the system files ask of their accounts.
    pub wanted: Vec<Wanted>,
    /// Places of the files that are never shown.
    pub hidden: Vec<Span>,
    /// Where each thing is declared first, by kind and name.
    pub declared: BTreeMap<(&'static str, String), Span>,
    /// Things that are declared twice.
    pub again: Vec<Again>,
    /// Names that were not found.
    pub strays: Vec<Stray>,
    /// Who owns what.
    pub ownership: Ownership,
    /// Where settings (`settings.a.b`) and properties of accounts (`accounts.a.b`) are named.
    pub places: BTreeMap<String, Span>,
}

impl Checker<'_> {
    /// Notes an error.
    pub fn error(&mut self, code: &'static str, message: impl Into<String>, span: Span, at: &str) {
        self.found.push(Diagnostic::error(Code(code), message, span, at));
    }

    /// Notes an unknown name, with the near one as help.
    pub fn unknown<'n>(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        (written, span): (&str, Span),
        known: impl IntoIterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.into_iter().collect();
        self.stray(code, (written, span), known.iter().copied());
        let finding = Diagnostic::error(Code(code), message, span, "unknown");
        self.found.push(with_help(finding, suggest::help(written, known)));
    }

    /// Keeps a result, or its finding.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|finding| self.found.push(finding)).ok()
    }

    /// The line of a place.
    pub fn line(&self, span: Span) -> RuleLine {
        RuleLine { file: self.sources.name(span.file).into(), line: self.sources.line_of(span) }
    }

    /// Binds an expression to the scripts.
    pub fn compile(&self, tree: Expression) -> CompiledExpression {
        CompiledExpression::new(tree, Arc::clone(&self.scripts))
    }
}

/// What a check came to.
#[derive(Debug)]
pub struct Checked {
    /// The rules, only where no finding is an error.
    pub rules: Option<CheckedRules>,
    /// What is wrong.
    pub found: Vec<Diagnostic>,
    /// Places that must not be shown, because a secret stands there.
    pub hidden: Vec<Span>,
}

/// Checks a rule set.
pub fn check(sources: &SourceMap) -> Checked {
    let scripts: Vec<_> = sources
        .files()
        .filter(|(_, file)| file.name.ends_with(".rhai"))
        .map(|(id, file)| (id, file.name.as_str(), file.text.as_str()))
        .collect();
    let (scripts, found) = ScriptSet::compile(&scripts);
    let mut checker = Checker {
        sources,
        found,
        scripts: Arc::new(scripts),
        systems: BTreeMap::new(),
        accounts: BTreeMap::new(),
        settings: BTreeMap::new(),
        types: SettingTypes::default(),
        setting_words: BTreeMap::new(),
        setting_fields: BTreeMap::new(),
        tables: BTreeMap::new(),
        pipelines: BTreeMap::new(),
        grouped: BTreeMap::new(),
        wanted: Vec::new(),
        hidden: Vec::new(),
        declared: BTreeMap::new(),
        again: Vec::new(),
        strays: Vec::new(),
        ownership: Ownership::default(),
        places: BTreeMap::new(),
    };
    let files = by_kind(&mut checker);
    let of = |kind: &str| files.iter().filter(|(found, _)| *found == kind).map(|(_, node)| node).collect::<Vec<_>>();
    settings::check(&mut checker, &of("settings"));
    of("system").into_iter().for_each(|node| system::check(&mut checker, node));
    of("accounts").into_iter().for_each(|node| account::check(&mut checker, node));
    system_names::accounts(&mut checker);
    of("pipeline").into_iter().for_each(|node| pipeline::declare(&mut checker, node));
    of("ownership").into_iter().for_each(|node| ownership::check(&mut checker, node));
    of("table").into_iter().for_each(|node| table::check(&mut checker, node));
    let mut pipelines = BTreeMap::new();
    for node in of("pipeline") {
        if let Some(checked) = pipeline::check(&mut checker, node) {
            pipelines.insert(checked.name.clone(), Arc::new(checked));
        }
    }
    let tests = files.iter().flat_map(|(_, node)| test::check(&mut checker, node)).collect();
    settings::fields_of_records(&mut checker);
    let allowed = files.iter().flat_map(|(_, node)| allowed::check(&mut checker, node)).collect();
    duplicate::tell(&mut checker);
    misspelt::tell(&mut checker);
    // While something is broken, what seems unused may only not have been read.
    if !checker.found.iter().any(|one| one.severity == Severity::Error) {
        ownership::unused(&mut checker);
    }
    checker.found.sort_by_key(|one| (one.primary.span.file, one.primary.span.start));
    let sound = !checker.found.iter().any(|one| one.severity == Severity::Error);
    let systems = with_groups(checker.systems, &checker.grouped);
    let rules = CheckedRules {
        systems,
        accounts: checker.accounts,
        settings: checker.settings,
        pipelines,
        tables: checker.tables,
        types: checker.types,
        scripts: checker.scripts,
        places: checker.places,
        allowed,
        tests,
    };
    Checked { rules: sound.then_some(rules), found: checker.found, hidden: checker.hidden }
}

/// The systems, their grouped records among them.
fn with_groups(
    systems: BTreeMap<String, Arc<System>>,
    grouped: &BTreeMap<(String, String), Arc<RecordType>>,
) -> BTreeMap<String, Arc<System>> {
    let regrouped = |(name, system): (String, Arc<System>)| {
        let mut system = system.as_ref().clone();
        for ((_, record), kind) in grouped.iter().filter(|((of, _), _)| *of == name) {
            system.records.insert(record.clone(), Arc::clone(kind));
        }
        (name, Arc::new(system))
    };
    systems.into_iter().map(regrouped).collect()
}

/// Parses every YAML file; its first key says what it is.
fn by_kind(checker: &mut Checker<'_>) -> Vec<(&'static str, Node)> {
    let mut files = Vec::new();
    for (id, file) in checker.sources.files() {
        if !(file.name.ends_with(".yaml") || file.name.ends_with(".yml")) {
            continue;
        }
        let (node, found) = yaml::parse(id, &file.text);
        let broken = !found.is_empty();
        checker.found.extend(found);
        let first = match &node.kind {
            NodeKind::Mapping(entries) => entries.first().map(|(key, _)| (key.text.clone(), key.span)),
            _ => None,
        };
        match first {
            Some((name, span)) => match FILE_KINDS.iter().find(|kind| **kind == name) {
                Some(kind) => files.push((*kind, node)),
                None => {
                    let message = format!("a rule file cannot begin with `{name}`");
                    checker.unknown("unknown-file-kind", message, (&name, span), FILE_KINDS);
                }
            },
            None if broken => {}
            None => {
                let help = format!("begin it with one of: {}", FILE_KINDS.join(", "));
                let finding =
                    Diagnostic::error(Code("unknown-file-kind"), "this file says nothing", Span::new(id, 0, 0), "here");
                checker.found.push(finding.help(help));
            }
        }
    }
    files
}
