//! Checked rules to a plan. Nothing can go wrong here: what could was a finding of the check.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::account::{Account, Setting};
use super::plan::Plan;
use crate::language::check::CheckedRules;
use crate::value::{Path, Record, Value};

/// The plan of checked rules, named by the hash of the files it came from.
pub fn lower(rules: CheckedRules, rules_hash: String) -> Plan {
    Plan {
        rules_hash,
        standing: standing(&rules.settings, &rules.accounts),
        systems: rules.systems,
        accounts: rules.accounts,
        settings: rules.settings,
        setting_types: rules.types,
        pipelines: rules.pipelines,
        tables: rules.tables,
    }
}

/// The settings as each account may see them, as far as the files say.
pub fn standing(settings: &BTreeMap<String, Setting>, accounts: &BTreeMap<String, Arc<Account>>) -> Vec<Value> {
    let accounts = std::iter::once(None).chain(accounts.values().map(Some));
    accounts.map(|account| seen_by(settings, account.map(|account| &account.settings))).collect()
}

/// Settings with an account's own laid over them, as nested records; the environment counts as not set.
fn seen_by(settings: &BTreeMap<String, Setting>, own: Option<&BTreeMap<String, Setting>>) -> Value {
    let mut record = Record::new();
    for (name, setting) in settings.iter().chain(own.into_iter().flatten()) {
        if let (Some(path), Setting::Value(value)) = (Path::parse(name), setting) {
            path.write(&mut record, value.clone());
        }
    }
    Value::Record(record)
}
