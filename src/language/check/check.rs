//! The pass itself: rules and tests over what was resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checker::Checker;
use super::{carries, misspelt, owners, pipeline, setting_fields, system_condition, test};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::language::plan::test::RuleTest;
use crate::language::plan::{Account, Pipeline, RecordType, Setting, SettingTypes, Switches, System, Table};
use crate::language::resolve::{Met, Resolved};
use crate::language::script::ScriptSet;
use crate::language::syntax::file::FileTree;
use crate::language::syntax::file::allow::Allowed;

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

/// What a check came to.
#[derive(Debug)]
pub struct Checked {
    /// The rules, only where no finding is an error.
    pub rules: Option<CheckedRules>,
    /// The rules as far as they were understood, where some finding is an error.
    pub partly: Option<CheckedRules>,
    /// What names were taken for, where somebody wanted to know.
    pub met: Vec<Met>,
    /// What is wrong.
    pub found: Vec<Diagnostic>,
    /// Places that must not be shown, because a secret stands there.
    pub hidden: Vec<Span>,
}

/// Judges what was resolved.
pub fn check(resolved: Resolved<'_>) -> Checked {
    let Resolved { names, sink, files, conditions, carried } = resolved;
    let mut checker = Checker::new(names, sink);
    conditions.iter().for_each(|condition| system_condition::check(&mut checker, condition));
    carried.iter().for_each(|carried| carries::check(&mut checker, carried));
    let mut pipelines = BTreeMap::new();
    let (mut tests, mut allowed) = (Vec::new(), Vec::new());
    for file in files {
        if let FileTree::Pipeline(file) = file.tree
            && let Some(checked) = pipeline::check(&mut checker, *file)
        {
            pipelines.insert(checked.name.clone(), Arc::new(checked));
        }
        tests.extend(file.tests);
        allowed.extend(file.allowed);
    }
    let tests = tests.iter().map(|tree| test::check(&mut checker, tree)).collect();
    setting_fields::check(&mut checker);
    misspelt::tell(&mut checker);
    let is_sound = |found: &[Diagnostic]| !found.iter().any(|one| one.severity == Severity::Error);
    // While something is broken, what seems unused may only not have been read.
    if is_sound(&checker.sink.found) {
        owners::unused(&mut checker);
    }
    let Checker { names, sink, .. } = checker;
    let (mut found, met) = (sink.found, sink.met.unwrap_or_default());
    found.sort_by_key(|one| (one.primary.span.file, one.primary.span.start));
    let rules = CheckedRules {
        systems: with_groups(names.systems, &names.grouped),
        accounts: names.accounts,
        settings: names.settings,
        pipelines,
        tables: names.tables,
        types: names.types,
        scripts: names.scripts,
        places: names.places,
        allowed,
        tests,
    };
    let (rules, partly) = if is_sound(&found) { (Some(rules), None) } else { (None, Some(rules)) };
    Checked { rules, partly, met, found, hidden: names.hidden }
}

/// The systems, their grouped records among them.
fn with_groups(
    systems: BTreeMap<String, Arc<System>>,
    grouped: &BTreeMap<(String, String), Arc<RecordType>>,
) -> BTreeMap<String, Arc<System>> {
    let regrouped = |(name, system): (String, Arc<System>)| {
        let first = (name.clone(), String::new());
        let own = grouped.range(first..).take_while(|((of, _), _)| *of == name);
        let own: Vec<_> = own.filter(|(_, kind)| kind.grouped.is_some()).collect();
        if own.is_empty() {
            return (name, system);
        }
        let mut system = system.as_ref().clone();
        system.records.extend(own.into_iter().map(|((_, record), kind)| (record.clone(), Arc::clone(kind))));
        (name, Arc::new(system))
    };
    systems.into_iter().map(regrouped).collect()
}
